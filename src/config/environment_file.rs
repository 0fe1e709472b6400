use std::collections::BTreeMap;
use std::path::Path;

use super::diagnostic::Faults;
use super::source;

/// Variables as systemd reads them for a service from the file of `EnvironmentFile=` (systemd.exec(5)).
///
/// That is not what a shell makes of the same text: no `export`, nothing is expanded, and blanks
/// need no quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentFile(BTreeMap<String, String>);

impl EnvironmentFile {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// What keeps it from being read.
    pub fn load(path: &Path) -> Result<Self, Faults> {
        source::text(path, "name the file that the service has its variables from")
            .map(|t| Self::parse(&t))
    }

    /// Reads the text of such a file. What is no assignment is passed over, as systemd does.
    pub fn parse(text: &str) -> Self {
        let mut variables = BTreeMap::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let end = rest.find('\n').unwrap_or(rest.len());
            rest = match rest[..end].split_once('=') {
                Some((name, _)) if !rest.starts_with(['#', ';']) => {
                    let (value, after) = value(&rest[name.len() + 1..]);
                    variables.insert(name.trim_end().to_owned(), value);
                    after
                }
                Some(_) | None => &rest[end..],
            }
            .trim_start();
        }
        Self(variables)
    }

    /// The value of a variable.
    pub fn value(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}

/// A value, which may go on after a backslash or within quotes, and what follows its last line.
fn value(text: &str) -> (String, &str) {
    let mut value = String::new();
    // What stands before blanks that may be the last of the line.
    let mut kept = 0;
    let mut quoted_before = true;
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\n' => {
                value.truncate(kept);
                return (value, &text[at..]);
            }
            '\\' => value.extend(characters.next().map(|(_, c)| c).filter(|c| *c != '\n')),
            // A quote counts at the beginning, or behind another one.
            '\'' if quoted_before => literal(&mut characters, &mut value),
            '"' if quoted_before => quoted(&mut characters, &mut value),
            blank if blank.is_whitespace() => {
                if !quoted_before {
                    value.push(blank);
                }
                continue;
            }
            other => {
                value.push(other);
                quoted_before = false;
            }
        }
        if character == '\\' {
            quoted_before = false;
        }
        kept = value.len();
    }
    value.truncate(kept);
    (value, "")
}

fn literal(characters: &mut std::str::CharIndices<'_>, value: &mut String) {
    value.extend(characters.map(|(_, c)| c).take_while(|c| *c != '\''));
}

/// Within double quotes a backslash takes the meaning from what a shell would expand, and from the end
/// of the line; before anything else it is a backslash.
fn quoted(characters: &mut std::str::CharIndices<'_>, value: &mut String) {
    while let Some((_, character)) = characters.next() {
        match character {
            '"' => return,
            '\\' => match characters.next() {
                Some((_, '\n')) | None => {}
                Some((_, special @ ('"' | '\\' | '`' | '$'))) => value.push(special),
                Some((_, other)) => value.extend(['\\', other]),
            },
            other => value.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_what_systemd_makes_of_it() {
        for (text, value) in [
            ("A=1", "1"),
            ("  A = 1 \t\nB=2", "1"),
            ("# A=0\n; A=0\nno assignment\nA=1\n", "1"),
            ("A=", ""),
            ("A=one two # three", "one two # three"),
            ("A=\"one  two \" \n", "one  two "),
            ("A='one'\"two\"\n", "onetwo"),
            ("A=it's \"so\"\n", "it's \"so\""),
            ("A=one\\\ntwo\n", "onetwo"),
            ("A=\"one\ntwo\"\n", "one\ntwo"),
            ("A=\"\\$HOME \\n\"\n", "$HOME \\n"),
            ("A='\\$HOME'\n", "\\$HOME"),
            ("A=$HOME ${X}\n", "$HOME ${X}"),
            ("A=0\nA=1\n", "1"),
        ] {
            let file = EnvironmentFile::parse(text);
            assert_eq!(file.value("A").as_deref(), Some(value), "{text:?}");
        }
    }

    #[test]
    fn export_is_no_word_of_systemd() {
        assert_eq!(EnvironmentFile::parse("export A=1\n").value("A"), None);
    }
}
