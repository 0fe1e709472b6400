//! What a neighbour could do to us, or to itself, with a second connection.

use super::single::Bench;
use super::*;

#[test]
fn a_neighbour_that_never_reads_and_dials_again_and_again_makes_no_queue() {
    let mut bench = Bench::stuck();
    bench.input(Input::Wanted(plan(1, &[("192.0.2.1/32", 1)])));
    bench.said.clear();
    for _ in 0..1000 {
        bench.input(Input::Accepted { local: LOCAL });
    }
    assert_eq!(bench.said, [], "what waits to be read asks the same as a KEEPALIVE");
}

#[test]
fn a_second_connection_that_was_no_good_is_not_held_against_the_session_that_stays() {
    let mut bench = Bench::open_sent(Direction::Dialled);
    bench.connect(Direction::Accepted);
    bench.hear(Direction::Dialled, &Message::Open(their_open()));
    bench.hear(Direction::Dialled, &Message::Keepalive);
    bench.input(Input::Received { direction: Direction::Accepted, octets: b"GET / HTTP/1.1" });
    assert_eq!(bench.state(), State::Established);
    bench.input(Input::Closed { direction: Direction::Dialled, because: "reset".into() });
    assert_eq!(bench.state(), State::Active, "it may dial in at once");
}
