use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use toml::de::DeValue;

use super::scalar;
use super::service::Draft as Service;
use crate::base::{CheckName, InstanceName, ServiceName};
use crate::config::notes::Span;
use crate::config::reader::{Item, Placed, Refusal, Section};
use crate::config::suggest::closest;
use crate::config::types::{HaproxyAddress, HaproxyCheck, HaproxyInstance, Login, MinUp};

/// `[haproxy.NAME]` as read.
pub(super) struct Draft {
    pub(super) name: InstanceName,
    pub(super) span: Span,
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
    tables.map(|(name, section)| instance(&name, &section)).collect()
}

/// The instances with their checks, each asked as often as its most demanding check wants.
pub(super) fn lowered(
    instances: &[Draft],
    services: &[Service<'_>],
) -> Option<BTreeMap<InstanceName, HaproxyInstance>> {
    instances.iter().map(|draft| Some((draft.name.clone(), draft.lowered(services)?))).collect()
}

impl Draft {
    fn lowered(&self, services: &[Service<'_>]) -> Option<HaproxyInstance> {
        let checks = || {
            let all = services.iter().flat_map(|service| &service.checks);
            all.filter_map(|check| check.haproxy.as_ref()).filter(|c| c.instance == self.name)
        };
        let poll_interval = self.poll_interval.as_ref()?.value;
        let timeout = self.timeout.as_ref()?.value;
        Some(HaproxyInstance {
            name: self.name.clone(),
            address: self.address.clone()?,
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
    let login = user
        .zip(password_file)
        .map(|(user, file)| Login { user: user.value, password_file: file.value });
    let http = url.map(|url| HaproxyAddress::Http { url: url.value, login });
    Draft {
        name: InstanceName::from(name),
        span: section.span().clone(),
        address: socket.map(|socket| socket.value).or(http),
        poll_interval: section.duration("poll-interval"),
        timeout: section.duration("timeout"),
    }
}

fn one_of_socket_and_url(section: &Section<'_>) {
    let (span, message) = match (section.has("socket"), section.has("url")) {
        (true, true) => (section.span_of("url"), "socket and url exclude each other"),
        (false, false) => (section.span().clone(), "neither socket nor url is given"),
        (true, false) | (false, true) => return,
    };
    section.notes.fault(
        &span,
        message,
        format!("[{}] is asked in one way", section.path()),
        "keep one of socket = \"/run/haproxy/admin.sock\" and url = \"http://127.0.0.1:8404/stats\"",
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
            false => Err(Refusal::default()),
        };
    };
    let (host, port) = tcp.rsplit_once(':').ok_or_else(Refusal::default)?;
    let bare_ipv6 = host.contains(':') && !(host.starts_with('[') && host.ends_with(']'));
    let good = !host.is_empty() && !host.contains(char::is_whitespace) && !bare_ipv6;
    match port.parse::<u16>() {
        Ok(1..) if good => Ok(HaproxyAddress::Tcp(tcp.to_owned())),
        Ok(_) | Err(_) => Err(Refusal::default()),
    }
}

fn url(text: &str) -> Result<String, Refusal> {
    if text.starts_with("https://") {
        let rule = "https is not part of this version";
        return Err(Refusal::rule(rule).help("use http:// on the loopback, or the stats socket"));
    }
    let rest = text.strip_prefix("http://").ok_or_else(Refusal::default)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        let rule = "a login does not belong in a url: secrets are read from files";
        return Err(Refusal::rule(rule).help("use user and password-file"));
    }
    let readable = text.parse::<hyper::Uri>().is_ok_and(|uri| uri.host().is_some());
    if !readable || text.contains('#') {
        return Err(Refusal::default());
    }
    // People copy the address of the CSV form; herald adds that ending itself.
    Ok(text.strip_suffix(";csv").unwrap_or(text).to_owned())
}

/// The `haproxy` table of a check.
pub(super) fn check(
    section: &Section<'_>,
    service: &ServiceName,
    check: &CheckName,
    instances: &[Draft],
) -> Option<(InstanceName, HaproxyCheck)> {
    let backend = section.text("backend", scalar::word);
    let min_up = section.mixed("min-up", min_up);
    let servers = section.list("servers", scalar::word);
    let frontend = section.text("frontend", scalar::word);
    let count_backup = section.boolean("count-backup");
    let instance = chosen(section, instances);
    if let (Some(servers), Some(min_up)) = (&servers, &min_up) {
        refuse_unreachable(section, servers, min_up);
    }
    let servers: Option<BTreeSet<String>> =
        servers.map(|list| list.value.into_iter().map(|server| server.value).collect());
    let check = HaproxyCheck {
        service: service.clone(),
        check: check.clone(),
        backend: backend?.value,
        min_up: min_up?.value,
        servers,
        frontend: frontend.map(|name| name.value),
        count_backup: count_backup?.value,
    };
    Some((instance?, check))
}

/// The instance a check names, or the only one there is.
fn chosen(section: &Section<'_>, instances: &[Draft]) -> Option<InstanceName> {
    let names = || instances.iter().map(|draft| draft.name.as_str());
    let listed = names().collect::<Vec<_>>().join(", ");
    if !section.has("instance") {
        if let [only] = instances {
            return Some(only.name.clone());
        }
        let (rule, help) = match instances {
            [] => (
                "the file has no [haproxy.NAME]".to_owned(),
                "add [haproxy.local] with socket = \"/run/haproxy/admin.sock\"".to_owned(),
            ),
            several => (
                format!("the file has {} [haproxy.NAME] tables", several.len()),
                format!("add instance, one of {listed}"),
            ),
        };
        section.notes.fault(section.span(), "it is not clear which HAProxy to ask", rule, help);
        return None;
    }
    let named = section.text("instance", scalar::word)?;
    if let Some(found) = names().find(|name| *name == named.value) {
        return Some(InstanceName::from(found));
    }
    let help = match (closest(&named.value, names()), instances) {
        (Some(meant), _) => format!("did you mean {meant:?}?"),
        (None, []) => "add [haproxy.local] with socket = \"/run/haproxy/admin.sock\"".to_owned(),
        (None, _) => format!("one of {listed}"),
    };
    let message = format!("there is no HAProxy instance {}", named.shown);
    section.notes.fault(&named.span, message, "not one of the [haproxy.NAME] tables", help);
    None
}

fn refuse_unreachable(
    section: &Section<'_>,
    servers: &Placed<Vec<Placed<String>>>,
    min_up: &Placed<MinUp>,
) {
    if servers.value.is_empty() {
        section.notes.fault(
            &servers.span,
            "servers has no usable element",
            "without a server the check can never be healthy",
            "leave it out for all servers of the backend",
        );
    } else if let MinUp::Servers(count) = min_up.value
        && count > servers.value.len()
    {
        section.notes.fault(
            &min_up.span,
            format!("min-up = {count} can never be reached"),
            format!("servers names {}", servers.value.len()),
            "name more servers, or take a smaller number",
        );
    }
}

fn min_up(item: &Item<'_>) -> Option<Placed<MinUp>> {
    match &*item.value {
        DeValue::Integer(_) => {
            let count = item.integer::<usize>()?;
            match count.value {
                0 => item.refuse(
                    "0",
                    Refusal::rule("a backend without a usable server serves nobody")
                        .help("take 1 or more"),
                ),
                servers => Some(count.map(|_| MinUp::Servers(servers))),
            }
        }
        DeValue::String(_) => item.text(|text| {
            let share = text.strip_suffix('%').and_then(|share| share.parse::<u8>().ok());
            match share {
                Some(share @ 1..=100) => Ok(MinUp::Percent(share)),
                Some(_) | None => Err(Refusal::default()),
            }
        }),
        DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_)
        | DeValue::Table(_) => item.refuse_type(),
    }
}
