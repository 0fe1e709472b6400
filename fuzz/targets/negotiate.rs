//! The rest of an input as a neighbour's OPEN.

use herald::base::Asn;
use herald::session::{Direction, Input, State};
use herald::wire::{Capability, Context, Message, Open};

use super::Octets;
use super::driver::Driver;
use super::speaker::{KEEPALIVE, LOCAL, OPEN, PEER_AS, message, params};

/// The first octet chooses our side, the others are the body of the OPEN. We expect the AS that it
/// names, or nearly every input would end there.
pub(crate) fn negotiate(data: &[u8]) {
    let mut octets = Octets::new(data);
    let choice = octets.next() & !64;
    let octets = message(OPEN, octets.take(usize::MAX));
    let open = match Message::decode(&octets, &Context::default()) {
        Ok(Message::Open(open)) => Some(open),
        Ok(_) | Err(_) => None,
    };
    let params = params(choice, open.as_ref().map_or(Asn(PEER_AS), Open::asn));
    let (ours, hold_time) = (params.families.clone(), params.hold_time);
    let mut driver = Driver::new(params);
    driver.input(Input::Start);
    driver.dialling = false;
    driver.links.insert(Direction::Dialled, 0);
    driver.input(Input::Dialled { local: LOCAL });
    driver.input(Input::Received { direction: Direction::Dialled, octets: &octets });
    let common = open.as_ref().map(|open| ours.intersection(&open.families()).count());
    let agreed = common.is_some_and(|count| count > 0);
    assert_eq!(driver.session.state().0, if agreed { State::OpenConfirm } else { State::Idle });
    let keepalive = message(KEEPALIVE, &[]);
    driver.input(Input::Received { direction: Direction::Dialled, octets: &keepalive });
    let Some((open, negotiated)) = open.filter(|_| agreed).zip(driver.session.negotiated()) else {
        assert_ne!(driver.session.state().0, State::Established);
        return;
    };
    assert!(negotiated.families.is_subset(&ours) && !negotiated.families.is_empty());
    assert_eq!(negotiated.hold_time.seconds(), hold_time.seconds().min(open.hold_time));
    let four = open.capabilities.iter().any(|c| matches!(c, Capability::FourOctetAs(_)));
    assert_eq!(negotiated.context.four_octet_asn, four);
    assert_eq!(driver.session.poll_timeout().is_none(), negotiated.hold_time.seconds() == 0);
}
