use std::path::Path;
use std::sync::Arc;

use super::scalar;
use crate::base::{Family, LoopbackAddress, Prefix, Scope};
use crate::config::reader::{Placed, Refusal, Section};
use crate::config::surroundings::Machine;
use crate::config::types::{Loopback, OnDown};

/// `[service.X.loopback]` for the service's host addresses, as far as they could be read.
pub(super) fn read(service: &Section<'_>, addresses: &[Placed<Prefix>]) -> Option<Loopback> {
    let section = &service.section("loopback");
    let bind = section.boolean("bind");
    let interface = section.text("interface", scalar::interface);
    let label = section.text("label", label);
    let on_down = section.text("on-down", on_down);
    let scope = section.text("scope", scope);

    let is_ipv4 = |prefix: &Prefix| prefix.family() == Family::Ipv4Unicast;
    let all = service.elements("addresses") == addresses.len();
    if let Some(label) = &label
        && all
        && !addresses.iter().any(|address| is_ipv4(&address.value))
    {
        section.notes.fault(
            &label.span,
            "label has no use here",
            "only IPv4 addresses carry a label, and this service has none",
            "leave it out",
        );
    }
    if let Some(interface) = &interface {
        worry_about_absence(section, interface);
    }
    let interface: Arc<str> = interface?.value.into();
    let label: Option<Arc<str>> = label.map(|label| label.value.into());
    let scope = scope?.value;
    let bound = addresses.iter().map(|prefix| LoopbackAddress {
        address: prefix.value.address(),
        interface: Arc::clone(&interface),
        label: label.clone().filter(|_| is_ipv4(&prefix.value)),
        scope,
    });
    let addresses = if bind?.value { bound.collect() } else { Default::default() };
    Some(Loopback { addresses, on_down: on_down?.value })
}

/// Where the kernel shows its network interfaces (sysfs(5)).
const INTERFACES: &str = "/sys/class/net";

/// It may appear later, so it is no fault.
fn worry_about_absence(section: &Section<'_>, interface: &Placed<String>) {
    let here = match section.notes.machine() {
        Machine::Here | Machine::HereFor(_) => Path::new(INTERFACES),
        Machine::Elsewhere => return,
    };
    if interface.given && here.exists() && !here.join(&interface.value).exists() {
        section.notes.worry(
            &interface.span,
            format!("this machine has no interface {}", interface.shown),
            "until it appears, no address is bound and nothing is announced",
            "`ip link` lists those that there are",
        );
    }
}

/// IFA_LABEL holds 16 octets with its final NUL.
fn label(text: &str) -> Result<String, Refusal> {
    let good = |c: char| c.is_ascii_graphic();
    match text.len() {
        1..=15 if text.chars().all(good) => Ok(text.to_owned()),
        0..=15 => Err(Refusal::default()),
        long => Err(Refusal::rule(format!("it has {long} characters, and 15 is the most"))
            .help("shorten it")),
    }
}

fn on_down(text: &str) -> Result<OnDown, Refusal> {
    match text {
        "keep" => Ok(OnDown::Keep),
        "remove" => Ok(OnDown::Remove),
        _ => Err(Refusal::default()),
    }
}

fn scope(text: &str) -> Result<Scope, Refusal> {
    match text {
        "global" => Ok(Scope::Global),
        "host" => Ok(Scope::Host),
        _ => Err(Refusal::default()),
    }
}
