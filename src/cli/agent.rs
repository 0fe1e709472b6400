//! The way to a running agent, the same for every command that needs one.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{DEFAULT_CONFIG, Exit, Places, complain, runtime, say};
use crate::config::{self, Diagnostic, Faults};
use crate::control::{self, ClientError};
use crate::status::Event;

/// Where the control socket is when neither the command line nor a configuration says.
pub(super) const DEFAULT_SOCKET: &str = "/run/herald/control.sock";

#[derive(Debug, Args)]
pub(super) struct Reach {
    /// The control socket of the agent; without it, the one of the configuration.
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
}

/// An agent that can be asked. Errors are said where they happen and give the exit code.
pub(super) struct Agent {
    socket: PathBuf,
    runtime: tokio::runtime::Runtime,
}

impl Reach {
    /// The agent behind the socket as given, else as configured, else the default.
    pub(super) fn agent(&self, places: &Places) -> Result<Agent, Exit> {
        let given = self.socket.as_ref().or(places.socket.as_ref());
        let socket =
            given.map_or_else(|| configured(places.config.as_deref()), |s| Ok(s.clone()))?;
        let runtime = runtime().map_err(|error| {
            complain(&error);
            Exit::No
        })?;
        Ok(Agent { socket, runtime })
    }
}

/// The socket of a configuration. A file that was named must tell it: to ask another agent than the
/// one that was meant is worse than to ask none. Without the usual file, the usual socket is meant.
fn configured(named: Option<&Path>) -> Result<PathBuf, Exit> {
    let file = named.unwrap_or(DEFAULT_CONFIG.as_ref());
    if named.is_none() && !file.exists() {
        return Ok(DEFAULT_SOCKET.into());
    }
    config::control_socket(file).or_else(|faults| {
        let trouble = untold(file, &faults);
        if named.is_some() {
            say(format_args!("error: {trouble}; name it with --socket PATH"));
            return Err(Exit::Usage);
        }
        say(format_args!("warning: {trouble}; {DEFAULT_SOCKET} is asked"));
        Ok(DEFAULT_SOCKET.into())
    })
}

/// In one line: who asks an agent wants to hear of it, and not of the file.
fn untold(file: &Path, faults: &Faults) -> String {
    let because = faults.report().iter().next().map(|fault: &Diagnostic| {
        let place = fault.place.map(|place| format!(":{}:{}", place.line, place.column));
        format!("{}: {}", place.unwrap_or_default(), fault.message)
    });
    let because = because.unwrap_or_default();
    format!("cannot tell the control socket from {}{because}", file.display())
}

impl Agent {
    /// Asks for a resource.
    pub(super) fn ask<T: DeserializeOwned>(&self, resource: &str) -> Result<T, Exit> {
        self.try_ask(resource).map_err(|error| failed(&error))
    }

    /// Asks for a resource; an error is not said yet.
    pub(super) fn try_ask<T: DeserializeOwned>(&self, resource: &str) -> Result<T, ClientError> {
        self.runtime.block_on(control::get(&self.socket, resource))
    }

    /// Tells it something.
    pub(super) fn tell<T: DeserializeOwned>(
        &self,
        resource: &str,
        body: &impl Serialize,
    ) -> Result<T, Exit> {
        let answer = self.runtime.block_on(control::post(&self.socket, resource, body));
        answer.map_err(|error| failed(&error))
    }

    /// Follows its events for as long as it runs.
    pub(super) fn follow(&self, resource: &str, each: impl FnMut(Event)) -> Exit {
        match self.runtime.block_on(control::follow(&self.socket, resource, each)) {
            Ok(()) => Exit::Done,
            Err(error) => failed(&error),
        }
    }
}

/// Says what went wrong, and gives the exit code for it.
pub(super) fn failed(error: &ClientError) -> Exit {
    complain(error);
    match error {
        ClientError::NoAgent { .. }
        | ClientError::Denied { .. }
        | ClientError::Silent { .. }
        | ClientError::Ended { .. } => Exit::NoAgent,
        ClientError::Refused(_) | ClientError::Garbled(_) => Exit::Refused,
    }
}

/// A part of a path or query with everything but unreserved characters percent-encoded (RFC 3986
/// §2.1, §2.3).
pub(super) fn escaped(text: &str) -> String {
    text.bytes()
        .map(|octet| match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(octet).to_string()
            }
            _ => format!("%{octet:02X}"),
        })
        .collect()
}

/// A resource narrowed by those of `parts` that have a value.
pub(super) fn query(resource: &str, parts: &[(&str, Option<String>)]) -> String {
    let given = parts.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
    let given: Vec<_> = given.map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    match given.is_empty() {
        true => resource.to_owned(),
        false => format!("{resource}?{}", given.join("&")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_values_are_escaped_and_absent_ones_left_out() {
        assert_eq!(escaped("ars-0.a_b~c"), "ars-0.a_b~c");
        assert_eq!(escaped("2001:db8::1/128 &é"), "2001%3Adb8%3A%3A1%2F128%20%26%C3%A9");
        let parts =
            [("last", None), ("service", Some("a b".to_owned())), ("since", Some("1".into()))];
        assert_eq!(query("/x", &parts), "/x?service=a%20b&since=1");
        assert_eq!(query("/x", &parts[..1]), "/x");
    }
}
