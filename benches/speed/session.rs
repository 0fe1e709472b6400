//! A neighbour that floods: the turn it has before everybody else, who shares its thread, has theirs.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};

use criterion::Criterion;
use herald::base::{Asn, Prefix};
use herald::clock;
use herald::config;
use herald::peer;
use herald::session::{Direction, Input, Session, State};
use herald::wire::{
    AsPath, Capability, Context, Message, MpNextHop, Open, Origin, PathAttributes,
    pack_announcements,
};

use super::addresses;

const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const PEER_AS: u32 = 65000;
const CONTEXT: Context = Context { four_octet_asn: true, extended_messages: false };
/// More than are kept of a neighbour by default.
const ROUTES: u32 = 20_000;

pub(super) fn measure(criterion: &mut Criterion) {
    let hosts: Vec<_> = addresses(ROUTES).collect();
    let one = |prefix: &Prefix| announced(std::slice::from_ref(prefix), PEER_AS);
    let floods = [
        ("as many routes an UPDATE as fit", announced(&hosts, PEER_AS)),
        ("one route an UPDATE", hosts.iter().flat_map(one).collect()),
        ("routes of two octets", announced(&coarse().repeat(90), PEER_AS)),
        ("UPDATEs not to be believed", announced(&hosts[..1], PEER_AS + 1).repeat(2000)),
    ];
    for (name, octets) in floods {
        let mut session = established();
        let mut turns = octets.chunks(peer::TURN).cycle();
        criterion.bench_function(&format!("a turn of a flood: {name}"), |bencher| {
            bencher.iter(|| {
                let octets = turns.next().expect("it goes round");
                received(&mut session, black_box(octets));
            });
        });
        assert_eq!(session.state().0, State::Established, "{name}");
    }
}

/// A session with a neighbour that has connected to us.
fn established() -> Session {
    let text = format!(
        "[bgp]\nlocal-as = 65010\nrouter-id = \"{LOCAL}\"\n\
         [neighbor.flood]\naddress = \"192.0.2.2\"\npeer-as = {PEER_AS}\n"
    );
    let loaded = config::read("bench.toml", &text, &|_| None);
    let loaded = loaded.unwrap_or_else(|faults| panic!("{faults}"));
    let neighbor = loaded.config.neighbors.values().next().expect("the one neighbour");
    let mut session = Session::new(neighbor.session.clone(), 0, clock::now());
    session.handle(Input::Start, clock::now());
    session.handle(Input::Accepted { local: LOCAL }, clock::now());
    let open = Message::Open(Open {
        my_as: Asn(PEER_AS),
        hold_time: 180,
        identifier: Ipv4Addr::new(192, 0, 2, 2),
        capabilities: vec![
            Capability::MultiProtocol { afi: 1, safi: 1 },
            Capability::FourOctetAs(Asn(PEER_AS)),
        ],
    });
    received(&mut session, &open.encode(&CONTEXT));
    received(&mut session, &Message::Keepalive.encode(&CONTEXT));
    session
}

fn received(session: &mut Session, octets: &[u8]) {
    let direction = Direction::Accepted;
    session.handle(Input::Received { direction, octets }, clock::now());
    while session.poll_output().is_some() {}
}

/// The octets of as few UPDATEs as can be, with paths that begin with `first_as`.
fn announced(prefixes: &[Prefix], first_as: u32) -> Vec<u8> {
    let attributes = PathAttributes {
        origin: Some(Origin::Igp),
        as_path: Some(AsPath::sequence(&[Asn(first_as)])),
        ..PathAttributes::default()
    };
    let next_hop = MpNextHop::new(Ipv4Addr::new(192, 0, 2, 2).into());
    let updates = pack_announcements(&attributes, next_hop, prefixes, &CONTEXT);
    updates.into_iter().flat_map(|update| Message::Update(update).encode(&CONTEXT)).collect()
}

/// What takes the fewest octets on the wire, hence the most routes to a turn.
fn coarse() -> Vec<Prefix> {
    let network = |n: u8| Prefix::new(Ipv4Addr::new(n, 0, 0, 0).into(), 8);
    (1..=223).map(|n| network(n).expect("no host bits")).collect()
}
