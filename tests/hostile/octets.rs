//! UPDATEs in pieces, right and wrong.

use crate::support::speaker::{UPDATE, message};

/// Message type 5 (RFC 2918).
pub(crate) const ROUTE_REFRESH: u8 = 5;
/// The body of the End-of-RIB of IPv4 unicast.
pub(crate) const END_OF_RIB: [u8; 4] = [0; 4];

/// ORIGIN IGP.
pub(crate) const ORIGIN: &[u8] = &[0x40, 1, 1, 0];
/// AS_PATH 65515.
pub(crate) const PATH: &[u8] = &[0x40, 2, 6, 2, 1, 0, 0, 0xff, 0xeb];
/// NEXT_HOP 10.9.0.2.
pub(crate) const NEXT_HOP: &[u8] = &[0x40, 3, 4, 10, 9, 0, 2];
/// 198.51.100.0/24.
pub(crate) const PREFIX: &[u8] = &[24, 198, 51, 100];

/// The body of an UPDATE.
pub(crate) fn update(withdrawn: &[u8], attributes: &[u8], announced: &[u8]) -> Vec<u8> {
    [&length(withdrawn)[..], withdrawn, &length(attributes)[..], attributes, announced].concat()
}

/// The body of an UPDATE that announces [`PREFIX`] with these attributes.
pub(crate) fn announcing(attributes: &[&[u8]]) -> Vec<u8> {
    update(&[], &attributes.concat(), PREFIX)
}

/// The body of an UPDATE that announces [`PREFIX`] and has these attributes beside the mandatory ones.
pub(crate) fn beside(extra: &[u8]) -> Vec<u8> {
    announcing(&[ORIGIN, PATH, NEXT_HOP, extra])
}

/// An UPDATE without a fault, header included, with the host routes numbered `first` and up.
pub(crate) fn routes(first: u32, count: u32) -> Vec<u8> {
    let hosts = (first..first + count).map(|number| 0x0b00_0000 + number);
    let announced: Vec<u8> =
        hosts.flat_map(|host| [&[32][..], &host.to_be_bytes()].concat()).collect();
    message(UPDATE, &update(&[], &[ORIGIN, PATH, NEXT_HOP].concat(), &announced))
}

fn length(part: &[u8]) -> [u8; 2] {
    u16::try_from(part.len()).expect("a part fits its length").to_be_bytes()
}
