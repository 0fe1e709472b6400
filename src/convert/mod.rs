//! F5: configurations of ExaBGP with its healthcheck, anycast_healthchecker and keepalived become a
//! file for herald, and everything in them that the file does not hold is named.
//!
//! ```text
//! exabgp.conf, option files ─▶ exabgp ───┐
//! anycast-healthchecker.conf ─▶ anycast ─┤ Draft: neighbours, services ─▶ write ─▶ TOML ─▶ config::read
//! keepalived.conf ─▶ keepalived ─────────┤
//! bird.conf ─▶ bird ─────────────────────┘
//!                                └── Findings: faults; remarks, not carried, to fill in
//! ```
//!
//! Every option of every format has one row in `tables`, which says where it goes or why it goes
//! nowhere. Readers ask the table first: what it does not list is reported as unknown, and what it does
//! not carry is reported with the reason, so nothing is ignored in silence. The table of
//! `docs/migration.md` is made from the same rows.
//!
//! A fault (a text that its own program would not take) ends the conversion with nothing written. What
//! is missing for herald to run is a place to fill in: the file is written, and `herald check` refuses
//! it until that is done. Passwords are never copied.

mod anycast;
mod attributes;
mod bird;
mod braces;
mod command;
mod disk;
mod document;
mod draft;
mod exabgp;
mod findings;
mod keepalived;
mod names;
mod source;
mod tables;
mod value;
mod words;
mod write;

use std::net::{IpAddr, Ipv4Addr};

use crate::config::{self, Faults, Machine, Surroundings};

use self::draft::Draft;
use self::findings::Findings;

pub use disk::read;
pub use document::document;
pub use findings::{Kind, Note};
pub use source::Input;
pub use tables::{Fate, Row, TABLES, Table};

/// Whose configuration is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// ExaBGP 3.4, 4 and 5, with the option files of its healthcheck.
    Exabgp,
    /// anycast_healthchecker.
    AnycastHealthchecker,
    /// keepalived.
    Keepalived,
}

/// What is to be converted, and what the files do not say.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The files, in the order in which they are read.
    pub files: Vec<Input>,
    /// `bird.conf`, where the neighbours of anycast_healthchecker are.
    pub bird: Vec<Input>,
    /// Our AS, in place of what the files say.
    pub local_as: Option<u32>,
    /// Our BGP identifier, in place of what the files say.
    pub router_id: Option<Ipv4Addr>,
    /// Further neighbours with their AS.
    pub neighbors: Vec<(IpAddr, u32)>,
    /// The region of this machine: the prepend that all its routes share becomes the region's.
    pub region: Option<String>,
    /// The label of addresses whose source gives none.
    pub label: Option<String>,
}

/// A configuration for herald.
#[derive(Debug)]
pub struct Conversion {
    /// The file, opening with the notes as comments.
    pub toml: String,
    /// What it does not hold, what to know about it, and what is to be done.
    pub notes: Vec<Note>,
    /// What keeps herald from taking it as it is: places to fill in, or what the source asks for and
    /// herald refuses. Files with passwords that are still to be made do not count.
    pub faults: Option<Faults>,
}

/// Converts. `elsewhere` gives the text of a file that the configuration names.
///
/// # Errors
///
/// All faults of the files, one element per file.
pub fn convert(
    format: Format,
    request: Request,
    elsewhere: &dyn Fn(&str) -> Option<String>,
) -> Result<Conversion, Vec<Faults>> {
    let names: Vec<String> = request.files.iter().map(|file| file.name.clone()).collect();
    let mut findings = Findings::new(request.files.clone());
    let mut draft = Draft::default();
    match format {
        Format::Exabgp => exabgp::read(&mut draft, &mut findings, elsewhere),
        Format::AnycastHealthchecker => anycast::read(&mut draft, &mut findings),
        Format::Keepalived => keepalived::read(&mut draft, &mut findings),
    }
    bird::read(request.bird.clone(), &mut draft, &mut findings);
    draft.complete(&request, &mut findings);
    let notes = findings.finish()?;
    let toml = write::file(&draft, &write::Head { format, files: &names, notes: &notes });
    let elsewhere = Surroundings { environment: &|_| None, machine: Machine::Elsewhere };
    let faults = config::read_in("herald.toml", &toml, &elsewhere).err();
    Ok(Conversion { toml, notes, faults })
}

#[cfg(test)]
mod tests;
