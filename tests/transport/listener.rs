//! One socket for all who connect to us.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use socket2::{Domain, Socket, Type};

use crate::support::config::Config;
use crate::support::haproxy::Haproxy;
use crate::support::herald::Herald;
use crate::support::netns::{Namespace, Net};
use crate::support::peer::{Connecting, Meeting, PEER_AS, Transport};
use crate::support::speaker::{Speaker, open};
use crate::support::wait::{SOON, eventually, timed};

const STRANGERS: usize = 2_000;

#[test]
fn one_socket_takes_neighbours_of_both_families() {
    let (_net, ours, theirs) = Net::pair();
    let haproxy = Haproxy::prepared(&ours, &[]);
    let config = listening(&haproxy)
        .set("bgp", "listen", "\"[::]:179\"")
        .set("neighbor.six", "address", "\"fd00:9::2\"")
        .set("neighbor.six", "peer-as", PEER_AS)
        .set("neighbor.six", "passive", true)
        .set("neighbor.six", "next-hop", "\"10.9.0.1\"");
    let herald = Herald::start(&ours, &config);
    let mut four = dial(&theirs, "10.9.0.2", "10.9.0.1");
    four.establish(&open(PEER_AS, 90, [10, 9, 0, 2]));
    let mut six = dial(&theirs, "fd00:9::2", "fd00:9::1");
    six.establish(&open(PEER_AS, 90, [10, 9, 0, 2]));
    becomes(&herald, "peer", "established");
    becomes(&herald, "six", "established");
    assert_eq!(neighbor(&herald, "peer")["local-address"], "10.9.0.1");
    assert_eq!(neighbor(&herald, "six")["local-address"], "fd00:9::1");
}

#[test]
fn neighbours_behind_one_address_are_told_apart_by_local_address() {
    let (_net, ours, theirs) = Net::pair();
    for address in ["10.9.0.11/24", "10.9.0.12/24"] {
        ours.ip(&["address", "add", address, "dev", "eth0"]);
    }
    let haproxy = Haproxy::prepared(&ours, &[]);
    let config = listening(&haproxy)
        .set("bgp", "listen", "\"0.0.0.0:179\"")
        .set("neighbor.other", "address", "\"10.9.0.2\"")
        .set("neighbor.other", "local-address", "\"10.9.0.11\"")
        .set("neighbor.other", "peer-as", PEER_AS + 1)
        .set("neighbor.other", "passive", true);
    let herald = Herald::start(&ours, &config);
    let mut other = dial(&theirs, "10.9.0.2", "10.9.0.11");
    // A wrong AS would end the session: herald knows which of the two this is.
    other.establish(&open(PEER_AS + 1, 90, [10, 9, 0, 3]));
    let mut peer = dial(&theirs, "10.9.0.2", "10.9.0.1");
    peer.establish(&open(PEER_AS, 90, [10, 9, 0, 2]));
    becomes(&herald, "peer", "established");
    becomes(&herald, "other", "established");
    let mut third = dial(&theirs, "10.9.0.2", "10.9.0.12");
    assert!(third.is_closed(), "no neighbour has this address of ours as its local-address");
    herald.logs("connection refused");
}

#[test]
fn strangers_neither_delay_a_neighbour_nor_leave_anything_behind() {
    let (_net, ours, theirs) = Net::pair();
    theirs.ip(&["address", "add", "10.9.0.3/24", "dev", "eth0"]);
    let haproxy = Haproxy::prepared(&ours, &[]);
    let herald = Herald::start(&ours, &listening(&haproxy));
    let connect = || {
        for _ in 0..STRANGERS {
            match knock(&theirs) {
                Ok(()) => {}
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset),
            }
        }
    };
    let (took, _peer) = thread::scope(|scope| {
        let strangers = scope.spawn(connect);
        let met = timed(|| {
            let mut peer = dial(&theirs, "10.9.0.2", "10.9.0.1");
            peer.establish(&open(PEER_AS, 90, [10, 9, 0, 2]));
            becomes(&herald, "peer", "established");
            peer
        });
        assert!(!strangers.is_finished(), "too quick to be in the way");
        strangers.join().expect("strangers do not panic");
        met
    });
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert_eq!(ours.bgp_connections(), 1);
    let closing = ours.tcp_sockets("all");
    assert!(closing <= 3, "{closing} sockets: the listener, the session, nothing of the strangers");
    becomes(&herald, "peer", "established");
}

/// The usual configuration, with somebody who dials us.
fn listening(haproxy: &Haproxy) -> Config {
    let meeting = Meeting { connecting: Connecting::PeerDials, transport: Transport::V4 };
    Config::usual(meeting, &haproxy.socket())
}

fn dial(from: &Namespace, address: &str, to: &str) -> Speaker {
    let parse = |address: &str| address.parse::<IpAddr>().expect("an address");
    eventually("a connection", SOON, || {
        Speaker::dial_from(from, parse(address), parse(to)).map_err(|error| error.to_string())
    })
}

/// A connection from an address that is no neighbour.
fn knock(namespace: &Namespace) -> io::Result<()> {
    namespace.enter(|| {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.bind(&SocketAddr::from(([10, 9, 0, 3], 0)).into())?;
        socket.connect_timeout(&SocketAddr::from(([10, 9, 0, 1], 179)).into(), SOON)?;
        drop(TcpStream::from(socket));
        Ok(())
    })
}

fn becomes(herald: &Herald, name: &str, state: &str) {
    eventually(&format!("{name} is {state}"), SOON, || {
        let neighbor = neighbor(herald, name);
        if neighbor["state"] == state { Ok(()) } else { Err(neighbor) }
    });
}

fn neighbor(herald: &Herald, name: &str) -> Value {
    let status = herald.status();
    let neighbors = status["neighbors"].as_array().cloned().unwrap_or_default();
    neighbors.into_iter().find(|neighbor| neighbor["name"] == name).unwrap_or_default()
}
