use std::net::IpAddr;
use std::time::Duration;

use super::route::{self, Route};
use crate::base::Family;
use crate::convert::attributes::listed;
use crate::convert::braces::Statement;
use crate::convert::draft::{Draft, Neighbor};
use crate::convert::findings::{Findings, Kind};
use crate::convert::tables::EXABGP;
use crate::convert::value;

/// Every Azure Route Server has this AS, and nobody else may.
const AZURE: u32 = 65515;
/// The TTL of a connection that nobody has set another for: ExaBGP's sessions cross routers unasked.
const KERNEL_TTL: u8 = 64;

/// Reads neighbours, and what stands within them.
pub(super) struct Reader<'t> {
    templates: &'t [Statement],
    /// Static routes, each with its neighbour.
    pub(super) routes: Vec<Route>,
    /// Processes within neighbours (version 3.4), each with the names of its neighbours.
    pub(super) processes: Vec<(Statement, Vec<String>)>,
    /// Which neighbour takes routes from which process.
    pub(super) listeners: Vec<Listener>,
}

/// A neighbour that takes routes from a process.
#[derive(Debug, Clone)]
pub(super) struct Listener {
    pub(super) neighbor: String,
    /// The process; `None` in place of a pattern.
    pub(super) process: Option<String>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(templates: &'t [Statement]) -> Self {
        let (routes, processes, listeners) = (Vec::new(), Vec::new(), Vec::new());
        Self { templates, routes, processes, listeners }
    }

    /// Adds a neighbour. What it says itself comes last, and so outweighs what it inherits.
    pub(super) fn read(
        &mut self,
        statement: &Statement,
        group: &[Statement],
        draft: &mut Draft,
        findings: &mut Findings,
    ) {
        let own: Vec<&Statement> = group.iter().chain(statement.inside()).collect();
        let mut all = self.inherited(&own, findings);
        all.extend(own);
        let mut neighbor = Neighbor { multihop: Some(KERNEL_TTL), ..Neighbor::default() };
        neighbor.address =
            statement.values().first().and_then(|address| value::address(address, findings));
        for inner in &all {
            let known = findings.judge(&EXABGP, "neighbor", inner.name());
            if let Some(option) = known {
                setting(option, inner, &mut neighbor, draft, findings);
            }
        }
        require(statement, &neighbor, findings);
        settle(&mut neighbor, draft);
        let neighbor = draft.add_neighbor(neighbor).clone();
        for inner in all {
            self.contents(inner, &neighbor, draft.local_as, findings);
        }
    }

    /// What the templates say that are named by `inherit`.
    fn inherited(&self, own: &[&Statement], findings: &mut Findings) -> Vec<&'t Statement> {
        let mut found = Vec::new();
        for inherit in own.iter().filter(|inner| inner.name().as_str() == "inherit") {
            for name in listed(inherit.values()) {
                let called = |template: &&Statement| {
                    template.values().first().is_some_and(|own| own.text == name.text)
                };
                match self.templates.iter().find(called) {
                    Some(template) => found.extend(template.inside()),
                    None => findings.fault(
                        name.place,
                        format!("there is no template {}", name.text),
                        "",
                        "template { neighbor NAME { ... } } defines one",
                    ),
                }
            }
        }
        found
    }

    /// Routes and processes.
    fn contents(
        &mut self,
        inner: &Statement,
        neighbor: &Neighbor,
        local_as: Option<u32>,
        findings: &mut Findings,
    ) {
        let mut listen = |process: Option<String>| {
            self.listeners.push(Listener { neighbor: neighbor.name.clone(), process });
        };
        match inner.name().as_str() {
            "api" => {
                for statement in inner.inside() {
                    match findings.judge(&EXABGP, "api", statement.name()) {
                        Some("processes") => {
                            let names = listed(statement.values()).into_iter();
                            names.for_each(|name| listen(Some(name.text)));
                        }
                        Some("processes-match") => listen(None),
                        Some(_) | None => {}
                    }
                }
            }
            "process" => self.process(inner, neighbor),
            "static" | "announce" => {
                let own_as = neighbor.local_as.or(local_as);
                self.routes.extend(route::read(inner, neighbor, own_as, findings));
            }
            _ => {}
        }
    }
}

impl Reader<'_> {
    /// What a group or a template says once is one process for all that have it.
    fn process(&mut self, process: &Statement, neighbor: &Neighbor) {
        let same = |(known, _): &&mut (Statement, Vec<String>)| known.place() == process.place();
        match self.processes.iter_mut().find(same) {
            Some((_, owners)) => owners.push(neighbor.name.clone()),
            None => self.processes.push((process.clone(), vec![neighbor.name.clone()])),
        }
    }
}

/// One statement of a neighbour.
fn setting(
    option: &str,
    statement: &Statement,
    neighbor: &mut Neighbor,
    draft: &mut Draft,
    findings: &mut Findings,
) {
    match option {
        "family" => return families(statement, neighbor, findings),
        "capability" => {
            for inner in statement.inside() {
                findings.judge(&EXABGP, "capability", inner.name());
            }
            return;
        }
        "passive" => {
            let said = statement.values().first();
            neighbor.passive = said.is_none_or(|word| value::boolean(word, findings) == Some(true));
            return;
        }
        "inherit" | "md5-base64" | "api" | "process" | "static" | "announce" => return,
        _ => {}
    }
    let Some(word) = statement.value(findings) else { return };
    match option {
        "description" => neighbor.description = Some(word.text.clone()),
        "peer-address" => neighbor.address = value::address(word, findings),
        "router-id" => router_id(statement, draft, findings),
        "local-address" if word.as_str() == "auto" => {}
        "local-address" => neighbor.local_address = value::address(word, findings),
        "source-interface" => neighbor.local_interface = Some(word.text.clone()),
        "local-as" if word.as_str() == "auto" => {}
        "local-as" => neighbor.local_as = value::number(word, findings),
        "peer-as" => neighbor.peer_as = value::number(word, findings),
        "hold-time" => {
            let seconds = value::number::<u16>(word, findings);
            neighbor.hold_time = seconds.map(|seconds| Duration::from_secs(seconds.into()));
        }
        "listen" => {
            let port: Option<u16> = value::number(word, findings);
            draft.listen = port.map(|port| format!("[::]:{port}"));
        }
        "connect" => neighbor.port = value::number(word, findings),
        "outgoing-ttl" if !switched_off(word.as_str()) => {
            neighbor.multihop = value::number::<u8>(word, findings).filter(|ttl| *ttl > 0);
        }
        "ttl-security" | "incoming-ttl" if !switched_off(word.as_str()) => {
            let least = value::number::<u8>(word, findings).filter(|ttl| *ttl > 1);
            neighbor.ttl_security = least.map(|least| 255 - least + 1);
        }
        "md5" | "md5-password" => neighbor.password_file = true,
        _ => {}
    }
}

fn switched_off(word: &str) -> bool {
    matches!(word, "false" | "disable" | "disabled" | "0")
}

fn router_id(statement: &Statement, draft: &mut Draft, findings: &mut Findings) {
    let Some(word) = statement.value(findings) else { return };
    let Some(IpAddr::V4(id)) = value::address(word, findings) else { return };
    match draft.router_id {
        Some(other) if other != id => findings.note(
            Kind::NotCarried,
            statement.place(),
            format!("router-id {id}: herald has one identifier, and takes the first: {other}"),
        ),
        Some(_) | None => draft.router_id = draft.router_id.or(Some(id)),
    }
}

fn families(statement: &Statement, neighbor: &mut Neighbor, findings: &mut Findings) {
    let mut families = Vec::new();
    for inner in statement.inside() {
        let family = match findings.judge(&EXABGP, "family", inner.name()) {
            Some("ipv4" | "inet4" | "inet") => Family::Ipv4Unicast,
            Some("ipv6" | "inet6") => Family::Ipv6Unicast,
            Some(_) | None => continue,
        };
        match inner.values().first().map(|kind| kind.as_str()) {
            Some("unicast") if !families.contains(&family) => families.push(family),
            Some("unicast") => {}
            Some(_) | None => findings.note(
                Kind::NotCarried,
                inner.place(),
                "this family: herald speaks IPv4 and IPv6 unicast only",
            ),
        }
    }
    neighbor.families = families;
}

/// What ExaBGP requires too.
fn require(statement: &Statement, neighbor: &Neighbor, findings: &mut Findings) {
    let said = |name: &str| {
        let mut inside = statement.inside().iter();
        !statement.values().is_empty() && name == "address"
            || inside.any(|inner| inner.name().as_str() == name)
    };
    let lacks = [
        (neighbor.address.is_none(), "address", "neighbor 192.0.2.1 { ... }"),
        (neighbor.peer_as.is_none(), "peer-as", "peer-as 65000;"),
    ];
    // What is there and cannot be read has been refused already.
    for (_, what, example) in lacks.iter().filter(|(lacks, what, _)| *lacks && !said(what)) {
        let message = format!("this neighbor has no {what}");
        findings.fault(statement.place(), message, "a session needs it", format!("add {example}"));
    }
    if neighbor.local_as.is_some() && neighbor.local_as == neighbor.peer_as {
        findings.fault(
            statement.place(),
            "this is a session within one AS",
            "herald speaks eBGP only: local-as and peer-as must differ",
            "give herald an AS of its own, such as 65010, and configure it at the neighbour",
        );
    }
}

/// What follows from the rest.
fn settle(neighbor: &mut Neighbor, draft: &mut Draft) {
    neighbor.is_azure = neighbor.peer_as == Some(AZURE);
    // The profile says so, and ttl-security excludes it.
    let is_implied = neighbor.is_azure && neighbor.multihop == Some(KERNEL_TTL);
    if is_implied || neighbor.ttl_security.is_some() {
        neighbor.multihop = None;
    }
    draft.local_as = draft.local_as.or(neighbor.local_as);
    neighbor.local_as = neighbor.local_as.filter(|own| Some(*own) != draft.local_as);
}
