use std::collections::BTreeSet;

use super::command;
use crate::base::closest;
use crate::config::reader::{Placed, Section, plain};
use crate::config::types::Hook;
use crate::policy::State;

/// The `[[service.X.hook]]` tables of a service; `None` when one of them has a fault.
pub(super) fn read(service: &Section<'_>) -> Option<Vec<Hook>> {
    let hooks: Vec<_> = service.tables("hook").iter().map(hook).collect();
    hooks.into_iter().collect()
}

fn hook(section: &Section<'_>) -> Option<Hook> {
    let (on, command) = (states(section), command::read(section));
    let timeout = section.duration("timeout");
    Some(Hook { on: on?, command: command?, timeout: timeout?.value })
}

fn states(section: &Section<'_>) -> Option<BTreeSet<State>> {
    let on = section.list("on", plain::<String>)?;
    if on.value.is_empty() {
        section.notes.fault(
            &on.span,
            "on names no state",
            "the command would never run",
            "for example on = [\"up\", \"down\"]",
        );
        return None;
    }
    let states: Vec<_> = on.value.iter().map(|name| state(section, name)).collect();
    states.into_iter().collect()
}

fn state(section: &Section<'_>, name: &Placed<String>) -> Option<State> {
    // No service ever becomes pending.
    let states = || State::ALL.into_iter().filter(|state| *state != State::Pending);
    let found = states().find(|state| state.as_str() == name.value);
    if found.is_none() {
        let names = || states().map(State::as_str);
        let help = match closest(&name.value, names()) {
            Some(meant) => format!("did you mean {meant:?}?"),
            None => format!("a service can become {}", names().collect::<Vec<_>>().join(", ")),
        };
        let message = format!("no service can become {}", name.shown);
        section.notes.fault(&name.span, message, "not a state", help);
    }
    found
}
