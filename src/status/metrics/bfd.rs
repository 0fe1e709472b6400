use super::Family;
use crate::status::{Bfd, Snapshot};

/// BFD, for neighbours that have it.
pub(super) const FAMILIES: &[Family] = &[
    Family::gauge(
        "herald_bfd_up",
        &["neighbor"],
        "Whether BFD has the path to the neighbour up",
        |snapshot, rows| {
            each(snapshot, |name, bfd| rows.flag(&[name], bfd.state == "up"));
        },
    ),
    Family::counter(
        "herald_bfd_failures_total",
        &["neighbor"],
        "How often BFD called the path dead",
        |snapshot, rows| each(snapshot, |name, bfd| rows.counter(&[name], bfd.failures)),
    ),
    Family::counter(
        "herald_bfd_packets_total",
        &["neighbor", "direction"],
        "BFD packets `sent`, `received`, and `discarded` because they were malformed or meant for \
         another session",
        |snapshot, rows| {
            each(snapshot, |name, bfd| {
                rows.counter(&[name, "sent"], bfd.sent);
                rows.counter(&[name, "received"], bfd.received);
                rows.counter(&[name, "discarded"], bfd.discarded);
            });
        },
    ),
];

fn each(snapshot: &Snapshot, mut visit: impl FnMut(&str, &Bfd)) {
    for neighbor in &snapshot.neighbors {
        if let Some(bfd) = &neighbor.bfd {
            visit(&neighbor.name, bfd);
        }
    }
}
