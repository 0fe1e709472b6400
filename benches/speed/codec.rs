//! Octets ⇄ messages, and a thousand addresses into as few UPDATEs as can be.

use std::hint::black_box;
use std::net::Ipv4Addr;

use criterion::Criterion;
use herald::base::{Asn, Family, Prefix};
use herald::wire::{
    AsPath, Capability, Context, Message, MpNextHop, Open, Origin, PathAttributes, Update,
    pack_announcements, pack_withdrawals,
};

use super::addresses;

const CONTEXT: Context = Context { four_octet_asn: true, extended_messages: false };

pub(super) fn measure(criterion: &mut Criterion) {
    let mut updates = announced(&addresses(1000).collect::<Vec<_>>());
    let one = announced(&addresses(1).collect::<Vec<_>>()).remove(0);
    let messages = [
        ("OPEN", open()),
        ("UPDATE of one route", Message::Update(one)),
        ("UPDATE of 4096 octets", Message::Update(updates.remove(0))),
    ];
    for (name, message) in &messages {
        let octets = message.encode(&CONTEXT);
        criterion.bench_function(&format!("decode {name}"), |bencher| {
            bencher.iter(|| Message::decode(black_box(&octets), &CONTEXT));
        });
        criterion.bench_function(&format!("encode {name}"), |bencher| {
            bencher.iter(|| black_box(message).encode(&CONTEXT));
        });
    }
    pack(criterion);
}

fn pack(criterion: &mut Criterion) {
    let prefixes: Vec<_> = addresses(1000).collect();
    criterion.bench_function("pack 1000 announcements", |bencher| {
        bencher.iter(|| announced(black_box(&prefixes)));
    });
    criterion.bench_function("pack 1000 withdrawals", |bencher| {
        bencher.iter(|| pack_withdrawals(Family::Ipv4Unicast, black_box(&prefixes), &CONTEXT));
    });
}

/// What herald says of itself by default.
fn open() -> Message {
    let multi_protocol = |afi| Capability::MultiProtocol { afi, safi: 1 };
    Message::Open(Open {
        my_as: Asn(65010),
        hold_time: 9,
        identifier: Ipv4Addr::new(192, 0, 2, 1),
        capabilities: vec![
            multi_protocol(1),
            multi_protocol(2),
            Capability::RouteRefresh,
            Capability::FourOctetAs(Asn(65010)),
            Capability::EnhancedRouteRefresh,
        ],
    })
}

fn announced(prefixes: &[Prefix]) -> Vec<Update> {
    let attributes = PathAttributes {
        origin: Some(Origin::Igp),
        as_path: Some(AsPath::sequence(&[Asn(65010); 3])),
        med: Some(100),
        communities: vec!["65010:100".parse().expect("a community")],
        ..PathAttributes::default()
    };
    let next_hop = MpNextHop::new(Ipv4Addr::new(192, 0, 2, 1).into());
    pack_announcements(&attributes, next_hop, prefixes, &CONTEXT)
}
