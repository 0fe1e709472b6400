//! State × message: what each unexpected message leads to (RFC 4271 §8.2.2, RFC 6608), as one table.

use super::count::counted;
use super::single::Bench;
use super::*;
use crate::wire::RouteRefresh;

fn update() -> Message {
    Message::Update(Update::end_of_rib(Family::Ipv4Unicast))
}

fn refresh() -> Message {
    Message::RouteRefresh(RouteRefresh { afi: 1, safi: 1, subtype: 0 })
}

fn notification() -> Message {
    Message::Notification(Notification::hold_timer_expired())
}

const CELLS: &str = "cells of state and event";

/// What a message leads to: the state after it and the NOTIFICATION we send.
type Answer = (State, Option<(u8, u8)>);

#[test]
fn every_message_in_every_state_has_its_answer() {
    use State::{Active, Established, Idle, OpenConfirm};
    let cease = || Message::Notification(Notification::administrative_shutdown(""));
    let open = || Message::Open(their_open());
    let table: [(Message, [Answer; 3]); 6] = [
        // message            in OpenSent              in OpenConfirm            in Established
        (open(), [(OpenConfirm, None), (Idle, Some((5, 2))), (Idle, Some((5, 3)))]),
        (Message::Keepalive, [(Idle, Some((5, 1))), (Established, None), (Established, None)]),
        (update(), [(Idle, Some((5, 1))), (Idle, Some((5, 2))), (Established, None)]),
        (refresh(), [(Idle, Some((5, 1))), (Idle, Some((5, 2))), (Established, None)]),
        (notification(), [(Idle, None), (Idle, None), (Idle, None)]),
        (cease(), [(Active, None), (Active, None), (Active, None)]),
    ];
    counted(CELLS, table.len() * table[0].1.len());
    for (message, answers) in table {
        let benches = [
            Bench::open_sent(Direction::Dialled),
            Bench::open_confirm(Direction::Dialled),
            Bench::established(),
        ];
        for (mut bench, (state, told)) in benches.into_iter().zip(answers) {
            let before = bench.state();
            bench.said.clear();
            bench.hear(Direction::Dialled, &message);
            let notified = bench.said.iter().find_map(|m| match m {
                Message::Notification(n) => Some((n.code, n.subcode, n.data.clone())),
                Message::Open(_)
                | Message::Update(_)
                | Message::Keepalive
                | Message::RouteRefresh(_) => None,
            });
            let codes = notified.as_ref().map(|(code, subcode, _)| (*code, *subcode));
            assert_eq!((bench.state(), codes), (state, told), "{:?} in {before}", message.kind());
            if let Some((5, _, data)) = notified {
                // RFC 6608 §3: the data is the type of the unexpected message, one octet.
                assert_eq!(data.len(), 1);
            }
        }
    }
}

#[test]
fn every_local_event_in_every_state_has_its_state() {
    use State::{Active, Connect, Established, Idle, OpenConfirm, OpenSent};
    let benches = || {
        let passive = Params { passive: true, ..params(65010, 65515, 1) };
        [
            (Idle, Bench::new(params(65010, 65515, 1))),
            (Connect, Bench::started(params(65010, 65515, 1))),
            (Active, Bench::started(passive)),
            (OpenSent, Bench::open_sent(Direction::Dialled)),
            (OpenConfirm, Bench::open_confirm(Direction::Dialled)),
            (Established, Bench::established()),
        ]
    };
    let closed = || Input::Closed { direction: Direction::Dialled, because: "reset".into() };
    let unmoved = |connect| [Idle, connect, Active, OpenSent, OpenConfirm, Established];
    let drained = Input::Drained(Direction::Dialled);
    let table: [(&str, Input<'_>, [State; 6]); 10] = [
        ("start", Input::Start, [Connect, Connect, Active, OpenSent, OpenConfirm, Established]),
        ("stop", Input::Stop(Leaving::Shutdown), [Idle; 6]),
        ("closed", closed(), [Idle, Connect, Active, Active, Active, Active]),
        (
            "dial failed",
            Input::DialFailed("refused".into()),
            [Idle, Active, Active, OpenSent, OpenConfirm, Established],
        ),
        (
            "accepted",
            Input::Accepted { local: LOCAL },
            [Idle, OpenSent, OpenSent, OpenSent, OpenConfirm, Established],
        ),
        (
            "BFD down",
            Input::BfdDown("BFD".into()),
            [Idle, Connect, Active, OpenSent, OpenConfirm, Active],
        ),
        ("dialled", Input::Dialled { local: LOCAL }, unmoved(OpenSent)),
        ("drained", drained, unmoved(Connect)),
        ("wanted", Input::Wanted(plan(1, &[("192.0.2.1", 1)])), unmoved(Connect)),
        ("a timeout too early", Input::Timeout, unmoved(Connect)),
    ];
    counted(CELLS, table.len() * table[0].2.len());
    for (name, input, after) in table {
        for ((before, mut bench), after) in benches().into_iter().zip(after) {
            assert_eq!(bench.state(), before);
            bench.input(input.clone());
            assert_eq!(bench.state(), after, "{name} in {before}");
        }
    }
}
