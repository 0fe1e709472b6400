//! Where the agent of a file is asked, whatever else the file says: who asks need not hold its secrets,
//! have its environment, or run a version that takes all of its keys.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::diagnostic::{Faults, Report, Severity};
use super::lower;
use super::notes::Notes;
use super::reader::Section;
use super::surroundings::Surroundings;
use super::{keys, secrets, source, syntax};

/// `[agent] control-socket` of a file, or its default where the file leaves it out. No other key is
/// looked at.
///
/// # Errors
///
/// What keeps the file from being read or from being TOML, and a fault of the key itself.
pub(super) fn control_socket(
    path: &Path,
    surroundings: &Surroundings<'_>,
) -> Result<PathBuf, Faults> {
    let text = source::text(path, "name another with --config")?;
    let quoted: Arc<str> = secrets::blanked(&text).into();
    let name = path.display().to_string();
    let refuse = |faults| Faults::new(Report::new(Severity::Fault, &name, &quoted, faults));
    let (table, broken) = DeTable::parse_recoverable(&text);
    if !broken.is_empty() {
        return Err(refuse(syntax::faults(broken, &text, &quoted)));
    }
    let mut table = only(table.into_inner(), "agent");
    if let Some(DeValue::Table(agent)) = table.get_mut("agent").map(Spanned::get_mut) {
        *agent = only(std::mem::take(agent), "control-socket");
    }
    let notes = Notes::new(surroundings);
    let socket = lower::control_socket(&Section::root(&notes, &keys::FILE, &table));
    let (faults, _) = notes.finish();
    socket.filter(|_| faults.is_empty()).ok_or_else(|| refuse(faults))
}

fn only<'i>(table: DeTable<'i>, name: &str) -> DeTable<'i> {
    table.into_iter().filter(|(key, _)| key.get_ref() == name).collect()
}

#[cfg(test)]
mod tests;
