use toml::de::DeValue;

use super::item::article;
use super::{Content, Section};
use crate::base::closest;
use crate::config::elsewhere::translated;
use crate::config::keys::{Absent, FILE, Form, Key, Table};
use crate::config::notes::Span;

/// What is wrong with the keys of a table, apart from their values.
impl Section<'_> {
    pub(super) fn refuse_missing(&self, key: &Key) {
        let span = match self.content {
            Content::Broken => return,
            // That was the fault.
            Content::Given(_) if self.is_misspelt(key.name) => return,
            Content::Given(_) => self.span.clone(),
            Content::Absent => None,
        };
        let message = format!("{} is missing", self.full(key.name));
        let help = format!("for example {} = {}", key.name, key.example);
        self.notes.fault(&span, message, "it is required", help);
    }

    pub(super) fn refuse_nameless(&self, key: &Key, span: &Span, what: &str) {
        let path = self.path_of(key.name);
        self.notes.fault(
            span,
            format!("[{path}] cannot be {what}"),
            format!("there may be several, and each has a name: [{path}.NAME]"),
            format!("for example [{path}.{}]", key.example),
        );
    }

    /// What has one name is written in one pair of brackets.
    pub(super) fn refuse_list(&self, path: &str, span: &Span, value: &DeValue<'_>) {
        let tables =
            value.as_array().is_some_and(|list| list.iter().all(|v| v.get_ref().is_table()));
        let what = if tables { "a list of tables" } else { article(value) };
        let help = format!("one pair of brackets: [{path}]");
        self.notes.fault(span, format!("[{path}] cannot be {what}"), "it takes a table", help);
    }

    /// A value in the place of a table.
    pub(super) fn refuse_no_table(
        &self,
        path: &str,
        schema: &Table,
        span: &Span,
        value: &DeValue<'_>,
    ) {
        if value.is_array() {
            return self.refuse_list(path, span, value);
        }
        let own = path.rsplit('.').next().unwrap_or(path);
        let optional = |key: &Key| !matches!(key.absent, Absent::Fault);
        let help = match value.as_bool() {
            Some(true) if schema.keys.iter().all(optional) => {
                format!("{own} = {{}} has its defaults; or write a table with the header [{path}]")
            }
            Some(false) => format!("leave {own} out"),
            Some(true) | None => format!("write it as a table with the header [{path}]"),
        };
        let message = format!("[{path}] cannot be {}", article(value));
        self.notes.fault(span, message, "it takes a table", help);
    }

    pub(super) fn refuse_single(&self, key: &Key, span: &Span, what: &str) {
        let path = self.path_of(key.name);
        self.notes.fault(
            span,
            format!("[{path}] cannot be {what}"),
            "there may be several, so it is a list of tables",
            format!("write the header with two brackets: [[{path}]]"),
        );
    }

    pub(super) fn refuse_unknown_keys(&self) {
        let Content::Given(table) = self.content else { return };
        for own in table.keys() {
            let name: &str = own.get_ref();
            let span = Some(own.span());
            if self.schema.key(name).is_none() {
                self.refuse_unknown(name, &span);
            }
        }
    }

    fn refuse_unknown(&self, name: &str, span: &Span) {
        let message = match self.path.as_str() {
            "" => format!("there is no table [{name}]"),
            _ => format!("there is no key {name} in {}", self.header()),
        };
        let below = places(self.schema, &self.path, name);
        let help = if !below.is_empty() {
            format!("its place is {}", below.join(" or "))
        } else if let Some(meant) = self.meant_by(name) {
            format!("did you mean {meant}?")
        } else {
            let known: Vec<_> = self.schema.keys.iter().map(|key| key.name).collect();
            let known = format!("known here: {}", known.join(", "));
            match places(&FILE, "", name) {
                none if none.is_empty() => known,
                places => format!("{known}; the place of {name} is {}", places.join(" or ")),
            }
        };
        self.notes.fault(span, message, "unknown", help);
    }

    /// Whether the table has an unknown key that was probably meant to be this one.
    pub(in crate::config) fn is_misspelt(&self, name: &str) -> bool {
        let Content::Given(table) = self.content else { return false };
        let mut unknown = table.keys().filter(|own| self.schema.key(own.get_ref()).is_none());
        unknown.any(|own| self.meant_by(own.get_ref()) == Some(name))
    }

    /// The key of this table that an unknown one was probably meant to be.
    fn meant_by(&self, unknown: &str) -> Option<&'static str> {
        let here = |word: &str| self.schema.key(word).is_some();
        let known = self.schema.keys.iter().map(|key| key.name);
        translated(unknown, here).or_else(|| closest(unknown, known))
    }

    /// Names become arguments of commands, labels of metrics and words in logs.
    pub(super) fn refuse_bad_name(&self, key: &Key, name: &str, span: &Span) {
        let harmless = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let good = (1..=64).contains(&name.len())
            && name.chars().all(harmless)
            && name.starts_with(|c: char| c.is_ascii_alphanumeric());
        if !good {
            self.notes.fault(
                span,
                format!("a {} cannot have this name", key.name),
                "1 to 64 letters, digits, '-', '_' and '.', the first a letter or digit",
                format!("for example [{}.{}]", self.path_of(key.name), key.example),
            );
        }
    }
}

/// The most places that are named for one key.
const NAMED: usize = 4;

/// Where within a table there is a key of that name.
fn places(table: &Table, path: &str, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    find(table, path, name, &mut found);
    found.truncate(NAMED);
    found
}

fn find(table: &Table, path: &str, name: &str, found: &mut Vec<String>) {
    for key in table.keys {
        let inner =
            if path.is_empty() { key.name.to_owned() } else { format!("{path}.{}", key.name) };
        let (place, inside) = match key.form {
            Form::Table(table) => (format!("[{inner}]"), Some((table, inner))),
            Form::Kind(table) => (format!("[{path}]"), Some((table, inner))),
            Form::Named(table) => {
                (format!("[{inner}.NAME]"), Some((table, format!("{inner}.NAME"))))
            }
            Form::Tables(table) => (format!("[[{inner}]]"), Some((table, inner))),
            Form::Boolean
            | Form::Integer(..)
            | Form::Duration(..)
            | Form::Seconds(..)
            | Form::Share
            | Form::Text(_)
            | Form::List(_)
            | Form::Word(_)
            | Form::Mixed(_)
            | Form::Inline(_) => (format!("[{path}]"), None),
        };
        if key.name == name {
            found.push(place);
        }
        if let Some((table, path)) = inside {
            find(table, &path, name, found);
        }
    }
}
