use std::collections::BTreeSet;

use toml::de::DeValue;

use super::haproxy::Draft as Instance;
use super::scalar;
use crate::base::{CheckName, InstanceName, ServiceName, closest};
use crate::config::reader::{Item, Placed, Refusal, Section};
use crate::config::types::{HaproxyCheck, MinUp};

/// The `haproxy` table of a check.
pub(super) fn read(
    section: &Section<'_>,
    service: &ServiceName,
    check: &CheckName,
    instances: &[Instance],
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
fn chosen(section: &Section<'_>, instances: &[Instance]) -> Option<InstanceName> {
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
        DeValue::String(_) => item.text(|text| match text.parse::<u64>() {
            Ok(count) => {
                Err(Refusal::default().meant(format!("without the quotes: min-up = {count}")))
            }
            Err(_) => Ok(MinUp::Percent(scalar::share(text)?.get())),
        }),
        DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_)
        | DeValue::Table(_) => item.refuse_type(),
    }
}
