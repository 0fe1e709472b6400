//! What every BFD daemon on the other side can be asked, whoever made it.

use std::net::IpAddr;

use serde_json::Value;

use crate::support::config::Config;
use crate::support::herald::Herald;
use crate::support::netns::Namespace;
use crate::support::wait::{SOON, eventually};

/// What the other side is told to do.
pub(crate) const THEIR_MIN_TX_MS: u64 = 250;
pub(crate) const THEIR_MIN_RX_MS: u64 = 300;
pub(crate) const THEIR_MULTIPLIER: u64 = 3;

/// Who watches whom, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setup {
    pub(crate) own: IpAddr,
    pub(crate) herald: IpAddr,
    pub(crate) multihop: bool,
}

impl Setup {
    pub(crate) fn new(own: &str, herald: &str, multihop: bool) -> Self {
        let address = |text: &str| text.parse().expect("an address");
        Self { own: address(own), herald: address(herald), multihop }
    }
}

/// The session as the other side's own tables show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) is_up: bool,
    /// How long herald may be silent.
    pub(crate) detect_ms: u64,
}

/// A BFD daemon on the other side of one session with herald. Dropping it kills it without a
/// farewell.
pub(crate) trait Detector: Sized {
    const NAME: &'static str;

    fn start(namespace: &Namespace, setup: Setup) -> Self;
    /// The session with herald, if the daemon has one.
    fn session(&self) -> Option<Seen>;
}

/// Makes of each function, generic over [`Detector`], one test with FRR and one with BIRD.
macro_rules! against_both {
    ($($name:ident),* $(,)?) => {
        mod frr_bfdd {
            $(#[test] fn $name() { super::$name::<crate::frr::Bfdd>(); })*
        }
        mod bird2 {
            $(#[test] fn $name() { super::$name::<crate::bird::Bird>(); })*
        }
    };
}
pub(crate) use against_both;

/// The bfd table of herald in these tests: 4 × max(200, 300) ms to them, 3 × max(300, 250) ms to us.
pub(crate) fn watched(config: Config, multihop: bool) -> Config {
    config
        .set("neighbor.peer.bfd", "multihop", multihop)
        .set("neighbor.peer.bfd", "min-tx", "\"200ms\"")
        .set("neighbor.peer.bfd", "min-rx", "\"300ms\"")
        .set("neighbor.peer.bfd", "multiplier", 4)
}

/// Waits until both sides call the session up and have settled on their intervals.
#[track_caller]
pub(crate) fn comes_up<D: Detector>(herald: &Herald, detector: &D) {
    eventually(&format!("herald has BFD with {} up", D::NAME), SOON, || {
        let bfd = herald.neighbor()["bfd"].take();
        if bfd["state"] == "up" && bfd["detect-ms"] == 900 { Ok(()) } else { Err(bfd) }
    });
    let agreed = Some(Seen { is_up: true, detect_ms: 1200 });
    eventually(&format!("{} has BFD with herald up", D::NAME), SOON, || {
        let seen = detector.session();
        if seen == agreed { Ok(()) } else { Err(seen) }
    });
}

/// Waits until herald shows this BFD state, and returns all it shows of BFD.
#[track_caller]
pub(crate) fn becomes(herald: &Herald, state: &str) -> Value {
    eventually(&format!("herald has BFD {state}"), SOON, || {
        let bfd = herald.neighbor()["bfd"].take();
        if bfd["state"] == state { Ok(bfd) } else { Err(bfd) }
    })
}
