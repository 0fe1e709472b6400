//! What keeps a text from being TOML, in the words of people who write configurations: the slips that
//! are made again and again have a way out of their own.

use std::collections::BTreeMap;

use super::diagnostic::Diagnostic;

/// Places where `text` is not TOML, one to a line: what follows on the same line is an echo. `text` is
/// quoted: it must be free of secrets.
pub(super) fn faults(errors: &[toml::de::Error], text: &str) -> Vec<Diagnostic> {
    let lines: Vec<&str> = text.lines().collect();
    let start = |error: &toml::de::Error| error.span().map_or(text.len(), |span| span.start);
    let mut ordered: Vec<&toml::de::Error> = errors.iter().collect();
    ordered.sort_by_key(|error| start(error));
    let mut faults = BTreeMap::new();
    let mut last = None;
    for error in ordered {
        let before = &text.as_bytes()[..start(error).min(text.len())];
        let line = before.iter().filter(|octet| **octet == b'\n').count();
        if !last.is_some_and(|(place, said)| is_echo(&lines, place, said, line, error.message())) {
            faults.entry(line).or_insert_with(|| {
                last = Some((line, error.message()));
                fault(error, &lines, line)
            });
        }
    }
    faults.into_values().collect()
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

fn fault(error: &toml::de::Error, lines: &[&str], line: usize) -> Diagnostic {
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
    if value.is_empty() {
        return Some(("there is no value", format!("write {key} = and a value behind it")));
    }
    let quotes = value.matches(['"', '\'']).count();
    let inner = value.trim_matches(['"', '\'']);
    let plain = !inner.contains(['"', '\'', '[', ']', '{', '}']);
    if quotes == 1 && plain {
        return Some(("a quote is missing", format!("write {key} = {}", written(inner))));
    }
    if quotes != 0 {
        return None;
    }
    let elements = value.strip_prefix('[').and_then(|list| list.strip_suffix(']'));
    let better = match elements {
        Some(elements) if !elements.contains(['[', '{']) => {
            let elements: Vec<_> = elements.split(',').map(|one| written(one.trim())).collect();
            format!("[{}]", elements.join(", "))
        }
        None if plain => written(value),
        Some(_) | None => return None,
    };
    let said = match better.as_str() {
        same if same == value => return None,
        "true" | "false" => "it is written true or false",
        _ => "text needs quotes",
    };
    Some((said, format!("write {key} = {better}")))
}

/// A value as TOML writes it.
fn written(value: &str) -> String {
    match value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => "true".to_owned(),
        "false" | "no" | "off" => "false".to_owned(),
        _ if value.parse::<u64>().is_ok() || value.starts_with(['"', '\'', '[', '{']) => {
            value.to_owned()
        }
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
