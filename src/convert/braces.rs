//! Statements that end with a semicolon and blocks in braces, as ExaBGP and BIRD have them.

use std::iter::Peekable;
use std::str::CharIndices;

use super::findings::Findings;
use super::source::{Place, Word};

/// `words;` or `words { statements }`. There is at least one word.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    pub(super) words: Vec<Word>,
    pub(super) block: Option<Vec<Statement>>,
}

impl Statement {
    /// Its first word, which says what it is.
    pub(super) fn name(&self) -> &Word {
        &self.words[0]
    }

    /// What follows the first word.
    pub(super) fn values(&self) -> &[Word] {
        &self.words[1..]
    }

    /// The statements of its block.
    pub(super) fn inside(&self) -> &[Self] {
        self.block.as_deref().unwrap_or_default()
    }

    /// All its words.
    pub(super) fn place(&self) -> Place {
        let first = self.words[0].place;
        self.words.last().map_or(first, |last| first.to(last.place))
    }

    /// The one word behind the first; what is missing is a fault.
    pub(super) fn value(&self, findings: &mut Findings) -> Option<&Word> {
        if self.words.len() < 2 {
            let name = self.name();
            let message = format!("{} has no value", name.text);
            findings.fault(name.place, message, "", format!("write it behind: {} ...;", name.text));
        }
        self.words.get(1)
    }
}

/// How the format differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    /// Brackets and commas are words; every statement ends with a semicolon or a block.
    Exabgp,
    /// `/* */` are comments too; a block may end without a semicolon.
    Bird,
}

/// Blocks within blocks; no configuration needs more, and each is a call.
const DEEPEST: usize = 32;

#[derive(Debug)]
enum Token {
    Word(Word),
    End,
    Open(Place),
    Close(Place),
}

/// The statements of a file. Where the text breaks off or does not fit together is a fault.
pub(super) fn parse(
    file: usize,
    text: &str,
    syntax: Syntax,
    findings: &mut Findings,
) -> Vec<Statement> {
    let lexer = Lexer { file, text, syntax, rest: text.char_indices().peekable() };
    let mut parser = Parser { lexer, syntax, depth: 0, findings };
    let statements = parser.block(None);
    if parser.findings.is_hopeless() { Vec::new() } else { statements }
}

struct Parser<'a, 'f> {
    lexer: Lexer<'a>,
    syntax: Syntax,
    depth: usize,
    findings: &'f mut Findings,
}

impl Parser<'_, '_> {
    /// The statements up to the brace that closes the block which `opened` opens, or to the end.
    fn block(&mut self, opened: Option<Place>) -> Vec<Statement> {
        let mut statements = Vec::new();
        let mut words: Vec<Word> = Vec::new();
        while let Some(token) = self.lexer.token(self.findings) {
            match token {
                Token::Word(word) => words.push(word),
                Token::End => self.finish(&mut words, None, &mut statements),
                Token::Open(place) if self.depth == DEEPEST => {
                    let help = "close the blocks around it first";
                    self.findings.fault(place, "too many blocks within blocks", "", help);
                    // What follows would be read at the wrong depth.
                    self.lexer.rest = "".char_indices().peekable();
                    return statements;
                }
                Token::Open(place) => {
                    self.depth += 1;
                    let inside = self.block(Some(place));
                    self.depth -= 1;
                    if words.is_empty() && self.syntax == Syntax::Exabgp {
                        self.findings.fault(place, "a block without a name", "", "remove it");
                    }
                    self.finish(&mut words, Some(inside), &mut statements);
                }
                Token::Close(place) => {
                    if opened.is_none() {
                        let help = "remove it, or open its block";
                        self.findings.fault(place, "this brace closes nothing", "", help);
                    }
                    self.refuse_open_end(&words);
                    self.finish(&mut words, None, &mut statements);
                    return statements;
                }
            }
        }
        if let Some(place) = opened {
            self.findings.fault(place, "this block is never closed", "", "add a } behind it");
        }
        self.refuse_open_end(&words);
        statements
    }

    fn finish(
        &self,
        words: &mut Vec<Word>,
        block: Option<Vec<Statement>>,
        statements: &mut Vec<Statement>,
    ) {
        if !words.is_empty() {
            statements.push(Statement { words: std::mem::take(words), block });
        }
    }

    fn refuse_open_end(&mut self, words: &[Word]) {
        if let (Some(first), Some(last), Syntax::Exabgp) =
            (words.first(), words.last(), self.syntax)
        {
            let place = first.place.to(last.place);
            let rule = "a statement ends with a semicolon, or has a block in braces";
            self.findings.fault(place, "this statement has no end", rule, "add a ; behind it");
        }
    }
}

struct Lexer<'a> {
    file: usize,
    text: &'a str,
    syntax: Syntax,
    rest: Peekable<CharIndices<'a>>,
}

impl Lexer<'_> {
    fn token(&mut self, findings: &mut Findings) -> Option<Token> {
        self.skip_blank();
        let (start, c) = self.rest.next()?;
        let place = self.place(start, start + c.len_utf8());
        Some(match c {
            ';' => Token::End,
            '{' => Token::Open(place),
            '}' => Token::Close(place),
            '[' | ']' | ',' | '(' | ')' if self.syntax == Syntax::Exabgp => {
                Token::Word(Word { text: c.to_string(), place })
            }
            '"' => Token::Word(self.quoted(start, c, findings)),
            '\'' if self.syntax == Syntax::Exabgp => Token::Word(self.quoted(start, c, findings)),
            _ => Token::Word(self.bare(start, c)),
        })
    }

    /// Goes past blanks, line continuations and comments.
    fn skip_blank(&mut self) {
        while let Some((at, c)) = self.rest.peek().copied() {
            let after = &self.text[at..];
            if c == '#' {
                while self.rest.next_if(|(_, c)| *c != '\n').is_some() {}
            } else if self.syntax == Syntax::Bird && after.starts_with("/*") {
                let length = after.find("*/").map_or(after.len(), |end| end + 2);
                while self.rest.next_if(|(here, _)| *here < at + length).is_some() {}
            } else if c.is_whitespace() || after.starts_with("\\\n") || after.starts_with("\\\r\n")
            {
                self.rest.next();
            } else {
                return;
            }
        }
    }

    fn bare(&mut self, start: usize, first: char) -> Word {
        let mut text = String::from(first);
        let ends = |c: char| match self.syntax {
            Syntax::Exabgp => "[],();{}#\"'".contains(c),
            Syntax::Bird => ";{}#\"".contains(c),
        };
        while let Some((_, c)) = self.rest.next_if(|(_, c)| !c.is_whitespace() && !ends(*c)) {
            text.push(c);
        }
        let end = self.here();
        Word { text, place: self.place(start, end) }
    }

    fn quoted(&mut self, start: usize, quote: char, findings: &mut Findings) -> Word {
        let mut text = String::new();
        let mut is_closed = false;
        while let Some((_, c)) = self.rest.next_if(|(_, c)| *c != '\n') {
            match c {
                '\\' if self.syntax == Syntax::Exabgp => match self.rest.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 't')) => text.push('\t'),
                    Some((_, c)) => text.push(c),
                    None => {}
                },
                c if c == quote => {
                    is_closed = true;
                    break;
                }
                c => text.push(c),
            }
        }
        let end = self.here();
        let place = self.place(start, end);
        if !is_closed {
            let rule = "a quoted word ends on the line on which it begins";
            findings.fault(place, "this quote is never closed", rule, format!("add a {quote}"));
        }
        Word { text, place }
    }

    fn here(&mut self) -> usize {
        self.rest.peek().map_or(self.text.len(), |(at, _)| *at)
    }

    fn place(&self, start: usize, end: usize) -> Place {
        Place { file: self.file, start, end }
    }
}
