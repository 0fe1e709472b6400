//! TCP_USER_TIMEOUT (RFC 5482): what is not acknowledged has not arrived.

use std::time::Duration;

use crate::support::config::Config;
use crate::support::haproxy::Haproxy;
use crate::support::herald::Herald;
use crate::support::netns::Net;
use crate::support::peer::{Meeting, PEER_AS};
use crate::support::speaker::{Listening, open};
use crate::support::wait::{SOON, eventually, timed};
use crate::support::web::Web;

#[test]
fn a_session_ends_when_an_update_is_not_acknowledged_within_the_hold_time() {
    let (_net, ours, theirs) = Net::pair();
    let haproxy = Haproxy::prepared(&ours, &[8001]);
    let config = Config::usual(Meeting::USUAL, &haproxy.socket());
    let listening = Listening::on(&theirs, Meeting::USUAL.peer_address());
    let herald = Herald::start(&ours, &config);
    let mut speaker = listening.accept();
    // Without a hold time there are no KEEPALIVEs, and no hold timer that would end the session.
    speaker.establish(&open(PEER_AS, 0, [10, 9, 0, 2]));
    assert_eq!(herald.session_comes_up()["hold-time-s"], 0);
    // What we send still arrives, and nothing comes back.
    theirs.ip(&["route", "add", "blackhole", "10.9.0.1/32"]);
    let _web = Web::start(&ours, 8001, "answer");
    let mut haproxy = haproxy;
    haproxy.run();
    herald.service_becomes("up");
    let (took, ()) = timed(|| {
        eventually("the end of the session", SOON, || {
            let error = herald.neighbor()["last-error"].clone();
            let ended = error == "the neighbour no longer acknowledges what we send";
            if ended { Ok(()) } else { Err(error) }
        });
    });
    // Our own hold-time is 9 s.
    assert!(took < Duration::from_secs(12), "{took:?}");
}
