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
use super::{keys, secrets, source};

/// `[agent] control-socket` of a file, or its default where the file leaves it out. No other key is
/// looked at; `environment` gives the values for `${NAME}`.
///
/// # Errors
///
/// What keeps the file from being read or from being TOML, and a fault of the key itself.
pub(super) fn control_socket(
    path: &Path,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<PathBuf, Faults> {
    let text = source::text(path, "name another with --config")?;
    let quoted: Arc<str> = secrets::blanked(&text).into();
    let name = path.display().to_string();
    let refuse = |faults| Faults::new(Report::new(Severity::Fault, &name, &quoted, faults));
    let (table, syntax) = DeTable::parse_recoverable(&text);
    if !syntax.is_empty() {
        return Err(refuse(source::syntax_faults(&syntax, &text)));
    }
    let mut table = only(table.into_inner(), "agent");
    if let Some(DeValue::Table(agent)) = table.get_mut("agent").map(Spanned::get_mut) {
        *agent = only(std::mem::take(agent), "control-socket");
    }
    let notes = Notes::new(environment);
    let socket = lower::control_socket(&Section::root(&notes, &keys::FILE, &table));
    let (faults, _) = notes.finish();
    socket.filter(|_| faults.is_empty()).ok_or_else(|| refuse(faults))
}

fn only<'i>(table: DeTable<'i>, name: &str) -> DeTable<'i> {
    table.into_iter().filter(|(key, _)| key.get_ref() == name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<PathBuf, Faults> {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("herald.toml");
        std::fs::write(&file, text).unwrap();
        control_socket(&file, &|name| (name == "RUN").then(|| "/run/here".to_owned()))
    }

    #[test]
    fn the_socket_is_told_whatever_is_wrong_with_other_keys() {
        let usual = PathBuf::from("/run/herald/control.sock");
        for text in ["", "[agent]", "[bgp]\nlocal-as = \"${UNSET}\"", "[agent]\ngrase = 5\n[x]"] {
            assert_eq!(of(text).unwrap(), usual, "{text}");
        }
        let b = "[agent]\nregion = \"${UNSET}\"\nhttp = 7\ncontrol-socket = \"/run/b.sock\"";
        assert_eq!(of(b).unwrap(), PathBuf::from("/run/b.sock"));
        let here = "[agent]\ncontrol-socket = \"${RUN}/b.sock\"";
        assert_eq!(of(here).unwrap(), PathBuf::from("/run/here/b.sock"));
    }

    #[test]
    fn a_file_that_cannot_tell_says_why() {
        for (text, why) in [
            ("[agent]\ncontrol-socket = \"b.sock\"", "absolute path"),
            ("[agent]\ncontrol-socket = \"${UNSET}\"", "UNSET"),
            ("[agent]\ncontrol-socket = 7", "control-socket"),
            ("agent = 5", "[agent] cannot be"),
            ("[agent", "not TOML"),
        ] {
            let faults = of(text).unwrap_err();
            assert!(faults.to_string().contains(why), "{text}: {faults}");
        }
        let faults = control_socket(Path::new("/nonexistent"), &|_| None).unwrap_err();
        assert!(faults.to_string().contains("no such file"), "{faults}");
    }
}
