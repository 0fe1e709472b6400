//! Files of the machine that the configuration names: where they are looked at, and for whom.

use std::io;
use std::path::Path;

use super::scalar;
use crate::config::reader::{Placed, Section};
use crate::config::surroundings::{Access, Machine};

/// What keeps the file that the key `name` names from being read is noted: a fault with the way out
/// of `help`, and for another machine a worry.
pub(super) fn note_unreadable<P: AsRef<Path>>(
    section: &Section<'_>,
    name: &str,
    path: &Placed<P>,
    error: &io::Error,
    help: &str,
) {
    let (notes, rule) = (section.notes, scalar::words(error));
    match notes.machine() {
        Machine::Here | Machine::HereFor(_) => {
            notes.fault(&path.span, format!("{name} {} cannot be used", path.shown), rule, help);
        }
        Machine::Elsewhere => notes.worry(
            &path.span,
            format!("{name} {} could not be looked at", path.shown),
            rule,
            "see that it is on the machine that the configuration is for",
        ),
    }
}

/// The user of the service may not be the one who checks.
pub(super) fn worry_about_user<P: AsRef<Path>>(
    section: &Section<'_>,
    name: &str,
    path: &Placed<P>,
    access: Access,
) {
    let Machine::HereFor(user) = section.notes.machine() else { return };
    let file = path.value.as_ref();
    if user.may(access, file) {
        return;
    }
    let cannot = match access {
        Access::Read => "read",
        Access::Execute => "run",
    };
    section.notes.worry(
        &path.span,
        format!("{name} {} cannot be {cannot} by the service", path.shown),
        format!("the service runs as user {}, who may not", user.name()),
        user.way_in(access, file),
    );
}
