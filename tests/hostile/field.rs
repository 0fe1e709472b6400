//! One herald, one well-behaved neighbour, and as many hostile ones as a test asks for.

use std::fs;
use std::io::Write;
use std::net::{IpAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::octets::{END_OF_RIB, ROUTE_REFRESH};
use crate::steady::Steady;
use crate::support::config::Config;
use crate::support::haproxy::{BACKEND, Haproxy};
use crate::support::herald::Herald;
use crate::support::netns::{Namespace, Net};
use crate::support::peer::{Connecting, Meeting, PEER_AS, Transport};
use crate::support::process::{inside, run};
use crate::support::speaker::{KEEPALIVE, OPEN, Speaker, UPDATE, open};
use crate::support::wait::{SOON, eventually, timed};

const MEETING: Meeting = Meeting { connecting: Connecting::BothDial, transport: Transport::V4 };
/// Within this, `status` answers, whatever goes on. Starting the command is part of it.
const ANSWER: Duration = Duration::from_secs(1);

/// What the process may have grown by when a test ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Resident memory at its highest, in KiB.
    pub memory: u64,
    /// Open descriptors.
    pub files: usize,
}

impl Bounds {
    /// What is enough for all but the greatest floods: buffers of a few sessions, and what the
    /// allocator keeps of them.
    pub(crate) const USUAL: Self = Self { memory: 8 * 1024, files: 8 };
}

/// The scene. Fields end in the order in which they stand: herald first, the network last.
pub(crate) struct Field {
    pub herald: Herald,
    pub steady: Steady,
    haproxy: Haproxy,
    ours: Namespace,
    pub theirs: Namespace,
    /// Memory in KiB and descriptors before anything hostile.
    before: (u64, usize),
    _net: Net,
}

/// How far a hostile peer plays by the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(crate) enum Reached {
    OpenSent,
    OpenConfirm,
    Established,
}

impl Field {
    /// `hostile` neighbours called h0, h1, …, which herald only waits for, and a steady one called
    /// `peer` whose session is established. The one route is announced.
    pub(crate) fn with(hostile: usize) -> Self {
        Self::set(hostile, |config| config)
    }

    /// The same with a changed configuration.
    pub(crate) fn set(hostile: usize, change: impl FnOnce(Config) -> Config) -> Self {
        let (net, ours, theirs) = Net::pair();
        let mut haproxy = Haproxy::prepared(&ours, &[]);
        haproxy.write_servers("    server s1 127.0.0.1:8001\n");
        haproxy.run();
        let mut config = Config::usual(MEETING, &haproxy.socket())
            .set("haproxy.local", "poll-interval", "\"20ms\"")
            .set("service.web", "neighbors", "[\"peer\"]");
        for number in 0..hostile {
            let (address, section) = (address(number), format!("neighbor.h{number}"));
            theirs.ip(&["address", "add", &format!("{address}/24"), "dev", "eth0"]);
            config = config
                .set(&section, "address", format!("\"{address}\""))
                .set(&section, "local-address", "\"10.9.0.1\"")
                .set(&section, "peer-as", PEER_AS)
                .set(&section, "families", "[\"ipv4-unicast\"]")
                .set(&section, "passive", true);
        }
        let waiting = Steady::listen(&theirs, MEETING.peer_address());
        let herald = Herald::start(&ours, &change(config));
        let steady = waiting.accept();
        herald.session_comes_up();
        herald.service_becomes("up");
        steady.knows_the_route(true);
        let before = (memory(&herald, "VmRSS"), files(&herald));
        Self { herald, steady, haproxy, ours, theirs, before, _net: net }
    }

    /// A connection of a hostile neighbour, whatever comes of it.
    #[track_caller]
    pub(crate) fn dial(&self, number: usize) -> Speaker {
        Speaker::dial_from(&self.theirs, address(number), MEETING.herald_address())
            .expect("herald listens")
    }

    /// A connection that has come as far as this; while it is refused it is tried again.
    #[track_caller]
    pub(crate) fn reach(&self, number: usize, reached: Reached) -> Speaker {
        let mut speaker = eventually(&format!("h{number} is welcome"), SOON, || {
            let mut speaker = self.dial(number);
            let heard = speaker.hear();
            if heard.as_ref().is_some_and(|h| h.kind == OPEN) { Ok(speaker) } else { Err(heard) }
        });
        if reached >= Reached::OpenConfirm {
            speaker.say(OPEN, &open(PEER_AS, 90, [10, 9, 0, 2]));
            speaker.hears(KEEPALIVE);
        }
        if reached == Reached::Established {
            speaker.say(KEEPALIVE, &[]);
            hears_end_of_rib(&mut speaker);
        }
        speaker
    }

    /// A hostile neighbour as `status` shows it.
    pub(crate) fn shown(&self, number: usize) -> Value {
        let name = format!("h{number}");
        let mut status = self.herald.status();
        let mut list = status["neighbors"].as_array_mut().into_iter().flatten();
        list.find(|neighbor| neighbor["name"] == name).map(Value::take).unwrap_or_default()
    }

    /// Waits until `status` says this of the last error of a hostile neighbour.
    #[track_caller]
    pub(crate) fn shows_error(&self, number: usize, words: &str) {
        eventually(&format!("last-error of h{number} says '{words}'"), SOON, || {
            let shown = self.shown(number);
            let said = shown["last-error"].as_str().unwrap_or_default();
            if said.contains(words) { Ok(()) } else { Err(shown) }
        });
    }

    /// The only server behind HAProxy goes; how long it takes until the steady neighbour has the
    /// withdrawal, one poll of HAProxy included. Then everything is as before.
    #[track_caller]
    pub(crate) fn withdrawal(&self) -> Duration {
        let before = now();
        self.haproxy.ask(&format!("disable server {BACKEND}/s1"));
        let took = self.steady.knows_the_route(false) - before;
        self.haproxy.ask(&format!("enable server {BACKEND}/s1"));
        self.steady.knows_the_route(true);
        took
    }

    /// The slowest of several withdrawals.
    #[track_caller]
    pub(crate) fn slowest_withdrawal(&self, times: usize) -> Duration {
        (0..times).map(|_| self.withdrawal()).max().unwrap_or_default()
    }

    /// Octets that herald has written to a hostile neighbour and the neighbour's kernel has not taken.
    pub(crate) fn waiting_octets(&self, number: usize) -> usize {
        let mut command = inside(&self.ours, "ss".as_ref());
        command.args(["-Htn", "state", "established", "dst", &address(number).to_string()]);
        let shown = run(command);
        // Columns: receive queue, send queue, both addresses.
        let queue = shown.lines().filter_map(|line| line.split_whitespace().nth(1)?.parse().ok());
        queue.max().unwrap_or(0)
    }

    /// Every route of the machine that herald runs on, of all tables and both families.
    pub(crate) fn kernel_routes(&self) -> String {
        let of = |family| self.ours.ip(&[family, "route", "show", "table", "all"]);
        of("-4") + &of("-6")
    }

    /// By how much resident memory has grown at its highest, in KiB.
    pub(crate) fn growth(&self) -> u64 {
        memory(&self.herald, "VmHWM").saturating_sub(self.before.0)
    }

    /// `status` answers within a second; what it says of the steady neighbour.
    #[track_caller]
    pub(crate) fn answers(&self) -> Value {
        let (took, neighbor) = timed(|| self.herald.neighbor());
        assert!(took < ANSWER, "status took {took:?}");
        neighbor
    }

    /// The question at the end of every test.
    #[track_caller]
    pub(crate) fn stands(&mut self, bounds: Bounds) {
        assert_eq!(self.herald.exit_status(), None, "{}", self.herald.log());
        let neighbor = self.answers();
        assert_eq!(neighbor["state"], "established", "{neighbor}");
        assert_eq!(neighbor["flaps"], 0, "{neighbor}");
        self.steady.is_up();
        assert!(self.growth() <= bounds.memory, "grown by {} KiB", self.growth());
        eventually("descriptors are given back", SOON, || {
            let more = files(&self.herald).saturating_sub(self.before.1);
            if more <= bounds.files { Ok(()) } else { Err(more) }
        });
    }
}

/// Waits until herald has read everything sent before: a ROUTE-REFRESH is answered in its turn.
#[track_caller]
pub(crate) fn everything_is_read(speaker: &mut Speaker) {
    speaker.say(ROUTE_REFRESH, &[0, 1, 0, 1]);
    hears_end_of_rib(speaker);
}

/// Waits for an End-of-RIB, whatever routes and KEEPALIVEs come before it.
#[track_caller]
pub(crate) fn hears_end_of_rib(speaker: &mut Speaker) {
    loop {
        let received = speaker.hear().expect("the session stays until the End-of-RIB");
        match received.kind {
            UPDATE if received.body == END_OF_RIB => return,
            UPDATE | KEEPALIVE => {}
            kind => panic!("type {kind}: {:02x?}", received.body),
        }
    }
}

/// Sends octets to a herald that may hang up in the middle of it; whether it has taken them.
pub(crate) fn throw(speaker: &Speaker, octets: &[u8]) -> bool {
    speaker.stream().write_all(octets).is_ok()
}

/// The same connection for a second thread.
pub(crate) fn second_handle(speaker: &Speaker) -> TcpStream {
    speaker.stream().try_clone().expect("a second handle on the connection")
}

fn address(number: usize) -> IpAddr {
    IpAddr::from([10, 9, 0, 20 + u8::try_from(number).expect("at most 230 neighbours")])
}

fn memory(herald: &Herald, what: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", herald.pid())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix(what)).expect("a known field");
    line.trim_matches([':', ' ', '\t', 'k', 'B']).parse().expect("a number of KiB")
}

fn files(herald: &Herald) -> usize {
    fs::read_dir(format!("/proc/{}/fd", herald.pid())).expect("it runs").count()
}

/// The time, in tests that live in real time.
#[expect(clippy::disallowed_methods, reason = "tests over real sockets live in real time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
