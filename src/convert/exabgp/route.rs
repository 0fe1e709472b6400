use std::net::IpAddr;

use ipnet::IpNet;

use super::word;
use crate::base::Prefix;
use crate::convert::attributes::{communities, listed, prepend};
use crate::convert::braces::Statement;
use crate::convert::draft::{Attributes, Neighbor};
use crate::convert::findings::Findings;
use crate::convert::source::{Place, Word};
use crate::convert::tables::EXABGP;
use crate::convert::value;

/// Parts of one split route; a configuration with more of them would be read by nobody.
const MOST_PARTS: usize = 1024;

/// A route that is always announced to a neighbour.
#[derive(Debug, Clone)]
pub(super) struct Route {
    pub(super) neighbor: String,
    pub(super) prefix: Prefix,
    pub(super) attributes: Attributes,
    pub(super) name: Option<String>,
    pub(super) withdrawn: bool,
    pub(super) place: Place,
}

/// The routes of a `static` or `announce` block.
pub(super) fn read(
    block: &Statement,
    neighbor: &Neighbor,
    local_as: Option<u32>,
    findings: &mut Findings,
) -> Vec<Route> {
    let mut reader = Reader { neighbor, local_as, findings, routes: Vec::new() };
    let section = if block.name().as_str() == "static" { "static" } else { "announce" };
    for statement in block.inside() {
        match reader.findings.judge(&EXABGP, section, statement.name()) {
            Some("route") => reader.route(statement),
            Some("attributes") => reader.shared(statement),
            Some("ipv4" | "ipv6") => {
                statement.inside().iter().for_each(|inner| reader.unicast(inner))
            }
            Some(_) | None => {}
        }
    }
    reader.routes
}

struct Reader<'a> {
    neighbor: &'a Neighbor,
    local_as: Option<u32>,
    findings: &'a mut Findings,
    routes: Vec<Route>,
}

/// Attributes with what else is said of a route.
#[derive(Default)]
struct Said {
    attributes: Attributes,
    name: Option<String>,
    split: Option<u8>,
    withdrawn: bool,
}

impl Reader<'_> {
    /// `route PREFIX attribute value ...;` or `route PREFIX { attribute value; ... }`
    fn route(&mut self, statement: &Statement) {
        let Some(prefix) = statement.value(self.findings) else { return };
        let mut said = Said::default();
        self.options(&statement.words[2..], &mut said);
        for inner in statement.inside() {
            self.option(inner.name(), inner.values(), &mut said);
        }
        self.add(prefix, statement.place(), said);
    }

    /// `unicast PREFIX attribute value ...;`
    fn unicast(&mut self, statement: &Statement) {
        match statement.name().as_str() {
            "unicast" => self.route(statement),
            _ => {
                let kind = word("label", statement.name());
                self.findings.judge(&EXABGP, "route", &kind);
            }
        }
    }

    /// `attributes attribute value ... nlri PREFIX PREFIX;`
    fn shared(&mut self, statement: &Statement) {
        let is_nlri = |word: &Word| word.as_str() == "nlri";
        let Some(at) = statement.words.iter().position(is_nlri) else {
            let help = "attributes med 100 nlri 192.0.2.1/32;";
            self.findings.fault(statement.place(), "these attributes are for no route", "", help);
            return;
        };
        for prefix in listed(&statement.words[at + 1..]) {
            let mut said = Said::default();
            self.options(&statement.words[1..at], &mut said);
            self.add(&prefix, statement.place(), said);
        }
    }

    /// Attributes one after the other, each with a value, a list in brackets, or nothing.
    fn options(&mut self, words: &[Word], said: &mut Said) {
        let mut rest = words;
        while let Some((name, after)) = rest.split_first() {
            let length = match after.first().map(Word::as_str) {
                _ if matches!(name.as_str(), "atomic-aggregate" | "withdraw") => 0,
                Some("[" | "(") => closing(after),
                Some(_) => 1,
                None => 0,
            };
            let (values, after) = after.split_at(length);
            self.option(name, values, said);
            rest = after;
        }
    }

    fn option(&mut self, name: &Word, values: &[Word], said: &mut Said) {
        let Some(option) = self.findings.judge(&EXABGP, "route", name) else { return };
        let values = listed(values);
        let attributes = &mut said.attributes;
        match option {
            "as-path" => attributes.prepend = prepend(&values, self.local_as, self.findings),
            "community" | "large-community" => communities(&values, attributes, self.findings),
            "withdraw" => said.withdrawn = true,
            _ => {
                let Some(value) = values.first() else {
                    let message = format!("{} has no value", name.text);
                    self.findings.fault(name.place, message, "", "write it behind");
                    return;
                };
                match option {
                    "next-hop" => attributes.next_hop = self.next_hop(value),
                    "med" => attributes.med = value::number(value, self.findings),
                    "name" => said.name = Some(value.text.clone()),
                    "split" => {
                        let length = word(value.text.trim_start_matches('/'), value);
                        said.split = value::number(&length, self.findings);
                    }
                    _ => {}
                }
            }
        }
    }

    /// The session's own address is the default.
    fn next_hop(&mut self, value: &Word) -> Option<IpAddr> {
        if value.as_str() == "self" {
            return None;
        }
        let address = value::address(value, self.findings)?;
        (Some(address) != self.neighbor.local_address).then_some(address)
    }

    fn add(&mut self, prefix: &Word, place: Place, said: Said) {
        let Some(network) = value::network(prefix, self.findings) else { return };
        let Some(parts) = parts(network.trunc(), said.split) else {
            let help = format!("split it into at most {MOST_PARTS} parts");
            self.findings.fault(place, "this route has too many parts", "", help);
            return;
        };
        for part in parts {
            self.routes.push(Route {
                neighbor: self.neighbor.name.clone(),
                prefix: part,
                attributes: said.attributes.clone(),
                name: said.name.clone(),
                withdrawn: said.withdrawn,
                place,
            });
        }
    }
}

/// How many words there are up to the bracket that closes the list at the beginning.
fn closing(words: &[Word]) -> usize {
    let mut depth = 0_usize;
    for (index, word) in words.iter().enumerate() {
        match word.as_str() {
            "[" | "(" => depth += 1,
            "]" | ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    words.len()
}

/// The network in parts of that length; `None` when they are too many.
fn parts(network: IpNet, length: Option<u8>) -> Option<Vec<Prefix>> {
    let own = Prefix::new(network.addr(), network.prefix_len())?;
    let longer = length.filter(|length| *length > network.prefix_len());
    let Some(subnets) = longer.and_then(|length| network.subnets(length).ok()) else {
        return Some(vec![own]);
    };
    let parts: Vec<Prefix> = subnets
        .take(MOST_PARTS + 1)
        .filter_map(|part| Prefix::new(part.addr(), part.prefix_len()))
        .collect();
    (parts.len() <= MOST_PARTS).then_some(parts)
}
