use super::{Content, Section};
use crate::base::closest;
use crate::config::keys::Key;
use crate::config::notes::Span;

/// What is wrong with the keys of a table, apart from their values.
impl Section<'_> {
    pub(super) fn refuse_missing(&self, key: &Key) {
        let span = match self.content {
            Content::Broken => return,
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
        let known = || self.schema.keys.iter().map(|key| key.name);
        let message = match self.path.as_str() {
            "" => format!("there is no table [{name}]"),
            _ => format!("there is no key {name} in {}", self.header()),
        };
        let help = match closest(name, known()) {
            Some(meant) => format!("did you mean {meant}?"),
            None => format!("known here: {}", known().collect::<Vec<_>>().join(", ")),
        };
        self.notes.fault(span, message, "unknown", help);
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
