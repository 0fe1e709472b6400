//! `bird.conf`: its BGP sessions, in which the neighbours of anycast_healthchecker are.

use std::net::IpAddr;
use std::time::Duration;

use super::braces::{Statement, Syntax, parse};
use super::draft::{Draft, Neighbor};
use super::findings::{Findings, Kind};
use super::source::{Input, Word};
use super::tables::BIRD;
use super::{names, value};

/// Every Azure Route Server has this AS, and nobody else may.
const AZURE: u32 = 65515;
/// What BIRD's `multihop` means without a number.
const HOPS: u8 = 64;

/// Adds the neighbours of the files.
pub(super) fn read(files: Vec<Input>, draft: &mut Draft, findings: &mut Findings) {
    let mut reader = Reader::default();
    let mut statements = Vec::new();
    for file in files {
        let text = file.text.clone();
        let number = findings.open(file);
        statements.extend(parse(number, &text, Syntax::Bird, findings));
    }
    for statement in &statements {
        reader.note_definitions(statement);
    }
    for statement in &statements {
        reader.outermost(statement, draft, findings);
    }
}

#[derive(Default)]
struct Reader {
    /// `define NAME = VALUE;`
    definitions: Vec<(String, String)>,
    /// `template bgp NAME { ... }`
    templates: Vec<Statement>,
}

impl Reader {
    fn note_definitions(&mut self, statement: &Statement) {
        let words: Vec<&str> = statement.words.iter().map(Word::as_str).collect();
        match words.as_slice() {
            ["define", name, "=", value] => {
                self.definitions.push(((*name).to_owned(), (*value).to_owned()));
            }
            ["template", "bgp", ..] => self.templates.push(statement.clone()),
            _ => {}
        }
    }

    fn outermost(&self, statement: &Statement, draft: &mut Draft, findings: &mut Findings) {
        let words: Vec<&str> = statement.words.iter().map(Word::as_str).collect();
        let known = findings.judge(&BIRD, "", statement.name());
        match (known, words.as_slice()) {
            (Some("router"), ["router", "id", ..]) => {
                let id = statement.words.get(2).and_then(|word| self.address(word, findings));
                if let Some(IpAddr::V4(id)) = id {
                    draft.router_id = draft.router_id.or(Some(id));
                }
            }
            (Some("protocol"), [_, "bgp", ..]) => self.session(statement, draft, findings),
            (Some("protocol"), [_, kind, ..]) => findings.note(
                Kind::NotCarried,
                statement.place(),
                format!(
                    "protocol {kind}: herald installs no routes, and announces its services only"
                ),
            ),
            (Some(_) | None, _) => {}
        }
    }

    /// `protocol bgp NAME from TEMPLATE { ... }`
    fn session(&self, statement: &Statement, draft: &mut Draft, findings: &mut Findings) {
        let word = |at: usize| statement.words.get(at).map_or("", Word::as_str);
        let (name, template) = match (word(2), word(3)) {
            ("from", template) => ("", template),
            (name, "from") => (name, word(4)),
            (name, _) => (name, ""),
        };
        let name = if name.is_empty() { String::new() } else { names::name(name, "peer") };
        let mut neighbor = Neighbor { name, ..Neighbor::default() };
        let templates = self.inherited(template, 0);
        for inner in templates.into_iter().chain(statement.inside()) {
            self.option(inner, &mut neighbor, findings);
        }
        if neighbor.address.is_none() || neighbor.peer_as.is_none() {
            findings.fault(
                statement.place(),
                "this session has no neighbour with an AS",
                "both are needed",
                "add neighbor 192.0.2.1 as 65000;",
            );
        }
        neighbor.is_azure = neighbor.peer_as == Some(AZURE);
        // 255, which the profile says, is no less.
        neighbor.multihop = neighbor.multihop.filter(|_| !neighbor.is_azure);
        draft.local_as = draft.local_as.or(neighbor.local_as);
        neighbor.local_as = neighbor.local_as.filter(|own| Some(*own) != draft.local_as);
        draft.add_neighbor(neighbor);
    }

    /// What a template says, after what its own template says.
    fn inherited(&self, name: &str, depth: usize) -> Vec<&Statement> {
        let called =
            |template: &&Statement| template.words.get(2).is_some_and(|own| own.as_str() == name);
        // Templates that name each other have an end.
        let Some(template) = self.templates.iter().find(called).filter(|_| depth < 8) else {
            return Vec::new();
        };
        let above = template.words.get(4).map_or("", Word::as_str);
        let mut all = self.inherited(above, depth + 1);
        all.extend(template.inside());
        all
    }

    fn option(&self, statement: &Statement, neighbor: &mut Neighbor, findings: &mut Findings) {
        let Some(option) = findings.judge(&BIRD, "bgp", statement.name()) else { return };
        let words = &statement.words;
        let last = words.last().filter(|_| words.len() > 1);
        let is_on = last.is_none_or(|word| word.as_str() != "off" && word.as_str() != "no");
        let seconds = |findings: &mut Findings| {
            let number: Option<u32> = last.and_then(|word| self.number(word, findings));
            number.map(|seconds| Duration::from_secs(seconds.into()))
        };
        match option {
            "local" => self.local(words, neighbor, findings),
            "neighbor" => self.neighbor(words, neighbor, findings),
            "description" => neighbor.description = last.map(|word| word.text.clone()),
            "source" => neighbor.local_address = last.and_then(|word| self.address(word, findings)),
            "interface" => neighbor.local_interface = last.map(|word| word.text.clone()),
            "multihop" => {
                let hops = last.map(|word| self.number(word, findings));
                neighbor.multihop = hops.unwrap_or(Some(HOPS));
            }
            "direct" => neighbor.multihop = None,
            "hold" => neighbor.hold_time = seconds(findings),
            "keepalive" => neighbor.keepalive = seconds(findings),
            "connect" => neighbor.connect_retry = seconds(findings),
            "password" => neighbor.password_file = true,
            "passive" => neighbor.passive = is_on,
            "disabled" => neighbor.shutdown = is_on,
            "ttl" if is_on => neighbor.ttl_security = neighbor.multihop.take().or(Some(1)),
            "bfd" => neighbor.bfd = is_on,
            "default" if words.iter().any(|word| word.as_str() == "bgp_med") => {
                neighbor.attributes.med = last.and_then(|word| self.number(word, findings));
            }
            _ => {}
        }
    }

    /// `local ADDRESS port PORT as NUMBER`, each part of which may be left out.
    fn local(&self, words: &[Word], neighbor: &mut Neighbor, findings: &mut Findings) {
        let mut rest = words.iter().skip(1);
        while let Some(word) = rest.next() {
            match word.as_str() {
                "as" => neighbor.local_as = rest.next().and_then(|w| self.number(w, findings)),
                "port" => {
                    findings.note(Kind::NotCarried, word.place, "local port: see `[bgp] listen`");
                    rest.next();
                }
                _ => neighbor.local_address = self.address(word, findings),
            }
        }
    }

    /// `neighbor ADDRESS port PORT as NUMBER`
    fn neighbor(&self, words: &[Word], neighbor: &mut Neighbor, findings: &mut Findings) {
        let mut rest = words.iter().skip(1);
        while let Some(word) = rest.next() {
            match word.as_str() {
                "as" => neighbor.peer_as = rest.next().and_then(|w| self.number(w, findings)),
                "port" => neighbor.port = rest.next().and_then(|w| self.number(w, findings)),
                "external" => {}
                _ => neighbor.address = self.address(word, findings),
            }
        }
    }

    fn number<T: std::str::FromStr>(&self, word: &Word, findings: &mut Findings) -> Option<T> {
        value::number(&self.defined(word), findings)
    }

    fn address(&self, word: &Word, findings: &mut Findings) -> Option<IpAddr> {
        value::address(&self.defined(word), findings)
    }

    /// What the word stands for.
    fn defined(&self, word: &Word) -> Word {
        let found = self.definitions.iter().find(|(name, _)| *name == word.text);
        let text = found.map_or_else(|| word.text.clone(), |(_, value)| value.clone());
        Word { text, place: word.place }
    }
}
