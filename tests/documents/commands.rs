use clap::error::ErrorKind;
use herald::cli;

use super::{code, documents, parts};

/// A command line of a document is one that herald understands.
#[test]
fn every_command_line_can_be_given() {
    let mut wrong = Vec::new();
    let mut given = 0;
    for (page, text) in documents() {
        let (prose, blocks) = parts(&text);
        for block in &blocks {
            for (number, line) in (block.first..).zip(&block.lines) {
                let Some(command) = command(block.language, line) else { continue };
                given += 1;
                if let Err(error) = parsed(&command) {
                    wrong.push(format!("{}:{number}: {command}\n{error}", page.display()));
                }
            }
        }
        for (line, words) in prose {
            for command in code(words).filter(|code| is_whole(code)) {
                given += 1;
                // In a sentence, what a command needs may stand elsewhere.
                let refused = parsed(command).err().filter(|error| !is_incomplete(error.kind()));
                if let Some(error) = refused {
                    wrong.push(format!("{}:{line}: {command}\n{error}", page.display()));
                }
            }
        }
    }
    assert!(given > 60, "only {given} command lines were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_example_of_the_help_can_be_given() {
    let herald = cli::command();
    for command in herald.get_subcommands().filter(|command| command.get_name() != "help") {
        let name = command.get_name();
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let examples: Vec<_> = help.lines().filter_map(|line| self::command("sh", line)).collect();
        assert!(!examples.is_empty(), "{name} has no example");
        for example in examples {
            assert!(example.starts_with(&format!("herald {name}")), "{name}: {example}");
            assert!(parsed(&example).is_ok(), "{example}");
        }
    }
}

/// The command in a line of a block, without prompt, `sudo`, comment and what it is piped to.
fn command(language: &str, line: &str) -> Option<String> {
    let line = match line.split_once("$ herald ") {
        Some((_, rest)) => format!("herald {rest}"),
        None if matches!(language, "sh" | "bash") => {
            let line = line.trim_start();
            let line = line.strip_prefix("sudo ").unwrap_or(line);
            line.strip_prefix("target/release/").unwrap_or(line).to_owned()
        }
        None => return None,
    };
    let end = [" #", " | ", " > ", " && ", "; "].iter().filter_map(|mark| line.find(mark)).min();
    let line = line[..end.unwrap_or(line.len())].trim();
    line.starts_with("herald ").then(|| line.to_owned())
}

/// Whether code in a sentence is a whole command line.
fn is_whole(code: &str) -> bool {
    code.starts_with("herald ") && !code.contains(['…', '|', '{', '<'])
}

fn parsed(command: &str) -> Result<(), clap::Error> {
    match cli::command().try_get_matches_from(words(command)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::DisplayHelp => Ok(()),
        Err(error) => Err(error),
    }
}

fn is_incomplete(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::MissingRequiredArgument
            | ErrorKind::MissingSubcommand
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    )
}

/// The words of a line as a shell parts them, with quotes and nothing else.
fn words(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut word, mut quote) = (None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => word.get_or_insert_default().push(c),
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (None, _) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}
