//! Reads tables and values by the key table. Each function gives the value, or nothing when there is
//! none or when it is no good: then the fault has been noted, and reading goes on.

mod complaints;
mod environment;
mod item;
mod placed;
mod refusal;
mod remedies;

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{Absent, Form, Key, Table};
use super::notes::{Notes, Span};

pub(super) use item::{Item, number};
pub(super) use placed::Placed;
pub(super) use refusal::{Refusal, plain};
pub(super) use remedies::takes;

/// A table of the file, or its absence.
#[derive(Clone)]
pub(super) struct Section<'a> {
    pub(super) notes: &'a Notes<'a>,
    schema: &'static Table,
    content: Content<'a>,
    /// The head of the table; when it is absent, that of the table around it.
    span: Span,
    path: String,
    /// Whether it is one of a list, so that its header has two brackets.
    listed: bool,
}

#[derive(Clone, Copy)]
enum Content<'a> {
    Given(&'a DeTable<'a>),
    Absent,
    /// Not a table: noted once, nothing inside is complained about.
    Broken,
}

impl<'a> Section<'a> {
    /// The file itself.
    pub(super) fn root(
        notes: &'a Notes<'a>,
        schema: &'static Table,
        table: &'a DeTable<'a>,
    ) -> Self {
        let content = Content::Given(table);
        let root = Self { notes, schema, content, span: None, path: String::new(), listed: false };
        root.refuse_unknown_keys();
        root
    }

    /// `neighbor.ars-0`, as in its header.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The head of the table.
    pub(super) fn span(&self) -> &Span {
        &self.span
    }

    /// The way to write `key` of this table from anywhere: `[neighbor.ars-0] port`.
    pub(super) fn full(&self, key: &str) -> String {
        if self.path.is_empty() { format!("[{key}]") } else { format!("{} {key}", self.header()) }
    }

    /// `[neighbor.ars-0]`, or `[[service.web.hook]]`.
    fn header(&self) -> String {
        if self.listed { format!("[[{}]]", self.path) } else { format!("[{}]", self.path) }
    }

    /// Whether the file has this key in this table.
    pub(super) fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// Where a key stands, or the table when it is left out.
    pub(super) fn span_of(&self, name: &str) -> Span {
        self.value(name).map_or_else(|| self.span.clone(), |(span, _)| Some(span))
    }

    /// A table inside this one; an absent one reads as empty.
    pub(super) fn section(&self, name: &str) -> Section<'a> {
        let key = self.key(name);
        let (Form::Table(schema) | Form::Kind(schema)) = key.form else {
            unreachable!("{name} is described as a table")
        };
        let path = self.path_of(name);
        match self.value(name) {
            Some((span, value)) => self.open(schema, path, Some(span), value, false),
            None => {
                let content = match self.content {
                    Content::Broken => Content::Broken,
                    Content::Given(_) | Content::Absent => Content::Absent,
                };
                let span = self.span.clone();
                Section { notes: self.notes, schema, content, span, path, listed: false }
            }
        }
    }

    /// How many elements the list of a key has, usable or not; one when it is no list.
    pub(super) fn elements(&self, name: &str) -> usize {
        self.value(name).map_or(0, |(_, value)| value.as_array().map_or(1, |list| list.len()))
    }

    /// The keys that are there of those of which exactly one must be.
    pub(super) fn kinds(&self) -> Vec<&'static str> {
        let kinds = self.schema.keys.iter().filter(|key| matches!(key.form, Form::Kind(_)));
        kinds.map(|key| key.name).filter(|name| self.has(name)).collect()
    }

    /// A table in one line; `None` when it is left out, or no table.
    pub(super) fn inline(&self, name: &str) -> Option<Section<'a>> {
        let key = self.key(name);
        let Form::Inline(schema) = key.form else { unreachable!("{name} is described as inline") };
        let (span, value) = self.value(name)?;
        match value.is_table() {
            true => Some(self.open(schema, self.path_of(name), Some(span), value, false)),
            false => self.item(name)?.refuse_type(),
        }
    }

    /// The tables with names of the operator's choice inside `name`, in the order of the file.
    pub(super) fn named(&self, name: &str) -> Vec<(String, Section<'a>)> {
        let key = self.key(name);
        let Form::Named(schema) = key.form else { unreachable!("{name} is described as named") };
        let Some((span, value)) = self.value(name) else { return Vec::new() };
        let DeValue::Table(tables) = value else {
            self.refuse_nameless(key, &Some(span), item::article(value));
            return Vec::new();
        };
        let mut entries: Vec<_> = tables.iter().collect();
        entries.sort_by_key(|(own, _)| own.span().start);
        for (own, value) in entries.iter().filter(|(_, value)| value.get_ref().is_array()) {
            let path = format!("{}.{}", self.path_of(name), own.get_ref());
            self.refuse_list(&path, &Some(own.span()), value.get_ref());
        }
        let mut values = entries.iter().map(|(own, value)| (own, value.get_ref()));
        if let Some((own, _)) = values.find(|(_, value)| !value.is_table() && !value.is_array()) {
            self.refuse_nameless(key, &Some(own.span()), "without a name");
        }
        let mut sections = Vec::new();
        for (own, value) in entries.into_iter().filter(|(_, value)| value.get_ref().is_table()) {
            let path = format!("{}.{}", self.path_of(name), own.get_ref());
            self.refuse_bad_name(key, own.get_ref(), &Some(own.span()));
            let section = self.open(schema, path, Some(value.span()), value.get_ref(), false);
            sections.push((own.get_ref().to_string(), section));
        }
        sections
    }

    /// The tables of a list, in their order.
    pub(super) fn tables(&self, name: &str) -> Vec<Section<'a>> {
        let key = self.key(name);
        let Form::Tables(schema) = key.form else { unreachable!("{name} is described as tables") };
        let Some((span, value)) = self.value(name) else { return Vec::new() };
        let tables = value.as_array().filter(|list| list.iter().all(|v| v.get_ref().is_table()));
        let Some(tables) = tables else {
            self.refuse_single(key, &Some(span), item::article(value));
            return Vec::new();
        };
        let path = || self.path_of(name);
        let open = |table: &'a Spanned<DeValue<'a>>| {
            self.open(schema, path(), Some(table.span()), table.get_ref(), true)
        };
        tables.iter().map(open).collect()
    }

    fn open(
        &self,
        schema: &'static Table,
        path: String,
        span: Span,
        value: &'a DeValue<'a>,
        listed: bool,
    ) -> Section<'a> {
        let content = match value {
            DeValue::Table(table) => Content::Given(table),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_) => {
                self.refuse_no_table(&path, schema, &span, value);
                Content::Broken
            }
        };
        let section = Section { notes: self.notes, schema, content, span, path, listed };
        section.refuse_unknown_keys();
        section
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn key(&self, name: &str) -> &'static Key {
        self.schema.key(name).expect("the key table lists every key that is read")
    }

    fn value(&self, name: &str) -> Option<(std::ops::Range<usize>, &'a DeValue<'a>)> {
        match self.content {
            Content::Given(table) => table.get(name).map(|value| (value.span(), value.get_ref())),
            Content::Absent | Content::Broken => None,
        }
    }

    /// The value of a key as written or by default; a missing one that is required is noted.
    fn item(&self, name: &str) -> Option<Item<'a>> {
        let key = self.key(name);
        if let Some((span, value)) = self.value(name) {
            let value = Cow::Borrowed(value);
            return Some(Item {
                notes: self.notes,
                key,
                value,
                span: Some(span),
                given: true,
                element: false,
                name: None,
            });
        }
        match key.absent {
            Absent::Default(text) => {
                let value = DeValue::parse(text).expect("defaults are TOML").into_inner();
                let value = Cow::Owned(value);
                let span = self.span.clone();
                Some(Item {
                    notes: self.notes,
                    key,
                    value,
                    span,
                    given: false,
                    element: false,
                    name: None,
                })
            }
            Absent::Otherwise(_) => None,
            Absent::Fault => {
                self.refuse_missing(key);
                None
            }
        }
    }
}

/// Values by form.
impl Section<'_> {
    pub(super) fn boolean(&self, name: &str) -> Option<Placed<bool>> {
        self.item(name)?.boolean()
    }

    /// A whole number within the bounds of its key.
    pub(super) fn integer<T: TryFrom<u64>>(&self, name: &str) -> Option<Placed<T>> {
        self.item(name)?.integer()
    }

    pub(super) fn duration(&self, name: &str) -> Option<Placed<std::time::Duration>> {
        self.item(name)?.duration()
    }

    /// A string, read by `parse`.
    pub(super) fn text<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, Refusal>,
    ) -> Option<Placed<T>> {
        self.item(name)?.text(parse)
    }

    /// A list of strings, each read by `parse`; those that are no good are missing from it.
    pub(super) fn list<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, Refusal>,
    ) -> Option<Placed<Vec<Placed<T>>>> {
        self.item(name)?.list(parse)
    }

    /// A value of more than one type: what `read` makes of it.
    pub(super) fn mixed<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Item<'_>) -> Option<Placed<T>>,
    ) -> Option<Placed<T>> {
        read(&self.item(name)?)
    }
}

#[cfg(test)]
mod tests;
