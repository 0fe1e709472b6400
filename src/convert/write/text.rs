use std::fmt::Display;
use std::time::Duration;

use crate::config::show_duration;

/// The longest line of a comment.
const WIDTH: usize = 100;

/// A file that grows.
#[derive(Debug, Default)]
pub(super) struct Text(String);

impl Text {
    /// `[path]`, after an empty line.
    pub(super) fn table(&mut self, path: &str) {
        self.blank();
        self.line(&format!("[{path}]"));
    }

    /// `[[path]]`
    pub(super) fn element(&mut self, path: &str) {
        self.line(&format!("[[{path}]]"));
    }

    pub(super) fn key(&mut self, name: &str, value: impl Display) {
        self.line(&format!("{name} = {value}"));
    }

    /// A key when there is a value.
    pub(super) fn key_if(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.key(name, value);
        }
    }

    pub(super) fn blank(&mut self) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
    }

    pub(super) fn line(&mut self, line: &str) {
        self.0 += line;
        self.0.push('\n');
    }

    /// A comment. The paragraphs are filled, but one that begins with a bracket or holds keys stays as
    /// it is: lines to be used.
    pub(super) fn comment(&mut self, words: &str) {
        for (index, paragraph) in words.split("\n\n").enumerate() {
            if index > 0 {
                self.line("#");
            }
            match index {
                0 => self.fill(paragraph, ""),
                _ => paragraph.lines().for_each(|line| self.line(&format!("# {line}"))),
            }
        }
    }

    /// A comment of one paragraph, its further lines indented.
    pub(super) fn fill(&mut self, words: &str, indent: &str) {
        let mut line = String::from("#");
        for word in words.split_whitespace() {
            if line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.line(&line);
                line = format!("#{indent}");
            }
            line.push(' ');
            line += word;
        }
        self.line(&line);
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// A name as part of a path: a dot in it would part it.
pub(super) fn part(name: &str) -> String {
    if name.contains('.') { quoted(name) } else { name.to_owned() }
}

/// A basic string of TOML.
pub(super) fn quoted(text: &str) -> String {
    let escaped = |c: char| match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        '\t' => "\\t".to_owned(),
        c if c.is_control() => format!("\\u{:04X}", u32::from(c)),
        c => c.to_string(),
    };
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

/// A list of strings.
pub(super) fn list(elements: impl IntoIterator<Item = impl Display>) -> String {
    let quoted: Vec<String> =
        elements.into_iter().map(|element| quoted(&element.to_string())).collect();
    format!("[{}]", quoted.join(", "))
}

pub(super) fn duration(duration: Duration) -> String {
    quoted(&show_duration(duration))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_a_string_of_toml() {
        for text in ["", "a \"b\" \\n", "tab\there\nthere\r\u{7f}\u{85}", "§ 4"] {
            let table: toml::Table = toml::from_str(&format!("x = {}", quoted(text))).unwrap();
            assert_eq!(table["x"].as_str(), Some(text));
        }
    }
}
