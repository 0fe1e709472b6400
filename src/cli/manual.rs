//! `man`: a page for herald and one for each of its commands.
//!
//! What a command is and takes comes from the definition of the command line, and so do its examples
//! and its exit status where it has one of its own: they stand at the end of its help.

use std::io;

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
    /// List the commands that have a page, one a line.
    #[arg(long, conflicts_with = "command")]
    list: bool,
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
    // `help` needs no page.
    let mut herald = super::command().disable_help_subcommand(true);
    herald.build();
    let pages = pages(&herald, "", None);
    if arguments.list {
        pages.iter().filter(|page| !page.words.is_empty()).for_each(|page| print(&page.words));
        return Ok(Exit::Done);
    }
    let text = find(&pages, &arguments.command.join(" ")).text().map_err(|error| {
        complain(&error);
        Exit::No
    })?;
    print(text.trim_end());
    Ok(Exit::Done)
}

fn find<'p>(pages: &'p [Page<'_>], words: &str) -> &'p Page<'p> {
    pages.iter().find(|page| page.words == words).unwrap_or_else(|| {
        let names = pages.iter().map(|page| page.words.as_str()).filter(|name| !name.is_empty());
        let meant = closest(words, names).map(|near| format!(": did you mean {near}?"));
        let message = format!("there is no command {words}{}", meant.unwrap_or_default());
        super::command().error(ErrorKind::InvalidSubcommand, message).exit()
    })
}

/// The page of a command.
struct Page<'c> {
    /// What stands after `herald`: `convert exabgp`.
    words: String,
    command: &'c Command,
    end: End,
}

/// The page of a command, then those of the commands inside it, which share its exit status.
fn pages<'c>(command: &'c Command, words: &str, exit_status: Option<&str>) -> Vec<Page<'c>> {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let mut end = End::of(&help);
    end.exit_status = end.exit_status.or_else(|| exit_status.map(str::to_owned));
    let inner = command.get_subcommands().flat_map(|inner| {
        let words = format!("{words} {}", inner.get_name());
        pages(inner, words.trim_start(), end.exit_status.as_deref())
    });
    let inner: Vec<_> = inner.collect();
    let mut all = vec![Page { words: words.to_owned(), command, end }];
    all.extend(inner);
    all
}

impl Page<'_> {
    /// In the order of man-pages(7).
    fn text(&self) -> io::Result<String> {
        let source = concat!("herald ", env!("CARGO_PKG_VERSION"));
        let man = Man::new(self.command.clone()).source(source).manual("herald");
        let mut text = Vec::new();
        man.render_title(&mut text)?;
        man.render_name_section(&mut text)?;
        man.render_synopsis_section(&mut text)?;
        man.render_description_section(&mut text)?;
        man.render_options_section(&mut text)?;
        if self.command.has_subcommands() {
            man.render_subcommands_section(&mut text)?;
        }
        let mut roff = Roff::default();
        self.render_end(&mut roff);
        roff.to_writer(&mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    fn render_end(&self, roff: &mut Roff) {
        if !self.end.notes.is_empty() {
            roff.control("SH", ["NOTES"]);
            lines(roff, &self.end.notes);
        }
        roff.control("SH", ["EXIT STATUS"]);
        match &self.end.exit_status {
            Some(own) => lines(roff, std::slice::from_ref(own)),
            None => {
                let codes = EXIT_STATUS.map(|(exit, meaning)| ((exit as u8).to_string(), meaning));
                items(roff, codes.iter().map(|(code, meaning)| (code.as_str(), *meaning)));
            }
        }
        let whole = self.words.is_empty();
        if whole {
            roff.control("SH", ["ENVIRONMENT"]);
            items(roff, ENVIRONMENT);
            roff.control("SH", ["FILES"]);
            items(roff, FILES);
        }
        roff.control("SH", ["EXAMPLES"]).control("nf", []);
        lines(roff, &self.end.examples);
        roff.control("fi", []).control("SH", ["SEE ALSO"]);
        roff.text(match whole {
            true => [bold("haproxy"), roman("(1), "), bold("systemctl"), roman("(1)")].to_vec(),
            false => [bold("herald"), roman("(1): files, and the environment")].to_vec(),
        });
    }
}

/// What stands at the end of a help.
#[derive(Debug, Default)]
struct End {
    notes: Vec<String>,
    exit_status: Option<String>,
    examples: Vec<String>,
}

impl End {
    fn of(help: &str) -> Self {
        let mut end = Self::default();
        for line in help.lines().filter(|line| !line.is_empty() && !line.ends_with(':')) {
            if let Some(own) = line.strip_prefix("Exit status: ") {
                end.exit_status = Some(own.to_owned());
            } else if line.starts_with("  herald ") {
                end.examples.push(line.trim_start().to_owned());
            } else if !line.starts_with(' ') {
                end.notes.push(line.to_owned());
            }
        }
        end
    }
}

fn lines(roff: &mut Roff, lines: &[String]) {
    for line in lines {
        roff.text([roman(line)]);
    }
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

    /// The titles of all pages, such as `herald-convert-exabgp`, with their texts.
    fn all() -> Vec<(String, String)> {
        let mut herald = super::super::command().disable_help_subcommand(true);
        herald.build();
        let pages = pages(&herald, "", None);
        let title = |page: &Page<'_>| format!("herald {}", page.words).trim_end().replace(' ', "-");
        pages.iter().map(|page| (title(page), page.text().unwrap())).collect()
    }

    #[test]
    fn every_page_that_is_named_is_made() {
        let pages = all();
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
        for (title, page) in all() {
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
        assert_eq!((notes, exit_status), (vec!["A note.".to_owned()], Some("0 taken".to_owned())));
        assert_eq!(examples, ["herald a", "herald b"]);
    }
}
