use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::haproxy_events as events;
use super::{files, scalar, trust};
use crate::base::InstanceName;
use crate::config::notes::Span;
use crate::config::reader::{Placed, Refusal, Section};
use crate::config::surroundings::Access;
use crate::config::types::{HaproxyAddress, HaproxyCheck, HaproxyInstance, Login};

/// `[haproxy.NAME]` as read.
pub(super) struct Draft {
    pub(super) name: InstanceName,
    pub(super) span: Span,
    pub(super) events: events::Draft,
    address: Option<HaproxyAddress>,
    poll_interval: Option<Placed<Duration>>,
    timeout: Option<Placed<Duration>>,
}

/// A check of this kind as read, with what it asks of its instance.
#[derive(Debug)]
pub(super) struct CheckDraft {
    pub(super) instance: InstanceName,
    pub(super) check: HaproxyCheck,
    pub(super) interval: Option<Duration>,
    pub(super) timeout: Option<Duration>,
}

pub(super) fn read(root: &Section<'_>) -> Vec<Draft> {
    let tables = root.named("haproxy").into_iter();
    let instances: Vec<_> = tables.map(|(name, section)| instance(&name, &section)).collect();
    events::refuse_shared(root, instances.iter().map(|draft| (&draft.name, &draft.events)));
    instances
}

/// The instances with what is `asked` of them, each asked as often as its most demanding check wants.
pub(super) fn lowered(
    instances: &[Draft],
    asked: &[&CheckDraft],
) -> Option<BTreeMap<InstanceName, HaproxyInstance>> {
    instances.iter().map(|draft| Some((draft.name.clone(), draft.lowered(asked)?))).collect()
}

impl Draft {
    fn lowered(&self, asked: &[&CheckDraft]) -> Option<HaproxyInstance> {
        let checks = || asked.iter().filter(|check| check.instance == self.name);
        let poll_interval = self.poll_interval.as_ref()?.value;
        let timeout = self.timeout.as_ref()?.value;
        Some(HaproxyInstance {
            name: self.name.clone(),
            address: self.address.clone()?,
            event_socket: self.events.socket.as_ref().map(|socket| socket.value.clone()),
            event_ring: self.events.ring.as_ref().map(|ring| ring.value.clone()),
            poll_interval: checks().filter_map(|c| c.interval).fold(poll_interval, Duration::min),
            timeout: checks().filter_map(|c| c.timeout).fold(timeout, Duration::min),
            checks: in_order(checks().map(|c| c.check.clone())),
        })
    }
}

/// By service and check, whatever the order of the file.
fn in_order(checks: impl Iterator<Item = HaproxyCheck>) -> Vec<HaproxyCheck> {
    let mut checks: Vec<HaproxyCheck> = checks.collect();
    checks.sort_by(|a, b| (&a.service, &a.check).cmp(&(&b.service, &b.check)));
    checks
}

fn instance(name: &str, section: &Section<'_>) -> Draft {
    let socket = section.text("socket", socket);
    let url = section.text("url", url);
    let user = section.text("user", scalar::word);
    let password_file = section.text("password-file", scalar::path);
    one_of_socket_and_url(section);
    login_is_whole(section);
    if let Some(file) = password_file.as_ref().filter(|file| file.value.exists()) {
        files::worry_about_user(section, "password-file", file, Access::Read);
    }
    let login = user
        .zip(password_file)
        .map(|(user, file)| Login { user: user.value, password_file: file.value });
    let encrypted = url.as_ref().is_some_and(|url| url.value.starts_with("https:"));
    let trust = trust::read(section, encrypted, "an https url");
    let http = url.zip(trust).map(|(url, trust)| {
        let url = url.value;
        HaproxyAddress::Http { url, login, trust }
    });
    Draft {
        name: InstanceName::from(name),
        span: section.span().clone(),
        events: events::read(section),
        address: socket.map(|socket| socket.value).or(http),
        poll_interval: section.duration("poll-interval"),
        timeout: section.duration("timeout"),
    }
}

fn one_of_socket_and_url(section: &Section<'_>) {
    let (span, message, help) = match (section.has("socket"), section.has("url")) {
        (true, true) => (section.span_of("url"), "socket and url exclude each other", "keep"),
        (false, false) => (section.span().clone(), "neither socket nor url is given", "set"),
        (true, false) | (false, true) => return,
    };
    section.notes.fault(
        &span,
        message,
        "either the stats socket is asked, or the stats page",
        format!(
            "{help} one of socket = \"/run/haproxy/admin.sock\" and url = \"http://127.0.0.1:8404/stats\""
        ),
    );
}

fn login_is_whole(section: &Section<'_>) {
    let (user, password) = (section.has("user"), section.has("password-file"));
    let given = if user { "user" } else { "password-file" };
    if (user || password) && !section.has("url") {
        section.notes.fault(
            &section.span_of(given),
            format!("{given} has no use without url"),
            "only the stats page asks for a login",
            "leave it out",
        );
    } else if user != password {
        let missing = if user { "password-file" } else { "user" };
        section.notes.fault(
            &section.span_of(given),
            format!("{given} is given without {missing}"),
            "a login needs both",
            format!("add {missing}"),
        );
    }
}

fn socket(text: &str) -> Result<HaproxyAddress, Refusal> {
    let Some(tcp) = text.strip_prefix("tcp:") else {
        return match text.starts_with('/') {
            true => Ok(HaproxyAddress::Unix(PathBuf::from(text))),
            false => Err(as_tcp(text)),
        };
    };
    scalar::host_and_port(tcp).map(HaproxyAddress::Tcp)
}

/// `HOST:PORT`, and what HAProxy calls `ipv4@HOST:PORT`.
fn as_tcp(text: &str) -> Refusal {
    let bare = ["ipv4@", "ipv6@", "tcp://"].iter().find_map(|prefix| text.strip_prefix(prefix));
    match scalar::host_and_port(bare.unwrap_or(text)) {
        Ok(endpoint) => Refusal::default().meant(format!("did you mean \"tcp:{endpoint}\"?")),
        Err(_) => Refusal::default(),
    }
}

fn url(text: &str) -> Result<String, Refusal> {
    if scalar::http_url(text, "use user and password-file")?.fragment().is_some() {
        return Err(Refusal::default());
    }
    // People copy the address of the CSV form; herald adds that ending itself.
    Ok(text.strip_suffix(";csv").unwrap_or(text).to_owned())
}
