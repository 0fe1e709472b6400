//! What to think of before neighbours are asked to keep routes over a restart (RFC 4724).

use super::{neighbor, profiles};
use crate::config::reader::Placed;
use crate::session::RestartTime;

pub(super) fn check(neighbors: &[neighbor::Draft<'_>]) {
    for neighbor in neighbors {
        let asked = neighbor.graceful_restart.as_ref();
        let Some(asked) = asked.filter(|asked| asked.value.is_some()) else { continue };
        match profiles::azure(neighbor) {
            Some(kind) => worry_about_azure(neighbor, asked, kind),
            None => worry_about_dead_routes(neighbor, asked),
        }
        worry_about_bfd(neighbor, asked);
    }
}

type Asked = Placed<Option<RestartTime>>;

/// Says the same for all who inherit it, so that it is said once.
fn worry_about_dead_routes(neighbor: &neighbor::Draft<'_>, asked: &Asked) {
    neighbor.section.notes.worry(
        &asked.span,
        format!("graceful-restart {} keeps traffic on an agent that has died", asked.shown),
        "neighbours go on sending here for that long, though nobody watches the backends and \
         another region could take over at once",
        "leave it out, unless restarts of herald hurt more than a dead region does",
    );
}

fn worry_about_azure(neighbor: &neighbor::Draft<'_>, asked: &Asked, kind: &str) {
    neighbor.section.notes.worry(
        &asked.span,
        format!("graceful-restart has no effect towards {}", neighbor.name),
        format!("{kind} is not known to offer it: the routes go with the session"),
        "set graceful-restart = \"0s\" for this neighbour",
    );
}

fn worry_about_bfd(neighbor: &neighbor::Draft<'_>, asked: &Asked) {
    if neighbor.section.has("bfd") {
        neighbor.section.notes.worry(
            &asked.span,
            format!("bfd works against graceful-restart towards {}", neighbor.name),
            "BFD ends with herald, and a neighbour may drop the routes for it (RFC 5882 §4.3.2)",
            "leave one of the two out",
        );
    }
}
