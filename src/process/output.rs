use std::borrow::Cow;

/// Octets of a line that are kept; nobody reads more of it in a log.
const LONGEST_LINE: usize = 400;

/// What a command has printed, as far as it is kept: the first and the last line of each stream.
#[derive(Debug, Default)]
pub struct Output {
    pub(super) stdout: Lines,
    pub(super) stderr: Lines,
}

impl Output {
    /// The first line on standard output, else on standard error: there a check says what it found
    /// (Monitoring Plugins guidelines, "plugin output").
    pub fn first_line(&self) -> Option<String> {
        self.stdout.first().or_else(|| self.stderr.first())
    }

    /// The last line on standard error, else on standard output: there a program says why it gave up.
    pub fn last_line(&self) -> Option<String> {
        self.stderr.last().or_else(|| self.stdout.last())
    }
}

/// The first and the last line of a stream, each cut; blank ones do not count.
#[derive(Debug, Default)]
pub(super) struct Lines {
    first: Vec<u8>,
    last: Vec<u8>,
    /// The line that has not ended yet.
    current: Vec<u8>,
}

impl Lines {
    /// Takes the next octets of the stream.
    pub(super) fn feed(&mut self, octets: &[u8]) {
        let mut pieces = octets.split(|octet| *octet == b'\n');
        self.extend(pieces.next().unwrap_or_default());
        for piece in pieces {
            self.end_line();
            self.extend(piece);
        }
    }

    fn extend(&mut self, piece: &[u8]) {
        let room = LONGEST_LINE - self.current.len();
        self.current.extend_from_slice(&piece[..piece.len().min(room)]);
    }

    fn end_line(&mut self) {
        if !self.current.trim_ascii().is_empty() {
            if self.first.is_empty() {
                self.first.clone_from(&self.current);
            }
            std::mem::swap(&mut self.last, &mut self.current);
        }
        self.current.clear();
    }

    fn first(&self) -> Option<String> {
        shown(&self.first).or_else(|| shown(&self.current))
    }

    fn last(&self) -> Option<String> {
        shown(&self.current).or_else(|| shown(&self.last))
    }
}

fn shown(line: &[u8]) -> Option<String> {
    let line = printable(&String::from_utf8_lossy(line)).trim().to_owned();
    (!line.is_empty()).then_some(line)
}

/// `text` in one line, with a blank for each control character: fit for a terminal, and, without a
/// NUL, for an environment.
pub fn printable(text: &str) -> Cow<'_, str> {
    match text.contains(char::is_control) {
        true => text.replace(char::is_control, " ").into(),
        false => text.into(),
    }
}
