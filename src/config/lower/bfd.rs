use std::num::NonZeroU8;

use crate::bfd::Params;
use crate::config::reader::Section;
use crate::config::types::{Bfd, Ttl};

/// `[neighbor.NAME.bfd]`; `None` when there is none, or after a fault.
pub(super) fn read(neighbor: &Section<'_>, ttl: Option<Ttl>) -> Option<Bfd> {
    if !neighbor.has("bfd") {
        return None;
    }
    let section = neighbor.section("bfd");
    let multihop = section.boolean("multihop").map_or(is_far(ttl), |given| given.value);
    let (min_tx, min_rx) = (section.duration("min-tx"), section.duration("min-rx"));
    let multiplier = section.integer::<u8>("multiplier")?;
    if multiplier.value == 1 {
        section.notes.worry(
            &multiplier.span,
            "multiplier = 1 ends the session with every lost packet",
            "the neighbour calls us gone when so many packets in a row are missing",
            "take 3, and shorter intervals when it must be fast",
        );
    }
    let multiplier = NonZeroU8::new(multiplier.value)?;
    let session = Params { min_tx: min_tx?.value, min_rx: min_rx?.value, multiplier };
    Some(Bfd { multihop, session })
}

/// Whether the BGP session itself reckons with routers in between.
fn is_far(ttl: Option<Ttl>) -> bool {
    match ttl {
        Some(Ttl::Multihop(hops) | Ttl::Security(hops)) => hops > 1,
        None => false,
    }
}
