//! Tests of the state machine, on a virtual clock.

#[path = "../../../tests/support/count.rs"]
mod count;
mod grid;
mod hostile;
mod pair;
mod reaction;
mod restart;
mod scrutiny;
mod shown;
mod single;
mod withheld;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::*;
use crate::base::{Asn, NextHop, Prefix, RouteAttributes};
use crate::wire::{self, Capability, Context, Notification, Open, Update};

const SECOND: Duration = Duration::from_secs(1);
const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));

fn params(local_as: u32, peer_as: u32, router_id: u32) -> Params {
    Params {
        local_as: Asn(local_as),
        peer_as: Asn(peer_as),
        router_id: Ipv4Addr::from(router_id),
        hold_time: HoldTime::new(90).unwrap(),
        keepalive: None,
        connect_retry: 5 * SECOND,
        send_hold_time: None,
        families: [Family::Ipv4Unicast].into(),
        passive: false,
        shutdown: false,
        shutdown_message: "maintenance".to_owned(),
        max_received: 100,
        enforce_first_as: true,
        role: None,
        extended_next_hop: false,
        graceful_restart: None,
        signed: false,
    }
}

fn attributes(length: usize) -> Arc<RouteAttributes> {
    Arc::new(RouteAttributes {
        as_path: vec![Asn(65010); length],
        next_hop: NextHop::SelfAddress,
        med: None,
        communities: BTreeSet::new(),
        large_communities: BTreeSet::new(),
    })
}

fn plan(version: u64, routes: &[(&str, usize)]) -> Plan {
    let routes = routes.iter().map(|(p, length)| (p.parse().unwrap(), attributes(*length)));
    Plan { version, routes: Arc::new(routes.collect()), ..Plan::default() }
}

/// An OPEN as a well-behaved neighbour of AS 65515 sends it.
fn their_open() -> Open {
    Open {
        my_as: Asn(65515),
        hold_time: 180,
        identifier: Ipv4Addr::new(9, 9, 9, 9),
        capabilities: vec![
            Capability::MultiProtocol { afi: 1, safi: 1 },
            Capability::RouteRefresh,
            Capability::FourOctetAs(Asn(65515)),
        ],
    }
}

/// Splits octets into the messages they hold.
fn messages(mut octets: &[u8], context: &Context) -> Vec<Message> {
    let mut found = Vec::new();
    while !octets.is_empty() {
        let length = wire::frame_length(octets, context).unwrap().expect("a whole header");
        found.push(Message::decode(&octets[..length], context).unwrap());
        octets = &octets[length..];
    }
    found
}
