//! `man`: a page for herald and one for each of its commands.
//!
//! What a command is and takes comes from the definition of the command line, and so do its examples
//! and its exit status where it has one of its own: they stand at the end of its help.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::{Args, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::{DEFAULT_CONFIG, EXIT_STATUS, Exit, agent, complain, print};
use crate::base::closest;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The page of this command, such as drain or convert exabgp; without it, that of herald.
    command: Vec<String>,
    /// Write every page into this directory instead.
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    directory: Option<PathBuf>,
}

const FILES: [(&str, &str); 4] = [
    (DEFAULT_CONFIG, "The configuration."),
    (agent::DEFAULT_SOCKET, "The control socket: the commands that ask an agent use it."),
    ("/var/lib/herald", "The state directory: operators' words and the history."),
    ("/usr/share/doc/herald", "The documents, and a reference of every key of the configuration."),
];

const ENVIRONMENT: [(&str, &str); 6] = [
    ("HERALD_LOG", "What herald run logs, unless --log-level says."),
    ("NO_COLOR", "When it is set and not empty, nothing is coloured."),
    ("STATE_DIRECTORY", "The state directory of herald run, unless the configuration names one."),
    ("NOTIFY_SOCKET", "Where herald run tells the service manager how it is."),
    ("SSL_CERT_FILE, SSL_CERT_DIR", "Whom checks over TLS trust, instead of the system's store."),
    ("NAME", "Replaces ${NAME} in the strings of the configuration."),
];

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Exit> {
    let herald = herald();
    let failed = |error: io::Error| {
        complain(&error);
        Exit::No
    };
    if let Some(directory) = &arguments.directory {
        write_all(&herald, directory).map_err(failed)?;
    } else {
        let command = find(&herald, &arguments.command);
        print(page(command).map_err(failed)?.trim_end());
    }
    Ok(Exit::Done)
}

/// The command line without `help`, which needs no page.
fn herald() -> Command {
    let mut herald = super::command().disable_help_subcommand(true);
    herald.build();
    herald
}

/// The command of these words; another word is wrong usage.
fn find<'c>(herald: &'c Command, words: &[String]) -> &'c Command {
    words.iter().fold(herald, |command, word| {
        command.find_subcommand(word).unwrap_or_else(|| no_page(command, word))
    })
}

fn no_page(command: &Command, word: &str) -> ! {
    let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    let meant = closest(word, names).map(|near| format!(": did you mean {near}?"));
    let path = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let message = format!("{path} has no command {word}{}\n", meant.unwrap_or_default());
    herald().error(ErrorKind::InvalidSubcommand, message).exit()
}

fn write_all(command: &Command, directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    fs::write(directory.join(format!("{}.1", title(command))), page(command)?)?;
    command.get_subcommands().try_for_each(|inner| write_all(inner, directory))
}

/// `herald-convert-exabgp`.
fn title(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

/// A page in the order of man-pages(7).
fn page(command: &Command) -> io::Result<String> {
    let source = concat!("herald ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).source(source).manual("herald");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let mut roff = Roff::default();
    ends(&mut roff, command, &End::of(&help));
    roff.to_writer(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// What stands at the end of a help.
#[derive(Debug, Default)]
struct End<'h> {
    notes: Vec<&'h str>,
    exit_status: Option<&'h str>,
    examples: Vec<&'h str>,
}

impl<'h> End<'h> {
    fn of(help: &'h str) -> Self {
        let mut end = Self::default();
        for line in help.lines().filter(|line| !line.is_empty() && !line.ends_with(':')) {
            if let Some(own) = line.strip_prefix("Exit status: ") {
                end.exit_status = Some(own);
            } else if line.starts_with("  herald ") {
                end.examples.push(line.trim_start());
            } else if !line.starts_with(' ') {
                end.notes.push(line);
            }
        }
        end
    }
}

fn ends(roff: &mut Roff, command: &Command, end: &End<'_>) {
    let whole = title(command) == "herald";
    if !end.notes.is_empty() {
        roff.control("SH", ["NOTES"]);
        for note in &end.notes {
            roff.text([roman(*note)]);
        }
    }
    roff.control("SH", ["EXIT STATUS"]);
    match end.exit_status {
        Some(own) => drop(roff.text([roman(own)])),
        None => {
            let codes = EXIT_STATUS.map(|(exit, meaning)| ((exit as u8).to_string(), meaning));
            items(roff, codes.iter().map(|(code, meaning)| (code.as_str(), *meaning)));
        }
    }
    if whole {
        roff.control("SH", ["ENVIRONMENT"]);
        items(roff, ENVIRONMENT);
        roff.control("SH", ["FILES"]);
        items(roff, FILES);
    }
    roff.control("SH", ["EXAMPLES"]).control("nf", []);
    for example in &end.examples {
        roff.text([roman(*example)]);
    }
    roff.control("fi", []).control("SH", ["SEE ALSO"]);
    roff.text(match whole {
        true => [bold("haproxy"), roman("(1), "), bold("systemctl"), roman("(1)")].to_vec(),
        false => [bold("herald"), roman("(1): files, and the environment")].to_vec(),
    });
}

/// A list of terms with their meanings.
fn items<'i>(roff: &mut Roff, items: impl IntoIterator<Item = (&'i str, &'i str)>) {
    for (term, meaning) in items {
        roff.control("TP", []).text([bold(term)]);
        roff.text([roman(meaning)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(command: &Command) -> Vec<(String, String)> {
        let own = (title(command).to_owned(), page(command).unwrap());
        let inner = command.get_subcommands().flat_map(pages);
        std::iter::once(own).chain(inner).collect()
    }

    #[test]
    fn every_page_that_is_named_is_made() {
        let pages = pages(&herald());
        let is_made = |name: &str| pages.iter().any(|(title, _)| title == name);
        assert!(is_made("herald") && is_made("herald-convert-exabgp") && !is_made("herald-help"));
        for (title, page) in &pages {
            let lines = page.lines().map(|line| line.replace("\\-", "-"));
            for named in lines.filter(|line| line.starts_with("herald-") && line.ends_with("(1)")) {
                assert!(is_made(named.trim_end_matches("(1)")), "{title} names {named}");
            }
        }
    }

    #[test]
    fn every_page_has_the_sections_of_a_manual() {
        for (title, page) in pages(&herald()) {
            for section in ["EXIT STATUS", "EXAMPLES", "SEE ALSO"] {
                let heading =
                    page.lines().position(|l| l.starts_with(".SH") && l.contains(section));
                let heading = heading.unwrap_or_else(|| panic!("{title}: {section}\n{page}"));
                let below = page.lines().nth(heading + 1).unwrap_or_default();
                assert!(!below.starts_with(".SH"), "{title}: {section} is empty");
            }
            assert!(!page.contains("EXTRA"), "{title}");
        }
    }

    #[test]
    fn the_end_of_a_help_is_taken_apart() {
        let help = "A note.\nExit status: 0 taken\n\nExamples:\n  herald a\n  herald b\n";
        let End { notes, exit_status, examples } = End::of(help);
        assert_eq!((notes, exit_status), (vec!["A note."], Some("0 taken")));
        assert_eq!(examples, ["herald a", "herald b"]);
    }
}
