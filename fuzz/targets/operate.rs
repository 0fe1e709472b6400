//! An input as a life of a session: what the network, the engine and the clock do to it.

use std::sync::Arc;
use std::time::Duration;

use herald::base::Asn;
use herald::rib::Plan;
use herald::session::{Direction, Input, Leaving};

use super::Octets;
use super::driver::Driver;
use super::speaker::{KEEPALIVE, LOCAL, PEER_AS, message, open, params, routes};

/// The first octet chooses our side; then one octet per operation, followed by its arguments.
pub(crate) fn operate(data: &[u8]) {
    let mut octets = Octets::new(data);
    // IPv6 alone would leave the routes of the plan unsaid.
    let choice = octets.next() | 2;
    let mut driver = Driver::new(params(choice, Asn(PEER_AS)));
    while !octets.is_empty() {
        operation(&mut driver, &mut octets);
    }
}

fn operation(driver: &mut Driver, octets: &mut Octets<'_>) {
    let code = octets.next();
    let direction = if code & 0x80 == 0 { Direction::Dialled } else { Direction::Accepted };
    match code & 0x0f {
        0 => driver.input(Input::Start),
        1 => driver.input(Input::Stop(Leaving::Shutdown)),
        2 => wanted(driver, octets.next(), octets.next()),
        3 if driver.dialling => {
            driver.dialling = false;
            driver.links.insert(Direction::Dialled, 0);
            driver.input(Input::Dialled { local: LOCAL });
        }
        4 if driver.dialling => {
            driver.dialling = false;
            driver.input(Input::DialFailed("refused".into()));
        }
        5 => driver.input(Input::Accepted { local: LOCAL }),
        6 => hear(driver, direction, &open(octets.next())),
        7 => hear(driver, direction, &message(KEEPALIVE, &[])),
        8 => {
            let count = octets.next();
            hear(driver, direction, octets.take(count.into()));
        }
        9 => {
            let (kind, count) = (octets.next(), octets.next());
            hear(driver, direction, &message(kind, octets.take(count.into())));
        }
        10 => driver.drain(direction),
        11 => driver.drains = !driver.drains,
        12 => cut(driver, direction),
        13 => driver.pass(Duration::from_millis(u64::from(octets.next()) * 100), code & 0x40 != 0),
        14 => driver.pass(Duration::from_secs(octets.next().into()), code & 0x40 != 0),
        // Crossing: the driver may not know yet that a connection is gone.
        15 => crossing(driver, code >> 4 & 3),
        _ => {}
    }
}

/// An input for a connection that is not there: nothing may come of it.
fn crossing(driver: &mut Driver, which: u8) {
    let both = [Direction::Dialled, Direction::Accepted];
    let Some(direction) = both.into_iter().find(|d| !driver.links.contains_key(d)) else { return };
    match which {
        0 => driver.input(Input::Closed { direction, because: "reset".into() }),
        1 => driver.input(Input::Drained(direction)),
        2 => driver.input(Input::Received { direction, octets: &open(0) }),
        _ => driver.input(Input::Timeout),
    }
}

fn cut(driver: &mut Driver, direction: Direction) {
    if driver.links.remove(&direction).is_some() {
        driver.input(Input::Closed { direction, because: "reset".into() });
    }
}

fn wanted(driver: &mut Driver, choice: u8, length: u8) {
    let routes = routes(choice, length);
    driver.wanted = (driver.wanted.0 + 1, routes.keys().copied().collect());
    let plan = Plan { version: driver.wanted.0, routes: Arc::new(routes), ..Plan::default() };
    driver.input(Input::Wanted(plan));
}

fn hear(driver: &mut Driver, direction: Direction, octets: &[u8]) {
    if driver.links.contains_key(&direction) {
        driver.input(Input::Received { direction, octets });
    }
}
