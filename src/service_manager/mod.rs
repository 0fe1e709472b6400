//! F5: whoever has started herald and watches over it: systemd, or what speaks as it does
//! (sd_notify(3)).
//!
//! ```text
//! NOTIFY_SOCKET ─▶ ServiceManager ── READY, STATUS, RELOADING, STOPPING ──▶ the service manager
//! WATCHDOG_USEC ─▶ Watchdog ──────── WATCHDOG, twice in its time ─────────▶ kills us when it is late
//! ```
//!
//! A word never waits: one for which the service manager has no room is lost. Others that tell a
//! service manager something wait for it, but a PID 1 that has stopped reading must not stop whoever
//! decides about routes. Without a socket in the environment nobody is told, and nothing else differs.
//!
//! Commands that herald runs do not see these variables, see [`crate::process`].

mod watchdog;

use std::ffi::OsString;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::Arc;
use std::time::Duration;

use sd_notify::NotifyState;

pub use watchdog::Watchdog;

/// Where the service manager listens.
const NOTIFY_SOCKET: &str = "NOTIFY_SOCKET";

/// Tells the service manager what it should know. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct ServiceManager(Option<Arc<Line>>);

#[derive(Debug)]
struct Line {
    socket: UnixDatagram,
    /// Asked at each word, as the socket there may be made anew.
    address: SocketAddr,
}

impl ServiceManager {
    /// The one that the environment names, if any.
    pub fn from_environment() -> Self {
        let Some(name) = std::env::var_os(NOTIFY_SOCKET) else { return Self::default() };
        match Line::to(&name) {
            Ok(line) => Self(Some(Arc::new(line))),
            Err(error) => {
                tracing::warn!(?name, %error, "the service manager cannot be told anything");
                Self::default()
            }
        }
    }

    /// Whether there is one.
    pub fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// The service runs, or runs again as it should after a reload.
    pub fn ready(&self) {
        self.tell(&[NotifyState::Ready]);
    }

    /// What it does, in a line for people.
    pub fn status(&self, line: &str) {
        self.tell(&[NotifyState::Status(line)]);
    }

    /// It reads its configuration again; [`Self::ready`] ends that.
    pub fn reloading(&self) {
        // `Type=notify-reload` compares the time with that of its own order.
        let since = NotifyState::monotonic_usec_now().ok();
        let words: Vec<_> = [NotifyState::Reloading].into_iter().chain(since).collect();
        self.tell(&words);
    }

    /// It goes down, which takes this long at the most.
    pub fn stopping(&self, at_most: Duration) {
        let microseconds = u32::try_from(at_most.as_micros()).unwrap_or(u32::MAX);
        self.tell(&[NotifyState::Stopping, NotifyState::ExtendTimeoutUsec(microseconds)]);
    }

    fn alive(&self) {
        self.tell(&[NotifyState::Watchdog]);
    }

    fn tell(&self, words: &[NotifyState<'_>]) {
        let Some(line) = &self.0 else { return };
        let text: String = words.iter().map(|word| format!("{word}\n")).collect();
        if let Err(error) = line.socket.send_to_addr(text.as_bytes(), &line.address) {
            tracing::warn!(%error, ?words, "the service manager does not listen");
        }
    }
}

impl Line {
    /// `/path`, or `@name` in the abstract namespace.
    fn to(name: &OsString) -> io::Result<Self> {
        let address = match name.as_bytes().strip_prefix(b"@") {
            Some(name) => SocketAddr::from_abstract_name(name)?,
            None => SocketAddr::from_pathname(name)?,
        };
        let socket = UnixDatagram::unbound()?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket, address })
    }
}

#[cfg(test)]
mod tests;
