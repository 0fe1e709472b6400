//! What a key takes, and the way out for who has written something else.

use std::time::Duration;

use toml::de::DeValue;

use super::{Item, Refusal};
use crate::base::closest;
use crate::config::duration::{near, parse, show};
use crate::config::keys::{Absent, Form};

impl Item<'_> {
    pub(super) fn rule(&self) -> String {
        match self.key.form {
            Form::List(words) if self.element => format!("each element is {words}"),
            form @ (Form::Boolean
            | Form::Integer(..)
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
            | Form::Tables(_)) => format!("it takes {}", takes(form)),
        }
    }

    /// When nothing better is known.
    pub(super) fn way_out(&self) -> String {
        let name = self.key.name;
        match (self.key.form, self.key.absent) {
            _ if self.element => "correct it, or remove it from the list".to_owned(),
            (Form::Boolean, _) => format!("{name} = true or {name} = false"),
            (Form::Word(_), Absent::Default(value)) => {
                format!("take one of them, or leave it out for {value}")
            }
            (_, Absent::Default(value)) => format!("for example {name} = {value}, the default"),
            (_, Absent::Fault | Absent::Otherwise(_)) => {
                format!("for example {name} = {}", self.key.example)
            }
        }
    }

    /// What a text of the right type was probably meant to be.
    pub(super) fn similar(&self, shown: &str) -> Option<String> {
        let text = shown.trim_matches('"');
        match self.key.form {
            Form::Word(words) => {
                let meant = closest(text, words.iter().copied())?;
                Some(format!("did you mean {meant:?}?"))
            }
            Form::Share => share(text).map(|share| format!("{} = {share}", self.key.name)),
            Form::Boolean
            | Form::Integer(..)
            | Form::Duration(..)
            | Form::Seconds(..)
            | Form::Text(_)
            | Form::List(_)
            | Form::Mixed(_)
            | Form::Table(_)
            | Form::Kind(_)
            | Form::Inline(_)
            | Form::Named(_)
            | Form::Tables(_) => None,
        }
    }

    /// The same value in the type that was wanted, where it is clear what was meant.
    pub(super) fn retyped(&self) -> Option<String> {
        let name = self.key.name;
        match (self.key.form, &*self.value) {
            (Form::Duration(..) | Form::Seconds(..), value) => {
                let meant = self.durations(&number(value)?)?;
                Some(format!("a duration has a unit: {meant}"))
            }
            (Form::Share, value) => share(&number(value)?).map(|share| format!("{name} = {share}")),
            (Form::Integer(..), DeValue::String(text)) if text.parse::<u64>().is_ok() => {
                Some(format!("without the quotes: {name} = {text}"))
            }
            (Form::Boolean, value) => truth(value).map(|truth| format!("{name} = {truth}")),
            (Form::List(_), DeValue::String(text)) => {
                Some(format!("in brackets: {name} = [{text:?}]"))
            }
            _ => None,
        }
    }

    /// A text that is no duration.
    pub(super) fn no_duration(&self, text: &str) -> Refusal {
        let bare = !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
        let refusal = match bare {
            true => Refusal::rule("it has no unit: ms, s, m, h or d"),
            false => Refusal::default(),
        };
        match self.durations(text) {
            Some(meant) => refusal.meant(meant),
            None => refusal,
        }
    }

    /// The way out for a duration that the key does not take.
    pub(super) fn beyond(&self, duration: Duration) -> Option<String> {
        let (least, most, whole) = self.bounds()?;
        if duration < least {
            Some(format!("take at least {:?}", show(least)))
        } else if duration > most {
            Some(format!("take at most {:?}", show(most)))
        } else {
            (whole && duration.subsec_nanos() != 0).then(|| "take whole seconds".to_owned())
        }
    }

    /// What a text may mean, as far as the key takes it.
    fn durations(&self, text: &str) -> Option<String> {
        let fits = |meant: &String| parse(meant).is_some_and(|meant| self.beyond(meant).is_none());
        let fitting: Vec<_> =
            near(text).into_iter().filter(fits).map(|meant| format!("{meant:?}")).collect();
        (!fitting.is_empty()).then(|| format!("{} = {}", self.key.name, fitting.join(" or ")))
    }

    /// The least and the most, and whether only whole seconds count.
    fn bounds(&self) -> Option<(Duration, Duration, bool)> {
        match self.key.form {
            Form::Duration(least, most) => Some((least, most, false)),
            Form::Seconds(least, most) => Some((least, most, true)),
            Form::Boolean
            | Form::Integer(..)
            | Form::Share
            | Form::Text(_)
            | Form::List(_)
            | Form::Word(_)
            | Form::Mixed(_)
            | Form::Table(_)
            | Form::Kind(_)
            | Form::Inline(_)
            | Form::Named(_)
            | Form::Tables(_) => None,
        }
    }
}

/// What a form takes, in words.
pub(in crate::config) fn takes(form: Form) -> String {
    match form {
        Form::Boolean => "true or false".to_owned(),
        Form::Integer(least, most) => format!("a whole number from {least} to {most}"),
        Form::Duration(least, most) => format!("a duration from {} to {}", show(least), show(most)),
        Form::Seconds(least, most) => {
            format!("a duration from {} to {}, in whole seconds", show(least), show(most))
        }
        Form::Share => "a share such as \"50%\" (1 to 100)".to_owned(),
        Form::Text(words) | Form::Mixed(words) => words.to_owned(),
        Form::List(words) => format!("a list; each element is {words}"),
        Form::Word(words) => {
            format!(
                "one of {}",
                words.iter().map(|w| format!("{w:?}")).collect::<Vec<_>>().join(", ")
            )
        }
        Form::Table(_) | Form::Kind(_) => "a table".to_owned(),
        Form::Inline(table) => {
            let keys: Vec<_> = table.keys.iter().map(|key| key.name).collect();
            format!("a table in one line, with {}", keys.join(", "))
        }
        Form::Named(_) => "a table of tables".to_owned(),
        Form::Tables(_) => "a list of tables".to_owned(),
    }
}

fn number(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::String(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_)
        | DeValue::Table(_) => None,
    }
}

/// What other languages call true and false.
fn truth(value: &DeValue<'_>) -> Option<bool> {
    let text = match value.as_str() {
        Some(text) => text.to_ascii_lowercase(),
        None => number(value)?,
    };
    match text.as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// A share without its sign, or as a fraction of one.
fn share(text: &str) -> Option<String> {
    let percent = match text.parse::<u8>() {
        Ok(whole) => f64::from(whole),
        Err(_) => text.parse::<f64>().ok()? * 100.0,
    };
    (1.0..=100.0).contains(&percent).then(|| format!("\"{percent:.0}%\""))
}
