/// A file to convert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its name, as shown.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// A part of a file: octets from `start` to `end` of the text of file number `file`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) file: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Place {
    /// From here to the end of `other`, which comes later in the same file.
    pub(super) fn to(self, other: Self) -> Self {
        Self { end: other.end.max(self.end), ..self }
    }
}

/// A word of a file: what it means, without quotes and escapes, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) place: Place,
}

impl Word {
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }
}

/// Words that mark the rest of their line as a secret.
const SECRETS: [&str; 7] =
    ["password", "auth_pass", "secret", "passwd", "authentication", "token", "key"];

/// The text with whatever follows a word that sounds like a secret as asterisks, octet positions
/// unchanged: lines of it can be quoted.
pub(super) fn blanked(text: &str) -> String {
    text.split_inclusive('\n').map(blanked_line).collect()
}

fn blanked_line(line: &str) -> String {
    let lower = line.to_ascii_lowercase();
    let from = SECRETS.iter().filter_map(|mark| Some(lower.find(mark)? + mark.len())).min();
    let Some(from) = from else { return line.to_owned() };
    let (open, secret) = line.split_at(from);
    let blank = |c: char| match c {
        // Structure is no secret, and a line is easier to recognise with it.
        ' ' | '\t' | '\r' | '\n' | ';' | '{' | '}' | '=' | '"' => c.to_string(),
        _ => "*".repeat(c.len_utf8()),
    };
    open.to_owned() + &secret.chars().map(blank).collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_blanked_and_positions_stay() {
        for (line, shown) in [
            ("  md5-password \"géheim 1\"; }\n", "  md5-password \"******* *\"; }\n"),
            ("auth_pass 1234\n", "auth_pass ****\n"),
            ("password = x\nhold-time 9;", "password = *\nhold-time 9;"),
        ] {
            assert_eq!(blanked(line), shown);
            assert_eq!(line.len(), blanked(line).len());
        }
    }
}
