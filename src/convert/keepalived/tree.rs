//! Lines of words, and blocks in braces: no semicolons.

use crate::convert::findings::Findings;
use crate::convert::source::{Place, Word};

/// A line, with the lines of the block that it opens.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) words: Vec<Word>,
    pub(super) inside: Vec<Line>,
}

impl Line {
    pub(super) fn name(&self) -> &Word {
        &self.words[0]
    }

    /// The word behind the first; what is missing is a fault.
    pub(super) fn value(&self, findings: &mut Findings) -> Option<&Word> {
        if self.words.len() < 2 {
            let name = self.name();
            let message = format!("{} has no value", name.text);
            findings.fault(name.place, message, "", "write it behind");
        }
        self.words.get(1)
    }
}

/// Blocks within blocks; no configuration needs more.
const DEEPEST: usize = 32;

/// The lines of a file. Braces that do not fit together are a fault.
pub(super) fn parse(file: usize, text: &str, findings: &mut Findings) -> Vec<Line> {
    // The lines of each block that is open, the outermost first, with the brace that opens it.
    let mut open: Vec<(Vec<Line>, Option<Place>)> = vec![(Vec::new(), None)];
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let mut words = Vec::new();
        for word in words_of(file, start, line) {
            match word.as_str() {
                "{" => {
                    finish(&mut words, &mut open);
                    if open.len() > DEEPEST {
                        let help = "close the blocks around it first";
                        findings.fault(word.place, "too many blocks within blocks", "", help);
                        return Vec::new();
                    }
                    open.push((Vec::new(), Some(word.place)));
                }
                "}" => {
                    finish(&mut words, &mut open);
                    close(&word, &mut open, findings);
                }
                _ => words.push(word),
            }
        }
        finish(&mut words, &mut open);
        start += line.len();
    }
    for (_, brace) in &open[1..] {
        let place = brace.unwrap_or(Place { file, start: 0, end: 0 });
        findings.fault(place, "this block is never closed", "", "add a } behind it");
    }
    open.swap_remove(0).0
}

fn finish(words: &mut Vec<Word>, open: &mut [(Vec<Line>, Option<Place>)]) {
    if let (false, Some((lines, _))) = (words.is_empty(), open.last_mut()) {
        lines.push(Line { words: std::mem::take(words), inside: Vec::new() });
    }
}

/// Gives the lines of the innermost block to the line before its brace.
fn close(brace: &Word, open: &mut Vec<(Vec<Line>, Option<Place>)>, findings: &mut Findings) {
    if open.len() == 1 {
        let help = "remove it, or open its block";
        findings.fault(brace.place, "this brace closes nothing", "", help);
        return;
    }
    let Some((inside, opening)) = open.pop() else { return };
    match open.last_mut().and_then(|(lines, _)| lines.last_mut()) {
        Some(line) => line.inside.extend(inside),
        None => {
            let place = opening.unwrap_or(brace.place);
            findings.fault(place, "a block without a name", "", "write its name before it");
        }
    }
}

/// The words of a line up to a comment; quotes hold words together, braces stand for themselves.
fn words_of(file: usize, start: usize, line: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut rest = line.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let mut text = String::new();
        match c {
            '#' | '!' => break,
            c if c.is_whitespace() => continue,
            '{' | '}' => text.push(c),
            '"' | '\'' => {
                while let Some((_, inner)) =
                    rest.next_if(|(_, inner)| *inner != c && *inner != '\n')
                {
                    text.push(inner);
                }
                rest.next_if(|(_, inner)| *inner == c);
            }
            c => {
                text.push(c);
                let goes_on = |c: char| !c.is_whitespace() && !"{}".contains(c);
                while let Some((_, inner)) = rest.next_if(|(_, inner)| goes_on(*inner)) {
                    text.push(inner);
                }
            }
        }
        let end = rest.peek().map_or(line.len(), |(end, _)| *end);
        words.push(Word { text, place: Place { file, start: start + at, end: start + end } });
    }
    words
}
