use toml::de::DeValue;

use super::damping;
use crate::config::reader::{Item, Placed, Refusal, Section, number};
use crate::health::{Damping, Rule};

/// `[service.X.health]`, apart from the checks.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) rule: Option<Rule>,
    pub(super) hold_up: Option<Placed<std::time::Duration>>,
    pub(super) unknown_for: Option<Placed<std::time::Duration>>,
    /// `None` when there is none, or after a fault.
    pub(super) damping: Option<Damping>,
}

/// Reads the table of a service with so many checks.
pub(super) fn read(section: &Section<'_>, checks: usize) -> Draft {
    let rule = section.mixed("rule", rule);
    if let Some(Placed { value: Rule::AtLeast(count), span, .. }) = &rule
        && !(1..=checks).contains(count)
    {
        section.notes.fault(
            span,
            format!("at-least = {count} can never be reached"),
            match checks {
                0 => "the service has no check".to_owned(),
                1 => "the service has one check".to_owned(),
                _ => format!("the service has {checks} checks"),
            },
            match checks {
                0 | 1 => "add checks, or leave rule out".to_owned(),
                _ => format!("take a number from 1 to {checks}"),
            },
        );
    }
    Draft {
        rule: rule.map(|rule| rule.value),
        hold_up: section.duration("hold-up"),
        unknown_for: section.duration("unknown-for"),
        damping: damping::read(section),
    }
}

fn rule(item: &Item<'_>) -> Option<Placed<Rule>> {
    match &*item.value {
        DeValue::Table(table) => {
            let only = table.get("at-least").filter(|_| table.len() == 1);
            let count = only.and_then(|value| value.get_ref().as_integer()).and_then(number);
            match count.and_then(|count| usize::try_from(count).ok()) {
                Some(count) => Some(item.placed(Rule::AtLeast(count), format!("at-least {count}"))),
                None => item.refuse("this table", Refusal::default()),
            }
        }
        DeValue::String(_) => item.text(|text| match text {
            "all" => Ok(Rule::All),
            "any" => Ok(Rule::Any),
            _ => Err(Refusal::default()),
        }),
        DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_) => item.refuse_type(),
    }
}
