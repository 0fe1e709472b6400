//! What keeps a text from being TOML, in the words of people who write configurations: the slips that
//! are made again and again have a way out of their own.

use std::collections::BTreeMap;

use toml::de::{DeTable, Error};

use super::diagnostic::Diagnostic;

/// Behind a broken line the parser looks at little: it is asked again without the lines that it has
/// complained about, this often at most.
const ROUNDS: usize = 16;

/// Places where `text` is not TOML, one to a line: what follows on the same line is an echo. What is
/// shown comes from `quoted`, the same text without its secrets.
pub(super) fn faults(mut errors: Vec<Error>, text: &str, quoted: &str) -> Vec<Diagnostic> {
    let lines: Vec<&str> = quoted.lines().collect();
    let mut faults = BTreeMap::new();
    for _ in 0..ROUNDS {
        let known = faults.len();
        collect(&errors, text, &lines, &mut faults);
        if faults.len() == known || errors.iter().any(|error| error.message() == UNCLOSED_LIST) {
            break;
        }
        (_, errors) = DeTable::parse_recoverable(&without(text, &faults));
        // Without its header, a table becomes part of the one above.
        errors.retain(|error| error.message() != DUPLICATE);
    }
    faults.into_values().collect()
}

fn collect(errors: &[Error], text: &str, lines: &[&str], faults: &mut BTreeMap<usize, Diagnostic>) {
    let start = |error: &Error| error.span().map_or(text.len(), |span| span.start);
    let mut ordered: Vec<&Error> = errors.iter().collect();
    ordered.sort_by_key(|error| start(error));
    let mut last = None;
    for error in ordered {
        let before = &text.as_bytes()[..start(error).min(text.len())];
        let line = before.iter().filter(|octet| **octet == b'\n').count();
        if !last.is_some_and(|(place, said)| is_echo(lines, place, said, line, error.message())) {
            faults.entry(line).or_insert_with(|| {
                last = Some((line, error.message()));
                fault(error, lines, line)
            });
        }
    }
}

/// The text with these lines as blanks, so that all others stay in their places.
fn without(text: &str, lines: &BTreeMap<usize, Diagnostic>) -> String {
    let kept =
        text.split('\n').enumerate().map(|(number, line)| match lines.contains_key(&number) {
            true => " ".repeat(line.len()),
            false => line.to_owned(),
        });
    kept.collect::<Vec<_>>().join("\n")
}

/// Whether a fault in `line` only repeats the last one: keys of a table that is there twice, and all
/// that follows a list that is not closed.
fn is_echo(lines: &[&str], last: usize, said: &str, line: usize, says: &str) -> bool {
    match said {
        UNCLOSED_LIST => lines.get(last).is_some_and(|line| is_beyond_list(line)),
        DUPLICATE => {
            says == said
                && lines.get(last).is_some_and(|line| is_header(line))
                && !lines.iter().take(line + 1).skip(last + 1).any(|line| is_header(line))
        }
        _ => false,
    }
}

/// Whether a line cannot be part of a list.
fn is_beyond_list(line: &str) -> bool {
    is_header(line) || key_of(line).is_some_and(is_key)
}

/// As the parser says it.
const DUPLICATE: &str = "duplicate key";
const UNCLOSED_LIST: &str = "missing comma between array elements, expected `,`";

fn fault(error: &Error, lines: &[&str], line: usize) -> Diagnostic {
    let words = without_comment(lines.get(line).copied().unwrap_or_default());
    let (message, help) = match error.message() {
        DUPLICATE => twice(lines, line, words),
        UNCLOSED_LIST if is_beyond_list(words) => {
            ("this is not TOML: the list above is not closed".to_owned(), "add a ]".to_owned())
        }
        said => match slip(words) {
            Some((said, help)) => (format!("this is not TOML: {said}"), help),
            None => {
                let ends = [", expected literal string", ", expected nothing"];
                let said = ends.iter().find_map(|end| said.strip_suffix(end)).unwrap_or(said);
                let help = "a line is [TABLE] or KEY = VALUE, and text stands in quotes";
                (format!("this is not TOML: {said}"), help.to_owned())
            }
        },
    };
    Diagnostic::new(error.span(), message, "", help)
}

/// A table or a key that is there already.
fn twice(lines: &[&str], line: usize, words: &str) -> (String, String) {
    let header = is_header(words);
    let name = if header { words } else { key_of(words).unwrap_or(words) };
    let mut above = lines.iter().enumerate().take(line);
    let first = if header {
        above.find(|(_, other)| without_comment(other) == words)
    } else {
        above
            .rev()
            .take_while(|(_, other)| !is_header(other))
            .find(|(_, other)| key_of(without_comment(other)) == Some(name))
    };
    let place = first.map(|(line, _)| format!(", at line {}", line + 1)).unwrap_or_default();
    let help = match header {
        true => "give the second one another name, or join the two",
        false => "remove one of the two",
    };
    (format!("{name} is there already{place}"), help.to_owned())
}

/// What is wrong with a line, and how it is written.
fn slip(line: &str) -> Option<(&'static str, String)> {
    if is_header(line) {
        return header(line);
    }
    if let Some((key, value)) = line.split_once('=').filter(|(key, _)| is_key(key.trim())) {
        return assigned(key.trim(), value.trim());
    }
    let (key, value) = line.split_once([':', ' ', '\t'])?;
    let value = value.trim();
    let known = is_key(key) && !value.is_empty();
    known.then(|| ("there is no =", format!("TOML writes {key} = {}", written(value))))
}

fn header(line: &str) -> Option<(&'static str, String)> {
    let list = line.starts_with("[[");
    let name = line.trim_matches(['[', ']', ' ']);
    let closed = |name: &str| if list { format!("[[{name}]]") } else { format!("[{name}]") };
    let parts: Vec<&str> = name.split_whitespace().collect();
    if !parts.iter().all(|part| part.split('.').all(is_key)) {
        return None;
    }
    match parts.as_slice() {
        [_] => Some(("the brackets of this table do not match", format!("write {}", closed(name)))),
        _ => {
            let help = format!("a dot stands between the parts: {}", closed(&parts.join(".")));
            Some(("a name has a blank in it", help))
        }
    }
}

fn assigned(key: &str, value: &str) -> Option<(&'static str, String)> {
    let ends = value.strip_suffix([',', ';']);
    if let Some(alone) = ends.filter(|alone| alone.parse::<toml::Value>().is_ok()) {
        return Some(("nothing follows a value", format!("write {key} = {alone}")));
    }
    let value = ends.unwrap_or(value);
    let better = match value.strip_prefix('[').and_then(|list| list.strip_suffix(']')) {
        Some(elements) => list(elements)?,
        None if value.is_empty() => {
            return Some(("there is no value", format!("write {key} = and a value behind it")));
        }
        None => written(value.trim_matches(QUOTES)),
    };
    let quotes = value.matches(QUOTES).count();
    let said = match better.as_str() {
        same if same == value => return None,
        _ if value.starts_with('[') => "text needs quotes",
        _ if value.contains(['[', ']', '{', '}']) => return None,
        _ if quotes == 1 => "a quote is missing",
        _ if quotes != 0 => return None,
        "true" | "false" => "it is written true or false",
        "\"on\"" | "\"off\"" => {
            let help = format!("write {key} = {better}, or true or false without quotes");
            return Some(("text needs quotes", help));
        }
        _ => "text needs quotes",
    };
    Some((said, format!("write {key} = {better}")))
}

/// A list whose elements are plain, or within quotes already.
fn list(elements: &str) -> Option<String> {
    let whole = |element: &str| {
        let bare = element.trim_matches(QUOTES);
        !bare.contains(['"', '\'', '[', ']', '{', '}'])
            && matches!(element.len() - bare.len(), 0 | 2)
    };
    let elements: Vec<&str> = elements.split(',').map(str::trim).collect();
    let known = elements.iter().all(|element| whole(element));
    let written: Vec<_> = elements.into_iter().map(written).collect();
    known.then(|| format!("[{}]", written.join(", ")))
}

const QUOTES: [char; 2] = ['"', '\''];

/// A value as TOML writes it. `off` is a word of some keys.
fn written(value: &str) -> String {
    match value.to_ascii_lowercase().as_str() {
        "true" | "yes" => "true".to_owned(),
        "false" | "no" => "false".to_owned(),
        _ if value.parse::<u64>().is_ok() || value.starts_with(QUOTES) => value.to_owned(),
        _ => format!("\"{value}\""),
    }
}

fn is_header(line: &str) -> bool {
    line.trim_start().starts_with('[')
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
}

fn key_of(line: &str) -> Option<&str> {
    line.split_once('=').map(|(key, _)| key.trim())
}

/// A number sign within quotes begins no comment.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    for (at, character) in line.char_indices() {
        match (character, quote) {
            ('#', None) => return line[..at].trim(),
            ('"' | '\'', None) => quote = Some(character),
            (character, Some(open)) if character == open => quote = None,
            (_, _) => {}
        }
    }
    line.trim()
}
