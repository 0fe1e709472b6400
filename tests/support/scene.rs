//! herald in its usual surroundings: HAProxy with its servers on one side, a BGP daemon on the other.

use super::config::Config;
use super::haproxy::Haproxy;
use super::herald::Herald;
use super::netns::{Namespace, Net};
use super::peer::{Meeting, Peer, Protection, Seen};
use super::wait::{SOON, eventually};
use super::web::Web;

/// Ports of the servers behind HAProxy.
pub(crate) const PORTS: [u16; 2] = [8001, 8002];

/// The whole scene. Fields end in the order in which they stand: herald first, the network last.
pub(crate) struct Scene<P> {
    /// The agent under test.
    pub herald: Herald,
    /// The other side.
    pub peer: P,
    /// HAProxy beside herald.
    pub haproxy: Haproxy,
    /// The servers that are alive, in the order of [`PORTS`].
    pub webs: Vec<Web>,
    /// Where herald, HAProxy and the servers are.
    pub ours: Namespace,
    /// Where the other side is.
    pub theirs: Namespace,
    net: Net,
}

impl<P: Peer> Scene<P> {
    /// Everything up and the session established; `change` adapts the usual configuration.
    pub(crate) fn set(meeting: Meeting, change: impl FnOnce(Config) -> Config) -> Self {
        Self::set_protected(meeting, Protection::default(), change)
    }

    /// The same with a password or TTL security on the other side; `change` brings ours.
    pub(crate) fn set_protected(
        meeting: Meeting,
        protection: Protection,
        change: impl FnOnce(Config) -> Config,
    ) -> Self {
        let (net, ours, theirs) = Net::pair();
        let webs = PORTS.map(|port| Web::start(&ours, port, "answer")).into();
        let haproxy = Haproxy::start(&ours, &PORTS);
        let peer = P::start_protected(&theirs, meeting, protection);
        let herald = Herald::start(&ours, &change(Config::usual(meeting, &haproxy.socket())));
        let scene = Self { herald, peer, haproxy, webs, ours, theirs, net };
        scene.session_comes_up();
        scene
    }

    /// The usual configuration, herald dialling over IPv4.
    pub(crate) fn usual() -> Self {
        Self::set(Meeting::USUAL, |config| config)
    }

    /// Waits until both sides call the session established.
    #[track_caller]
    pub(crate) fn session_comes_up(&self) {
        self.herald.session_comes_up();
        eventually(&format!("{} has the session", P::NAME), SOON, || {
            if self.peer.is_established() { Ok(()) } else { Err(self.peer.last_close()) }
        });
    }

    /// Waits until the other side has this route, and returns it.
    #[track_caller]
    pub(crate) fn route_arrives(&self, prefix: &str) -> Seen {
        eventually(&format!("{} has {prefix}", P::NAME), SOON, || {
            let mut routes = self.peer.routes();
            routes.remove(prefix).ok_or(routes)
        })
    }

    /// Waits until the other side has exactly this many routes of herald.
    #[track_caller]
    pub(crate) fn routes_become(&self, number: usize) {
        eventually(&format!("{} has {number} routes", P::NAME), SOON, || {
            let routes = self.peer.routes();
            if routes.len() == number {
                Ok(())
            } else {
                Err((routes.len(), routes.into_keys().next()))
            }
        });
    }

    /// How many UPDATEs the other side has received once no more come: End-of-RIB follows the first
    /// routes, and whoever counts from the first route on counts it as a change.
    #[track_caller]
    pub(crate) fn settled_updates(&self) -> u64 {
        eventually("no more UPDATEs come", SOON, || {
            let before = self.peer.updates_received();
            self.herald.asks_haproxy(6);
            let after = self.peer.updates_received();
            if before == after { Ok(after) } else { Err((before, after)) }
        })
    }

    /// Kills the servers behind HAProxy.
    pub(crate) fn servers_die(&mut self) {
        self.webs.clear();
    }

    /// Brings them back.
    pub(crate) fn servers_return(&mut self) {
        self.webs = PORTS.map(|port| Web::start(&self.ours, port, "answer")).into();
    }
}
