use super::text::{Text, duration, list, part, quoted};
use crate::convert::draft::{Attributes, Check, CheckKind, Hook, Loopback, Service};

/// `[service.NAME]` with all that belongs to it.
pub(super) fn write(service: &Service, text: &mut Text) {
    let name = part(&service.name);
    let path = format!("service.{name}");
    text.blank();
    for comment in &service.comments {
        text.comment(&comment.replace("SERVICE", &name));
    }
    text.line(&format!("[{path}]"));
    if !service.addresses.is_empty() {
        text.key("addresses", list(&service.addresses));
    } else if service.prefixes.is_empty() {
        text.comment("To do: the addresses.\n\naddresses = [\"198.51.100.1\"]");
    }
    if !service.prefixes.is_empty() {
        text.key("prefixes", list(&service.prefixes));
    }
    text.key_if("neighbors", service.neighbors.as_ref().map(list));
    text.key_if("enabled", service.disabled.then_some(false));
    state(&format!("{path}.up"), &service.up, false, text);
    if let Some(down) = &service.down {
        state(&format!("{path}.down"), down, true, text);
    }
    state(&format!("{path}.drain"), &service.drain, false, text);
    loopback(&format!("{path}.loopback"), &service.loopback, text);
    for one in &service.checks {
        check(&path, one, text);
    }
    for one in &service.hooks {
        hook(&format!("{path}.hook"), one, text);
    }
}

/// The table of a state, when it says anything.
fn state(path: &str, own: &Attributes, announce: bool, text: &mut Text) {
    if !announce && *own == Attributes::default() {
        return;
    }
    text.line(&format!("[{path}]"));
    text.key_if("announce", announce.then_some(true));
    attributes(own, text);
    text.key_if("next-hop", own.next_hop.map(|next_hop| quoted(&next_hop.to_string())));
}

/// What routes are given, but for the next hop.
pub(super) fn attributes(own: &Attributes, text: &mut Text) {
    text.key_if("prepend", (own.prepend > 0).then_some(own.prepend));
    text.key_if("med", own.med);
    if !own.communities.is_empty() {
        text.key("communities", list(&own.communities));
    }
    if !own.large_communities.is_empty() {
        text.key("large-communities", list(&own.large_communities));
    }
}

fn loopback(path: &str, own: &Loopback, text: &mut Text) {
    let interface = own.interface.as_deref().filter(|interface| *interface != "lo");
    let says_nothing =
        !own.unbound && !own.remove_on_down && own.label.is_none() && interface.is_none();
    if says_nothing {
        return;
    }
    text.line(&format!("[{path}]"));
    text.key_if("bind", own.unbound.then_some(false));
    text.key_if("interface", interface.map(quoted));
    text.key_if("label", own.label.as_deref().map(quoted));
    text.key_if("on-down", own.remove_on_down.then(|| quoted("remove")));
}

fn check(service: &str, own: &Check, text: &mut Text) {
    text.line(&format!("[{service}.check.{}]", part(&own.name)));
    match &own.kind {
        CheckKind::Exec(command) => text.key("exec", format!("{{ command = {} }}", list(command))),
        CheckKind::NoFile(path) => {
            text.key("file", format!("{{ path = {}, present = false }}", quoted(path)));
        }
        CheckKind::File(path) => text.key("file", format!("{{ path = {} }}", quoted(path))),
        CheckKind::Process(name) => text.key("process", format!("{{ name = {} }}", quoted(name))),
    }
    text.key("interval", duration(own.interval));
    text.key_if("fast-interval", own.fast_interval.map(duration));
    text.key_if("timeout", own.timeout.map(duration));
    text.key("rise", own.rise);
    text.key("fall", own.fall);
}

fn hook(path: &str, own: &Hook, text: &mut Text) {
    text.element(path);
    text.key("on", list(&own.on));
    text.key("command", list(&own.command));
    text.key_if("timeout", own.timeout.map(duration));
}
