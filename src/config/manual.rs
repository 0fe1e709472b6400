use super::keys::{Absent, FILE, Form, Key, Reload, Table};
use super::reader::takes;
use super::wrap::wrapped;

const HEAD: &str = include_str!("manual.md");

/// The text of `docs/config.md`: every table with its keys, what each takes, means and defaults to, and
/// what a reload does with it.
pub fn manual() -> String {
    let mut chapters = Vec::new();
    collect(&FILE, "", &mut chapters);
    let contents: Vec<String> = chapters.iter().map(Chapter::entry).collect();
    let texts: Vec<String> = chapters.iter().map(Chapter::text).collect();
    format!("{HEAD}{}\n\n{}", contents.join("\n"), texts.join("\n"))
}

/// A table with a heading of its own.
struct Chapter {
    /// As in the file, with `NAME` for what the operator chooses.
    path: String,
    listed: bool,
    table: &'static Table,
}

/// The tables below a table, each before those inside of it.
fn collect(table: &'static Table, path: &str, chapters: &mut Vec<Chapter>) {
    for key in table.keys {
        if let Some(chapter) = chapter(key, path) {
            let path = chapter.path.clone();
            let table = chapter.table;
            chapters.push(chapter);
            collect(table, &path, chapters);
        }
    }
}

/// The chapter of a key that is a table.
fn chapter(key: &Key, around: &str) -> Option<Chapter> {
    let name = key.name;
    let path = if around.is_empty() { name.to_owned() } else { format!("{around}.{name}") };
    let (path, listed, table) = match key.form {
        Form::Table(table) | Form::Kind(table) => (path, false, table),
        Form::Named(table) => (format!("{path}.NAME"), false, table),
        Form::Tables(table) => (path, true, table),
        Form::Boolean
        | Form::Integer(..)
        | Form::Duration(..)
        | Form::Seconds(..)
        | Form::Share
        | Form::Text(_)
        | Form::List(_)
        | Form::Word(_)
        | Form::Inline(_)
        | Form::Mixed(_) => return None,
    };
    Some(Chapter { path, listed, table })
}

impl Chapter {
    fn header(&self) -> String {
        if self.listed { format!("[[{}]]", self.path) } else { format!("[{}]", self.path) }
    }

    /// The name of its place in the page: `service-check-http`.
    fn anchor(&self) -> String {
        self.path.replace(".NAME", "").replace('.', "-")
    }

    fn link(&self) -> String {
        format!("[`{}`](#{})", self.header(), self.anchor())
    }

    /// Its line of the contents.
    fn entry(&self) -> String {
        let depth = self.path.replace(".NAME", "").matches('.').count();
        format!("{}- {}", "  ".repeat(depth), self.link())
    }

    fn text(&self) -> String {
        let keys: Vec<&Key> = self.table.keys.iter().filter(|key| !is_table(key)).collect();
        let alike = alike(&keys);
        let head = match alike {
            Some(reload) => format!("{} {}", self.table.meaning, told(reload)),
            None => self.table.meaning.to_owned(),
        };
        let mut parts = vec![
            format!("<a id=\"{}\"></a>\n## `{}`", self.anchor(), self.header()),
            wrapped(&head, "", ""),
        ];
        let items = keys.iter().map(|key| item(key, "", alike.is_none()));
        parts.extend((!keys.is_empty()).then(|| items.collect::<Vec<_>>().join("\n")));
        let inside = self.table.keys.iter().filter_map(|key| chapter(key, &self.path));
        let links: Vec<String> = inside.map(|chapter| chapter.link()).collect();
        parts.extend((!links.is_empty()).then(|| {
            let words = format!("Tables inside: {}.", links.join(", "));
            wrapped(&words, "", "")
        }));
        parts.join("\n\n") + "\n"
    }
}

fn is_table(key: &Key) -> bool {
    chapter(key, "").is_some()
}

/// What a reload does with every one of the keys, when it is the same.
fn alike(keys: &[&Key]) -> Option<Reload> {
    let (first, others) = keys.split_first()?;
    others.iter().all(|key| key.reload == first.reload).then_some(first.reload)
}

/// One key, with those of a table in one line below it.
fn item(key: &Key, margin: &str, with_reload: bool) -> String {
    let mut words = format!(
        "**`{}`**: {} Takes {}. {}",
        key.name,
        sentence(key.meaning),
        takes(key.form),
        absent(key)
    );
    if with_reload {
        words = format!("{words} {}", told(key.reload));
    }
    let mut lines = wrapped(&words, &format!("{margin}- "), &format!("{margin}  "));
    if let Form::Inline(table) = key.form {
        for key in table.keys {
            lines += "\n";
            lines += &item(key, &format!("{margin}  "), false);
        }
    }
    lines
}

/// A meaning as a sentence of its own, whatever it was written for.
fn sentence(meaning: &str) -> String {
    let mut letters = meaning.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    let end = if meaning.ends_with('.') { "" } else { "." };
    first.into_iter().chain(letters).chain(end.chars()).collect()
}

/// What holds when it is left out, and how it is written.
fn absent(key: &Key) -> String {
    let written = format!("`{} = {}`", key.name, key.example);
    match key.absent {
        Absent::Fault => format!("Required, for example {written}."),
        Absent::Default(value) if value == key.example => format!("Default: {written}."),
        Absent::Default(value) => format!("Default: `{value}`; for example {written}."),
        Absent::Otherwise(words) => format!("Left out: {words}. For example {written}."),
    }
}

/// As the legend in the head explains it.
fn told(reload: Reload) -> String {
    match reload {
        Reload::InPlace => "Reload: *in place*.".to_owned(),
        Reload::Resets => "Reload: *resets the session*.".to_owned(),
        Reload::ResetsIf(condition) => format!("Reload: *resets the session* if {condition}."),
        Reload::Restarts => "Reload: *restart*.".to_owned(),
    }
}
