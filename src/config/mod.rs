//! F4: the TOML file becomes types that cannot be wrong, or a list of every fault with its place.
//!
//! ```text
//! text ─▶ TOML with places ─▶ reader (one key at a time, by the key table) ─▶ drafts ─▶ rules ─▶ Config
//!                                        └───────── faults and worries, with their places ────┘
//! ```
//!
//! Faults keep the agent from starting; worries are readable but unwise. A fault never stops the
//! reading, so that all of a file come in one go.

mod change;
mod checks;
mod control_socket;
mod diagnostic;
mod duration;
mod elsewhere;
mod engine;
mod environment_file;
mod inheritance;
mod keys;
mod lower;
mod manual;
mod notes;
mod password;
mod pattern;
mod reader;
mod reference;
mod region;
mod secrets;
mod settings;
mod signature;
mod source;
mod surroundings;
mod syntax;
mod types;
mod wrap;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::de::DeTable;

use self::diagnostic::Severity;
use self::notes::Notes;
use self::reader::Section;

pub use checks::{
    Cadence, Check, CheckKind, DnsCheck, FileCheck, HttpCheck, ProcessCheck, Statuses, TcpCheck,
    TcpTls,
};
pub use diagnostic::{Diagnostic, Faults, Place, Report};
pub use duration::{parse as parse_duration, show as show_duration};
pub use environment_file::EnvironmentFile;
pub use inheritance::Inheritance;
pub use manual::manual;
pub use password::Password;
pub use pattern::Pattern;
pub use reference::reference;
pub use region::NoSuchRegion;
pub use settings::Settings;
pub use signature::{AoAlgorithm, AoKey, Signature};
pub use source::regular_file;
pub use surroundings::{Access, Machine, Surroundings, User, of_process};
pub use types::{
    Agent, Bfd, Bgp, Config, EventSocket, HaproxyAddress, HaproxyCheck, HaproxyInstance, Hook,
    Http, Listen, Login, Loopback, Maintenance, Metadata, MinUp, Neighbor, OnDown, Profile,
    Provider, Region, Service, Transport, Ttl,
};

pub(crate) use source::text;

/// The way out when there is no configuration.
const WRITE_ONE: &str = "write one, for example after configs/minimal.toml (below /usr/share/doc/herald where herald is \
     installed), or name another with --config";

/// A file that can be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// What it says.
    pub config: Config,
    /// What in it is readable but unwise.
    pub worries: Report,
    /// Its settings as they are written.
    pub settings: Settings,
}

/// Reads, checks and lowers a file, on this machine and with the environment of this process.
///
/// # Errors
///
/// All faults of the file in one go, or the one that keeps it from being read.
pub fn load(path: &Path) -> Result<Loaded, Faults> {
    load_in(path, &Surroundings::PROCESS)
}

/// Reads, checks and lowers a file in other surroundings.
///
/// # Errors
///
/// As [`load`].
pub fn load_in(path: &Path, surroundings: &Surroundings<'_>) -> Result<Loaded, Faults> {
    read_in(&path.display().to_string(), &text(path, WRITE_ONE)?, surroundings)
}

/// Where the agent of a file is asked: `[agent] control-socket`, whatever is wrong with other keys.
///
/// # Errors
///
/// What keeps the file from being read or from being TOML, and a fault of the key itself.
pub fn control_socket(path: &Path) -> Result<PathBuf, Faults> {
    control_socket::control_socket(path, &Surroundings::PROCESS)
}

/// Reads, checks and lowers the text of a file called `name`. `environment` gives the values for
/// `${NAME}`.
///
/// # Errors
///
/// All faults of the text in one go.
pub fn read(
    name: &str,
    text: &str,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Loaded, Faults> {
    read_in(name, text, &Surroundings { environment, machine: Machine::Here })
}

/// Reads, checks and lowers the text of a file called `name`.
///
/// # Errors
///
/// All faults of the text in one go.
pub fn read_in(name: &str, text: &str, surroundings: &Surroundings<'_>) -> Result<Loaded, Faults> {
    let quoted: Arc<str> = secrets::blanked(text).into();
    let (table, syntax) = DeTable::parse_recoverable(text);
    if !syntax.is_empty() {
        // What a broken text means is guesswork: faults of meaning would mislead.
        let faults = syntax::faults(syntax, text, &quoted);
        return Err(Faults::new(Report::new(Severity::Fault, name, &quoted, faults)));
    }
    let notes = Notes::new(surroundings);
    let config = lower::file(&Section::root(&notes, &keys::FILE, table.get_ref()));
    let (faults, worries) = notes.finish();
    match config {
        Some(config) if faults.is_empty() => {
            let worries = Report::new(Severity::Worry, name, &quoted, worries);
            Ok(Loaded { config, worries, settings: Settings::of(table.get_ref()) })
        }
        Some(_) | None => Err(Faults::new(Report::new(Severity::Fault, name, &quoted, faults))),
    }
}

#[cfg(test)]
mod tests;
