//! Routes that only this session can know to be wrong.

use super::single::{Bench, opened};
use super::*;
use crate::wire::{AsPath, MpNextHop, MpReach, Origin, PathAttributes};

const PEER_AS: u32 = 65515;
const OURS: &str = "10.0.0.1";
const THEIRS: &str = "10.0.0.2";

fn path(asns: &[u32]) -> PathAttributes {
    let asns: Vec<_> = asns.iter().copied().map(Asn).collect();
    PathAttributes {
        origin: Some(Origin::Igp),
        as_path: Some(AsPath::sequence(&asns)),
        ..Default::default()
    }
}

/// 192.0.2.0/24 by the UPDATE's own fields.
fn classic(asns: &[u32], next_hop: &str) -> Update {
    let next_hop = Some(next_hop.parse().unwrap());
    let attributes = PathAttributes { next_hop, ..path(asns) };
    Update { attributes, announced: vec!["192.0.2.0/24".parse().unwrap()], ..Default::default() }
}

/// `prefix` by MP_REACH_NLRI.
fn reach(prefix: &str, global: &str, link_local: Option<&str>) -> Update {
    let prefix: Prefix = prefix.parse().unwrap();
    let next_hop = MpNextHop {
        global: global.parse().unwrap(),
        link_local: link_local.map(|address| address.parse().unwrap()),
    };
    let mp_reach = Some(MpReach { family: prefix.family(), next_hop, prefixes: vec![prefix] });
    let attributes = PathAttributes { mp_reach, ..path(&[PEER_AS]) };
    Update { attributes, ..Default::default() }
}

/// Established from `local`, for routes of both families.
fn established_from(local: IpAddr) -> Bench {
    let families = [Family::Ipv4Unicast, Family::Ipv6Unicast].into();
    let params = Params { families, ..params(65010, PEER_AS, 1) };
    let mut bench = opened(params, local, &[Capability::MultiProtocol { afi: 2, safi: 1 }]);
    bench.hear(Direction::Dialled, &Message::Keepalive);
    bench
}

/// Hears `update`; the words about it, if its route is ignored.
fn objection(bench: &mut Bench, update: &Update) -> Option<String> {
    let malformed = bench.session.counters().malformed;
    bench.hear(Direction::Dialled, &Message::Update(update.clone()));
    assert_eq!(bench.state(), State::Established, "the session has no part in it");
    let counted = bench.session.counters().malformed > malformed;
    let prefix = update.prefixes().next().unwrap();
    let kept = bench.session.received_routes().routes().contains_key(prefix);
    assert_ne!(counted, kept, "what is ignored is counted, and withdrawn where it was known");
    bench.session.last_malformed().filter(|_| counted).map(|last| last.because.to_string())
}

#[test]
fn a_path_must_begin_with_the_as_of_the_neighbour() {
    let mut bench = Bench::established();
    assert_eq!(objection(&mut bench, &classic(&[PEER_AS, 65001], THEIRS)), None);
    let foreign = classic(&[65001, PEER_AS], THEIRS);
    assert_eq!(
        objection(&mut bench, &foreign).as_deref(),
        Some(
            "AS_PATH begins with AS 65001 and not with the neighbour's AS 65515 (enforce-first-as); \
             the routes are taken as withdrawn"
        )
    );
    let octets = Message::Update(foreign).encode(&bench.context);
    assert_eq!(bench.session.last_malformed().unwrap().octets, octets);
    let words = objection(&mut bench, &classic(&[], THEIRS)).unwrap();
    assert!(words.starts_with("AS_PATH does not begin with"), "{words}");
}

#[test]
fn a_transparent_route_server_may_leave_its_as_out() {
    let params = Params { enforce_first_as: false, ..params(65010, PEER_AS, 1) };
    let mut bench = Bench::established_as(params, LOCAL);
    assert_eq!(objection(&mut bench, &classic(&[65001], THEIRS)), None);
}

#[test]
fn our_own_address_is_no_next_hop() {
    let mut bench = established_from(LOCAL);
    for update in [classic(&[PEER_AS], OURS), reach("192.0.2.0/24", OURS, None)] {
        let words = objection(&mut bench, &update).unwrap();
        assert!(words.contains("the next hop 10.0.0.1 is our own address; the routes"), "{words}");
    }
    assert_eq!(objection(&mut bench, &reach("2001:db8::/32", "2001:db8::2", None)), None);
    let words = objection(&mut bench, &reach("2001:db8::/32", "::ffff:10.0.0.1", None)).unwrap();
    assert!(words.contains("our own address"), "{words}");
}

#[test]
fn a_link_local_next_hop_leads_nowhere_unless_the_session_is_link_local() {
    let prefix = "2001:db8::/32";
    let mut bench = established_from(LOCAL);
    assert_eq!(objection(&mut bench, &reach(prefix, "2001:db8::2", Some("fe80::2"))), None);
    let words = objection(&mut bench, &reach(prefix, "fe80::2", None)).unwrap();
    assert!(words.contains("is link-local, and the session is not"), "{words}");
    let mut bench = established_from("fe80::1".parse().unwrap());
    assert_eq!(objection(&mut bench, &reach(prefix, "fe80::2", None)), None);
    assert_eq!(objection(&mut bench, &reach(prefix, "fe80::2", Some("fe80::2"))), None);
    let words = objection(&mut bench, &reach(prefix, "2001:db8::2", Some("fe80::1"))).unwrap();
    assert!(words.contains("our own address"), "{words}");
}

#[test]
fn an_ipv6_next_hop_of_ipv4_routes_takes_an_agreement() {
    let mut bench = Bench::established();
    let words = objection(&mut bench, &reach("192.0.2.0/24", "2001:db8::2", None)).unwrap();
    assert!(words.contains("takes RFC 8950, which was not agreed on"), "{words}");
}

#[test]
fn an_update_without_routes_is_not_looked_at() {
    let mut bench = Bench::established();
    let bare = Update { announced: Vec::new(), ..classic(&[65001], OURS) };
    bench.hear(Direction::Dialled, &Message::Update(bare));
    assert_eq!(bench.session.counters().malformed, 0);
}
