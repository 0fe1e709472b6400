use std::borrow::Cow;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeInteger, DeValue};

use super::environment::{Incomplete, replaced};
use super::{Placed, Refusal};
use crate::config::duration;
use crate::config::keys::{Form, Key};
use crate::config::notes::{Notes, Span};
use crate::config::secrets;

/// The value of a key, or one element of its list.
pub(in crate::config) struct Item<'a> {
    pub(super) notes: &'a Notes<'a>,
    pub(super) key: &'static Key,
    pub(in crate::config) value: Cow<'a, DeValue<'a>>,
    pub(super) span: Span,
    pub(super) given: bool,
    /// Whether this is one element of the list or table that the key takes.
    pub(super) element: bool,
    /// The name of an element of a table.
    pub(super) name: Option<&'a str>,
}

impl Item<'_> {
    pub(super) fn boolean(&self) -> Option<Placed<bool>> {
        match self.value.as_bool() {
            Some(value) => Some(self.placed(value, value.to_string())),
            None => self.refuse_type(),
        }
    }

    pub(in crate::config) fn integer<T: TryFrom<u64>>(&self) -> Option<Placed<T>> {
        let Some(integer) = self.value.as_integer() else { return self.refuse_type() };
        let (least, most) = match self.key.form {
            Form::Integer(least, most) => (least, most),
            Form::Boolean
            | Form::Duration(..)
            | Form::Seconds(..)
            | Form::Share
            | Form::Text(_)
            | Form::List(_)
            | Form::Word(_)
            | Form::Mixed(_)
            | Form::Table(_)
            | Form::Kind(_)
            | Form::Inline(_)
            | Form::Named(_)
            | Form::Tables(_) => (0, u64::MAX),
        };
        let shown = integer.to_string();
        let number = number(integer).filter(|number| (least..=most).contains(number));
        match number.and_then(|number| T::try_from(number).ok()) {
            Some(value) => Some(self.placed(value, shown)),
            None => {
                let negative = shown.starts_with('-');
                let small = negative || shown.parse::<u64>().is_ok_and(|number| number < least);
                let help = if small {
                    format!("take at least {least}")
                } else {
                    format!("take at most {most}")
                };
                self.refuse(&shown, Refusal::default().help(help))
            }
        }
    }

    pub(super) fn duration(&self) -> Option<Placed<Duration>> {
        let placed =
            self.text(|text| duration::parse(text).ok_or_else(|| self.no_duration(text)))?;
        match self.beyond(placed.value) {
            None => Some(placed),
            Some(help) => self.refuse(&placed.shown, Refusal::default().help(help)),
        }
    }

    pub(in crate::config) fn text<T>(
        &self,
        parse: impl Fn(&str) -> Result<T, Refusal>,
    ) -> Option<Placed<T>> {
        let Some(written) = self.value.as_str() else { return self.refuse_type() };
        let shown = match self.name {
            Some(name) => secrets::blanked(&format!("{name} = {written:?}")),
            None => secrets::blanked(&format!("{written:?}")),
        };
        let text = match replaced(written, |name| self.notes.environment(name)) {
            Ok(text) => text,
            Err(incomplete) => return self.refuse_incomplete(&incomplete),
        };
        match parse(&text) {
            Ok(value) => Some(self.placed(value, shown)),
            // The rule may repeat the text, and what comes from the environment is never shown.
            Err(Refusal { help, .. }) if text != written => {
                self.refuse(&shown, Refusal { help, ..Refusal::default() })
            }
            Err(refusal) => self.refuse(&shown, refusal),
        }
    }

    pub(super) fn list<T>(
        &self,
        parse: impl Fn(&str) -> Result<T, Refusal>,
    ) -> Option<Placed<Vec<Placed<T>>>> {
        let Some(array) = self.value.as_array() else { return self.refuse_type() };
        let elements = array.iter().map(|element| self.element(None, element));
        let read = elements.filter_map(|element| element.text(&parse)).collect();
        Some(self.placed(read, String::new()))
    }

    /// A table of strings with keys of the operator's choice, in the order of the file.
    pub(in crate::config) fn entries<T>(
        &self,
        parse: impl Fn(&str, &str) -> Result<T, Refusal>,
    ) -> Option<Placed<Vec<T>>> {
        let Some(table) = self.value.as_table() else { return self.refuse_type() };
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(own, _)| own.span().start);
        let read = entries.into_iter().filter_map(|(own, element)| {
            let item = self.element(Some(own.get_ref()), element);
            item.text(|text| parse(own.get_ref(), text)).map(|placed| placed.value)
        });
        Some(self.placed(read.collect(), String::new()))
    }

    fn element<'b>(&'b self, name: Option<&'b str>, element: &'b Spanned<DeValue<'b>>) -> Item<'b> {
        Item {
            notes: self.notes,
            key: self.key,
            value: Cow::Borrowed(element.get_ref()),
            span: if self.given { Some(element.span()) } else { self.span.clone() },
            given: self.given,
            element: true,
            name,
        }
    }

    /// A value made of this one.
    pub(in crate::config) fn placed<T>(&self, value: T, shown: String) -> Placed<T> {
        Placed { value, span: self.span.clone(), shown, given: self.given }
    }

    /// The value has the right type and cannot be used.
    pub(in crate::config) fn refuse<T>(&self, shown: &str, refusal: Refusal) -> Option<T> {
        let rule = refusal.rule.unwrap_or_else(|| self.rule());
        let help = refusal.help.or(refusal.meant).or_else(|| self.similar(shown));
        let help = help.unwrap_or_else(|| self.way_out());
        self.notes.fault(&self.span, format!("{} cannot be {shown}", self.key.name), rule, help);
        None
    }

    /// The value has the wrong type.
    pub(in crate::config) fn refuse_type<T>(&self) -> Option<T> {
        let message = format!("{} cannot be {}", self.key.name, article(&self.value));
        let help = self.retyped().unwrap_or_else(|| self.way_out());
        self.notes.fault(&self.span, message, self.rule(), help);
        None
    }

    fn refuse_incomplete<T>(&self, incomplete: &Incomplete) -> Option<T> {
        match incomplete {
            Incomplete::Unset(name) => self.notes.fault(
                &self.span,
                format!("the environment has no variable {name}"),
                format!("${{{name}}} is replaced from the environment of the agent"),
                format!(
                    "set {name} where herald is started: for the service in /etc/default/herald, which \
                     herald check --env-file reads"
                ),
            ),
            Incomplete::Malformed => self.notes.fault(
                &self.span,
                format!("{} has a ${{ that names no variable", self.key.name),
                "${NAME} stands for a variable of the environment",
                "NAME is made of letters, digits and '_', and does not begin with a digit",
            ),
        }
        None
    }
}

/// What a value is, with its article.
pub(super) fn article(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// The number; `None` when it is negative or too large.
pub(in crate::config) fn number(integer: &DeInteger<'_>) -> Option<u64> {
    u64::from_str_radix(integer.as_str(), integer.radix()).ok()
}
