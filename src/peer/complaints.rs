use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::base::{NeighborName, Throttle};
use crate::clock;

/// What is said of connections that are hung up on, or cannot be taken. Somebody whose address is mistyped is seen;
/// somebody who scans the network cannot fill the log.
#[derive(Debug)]
pub(super) struct Complaints {
    strangers: Throttle,
    misled: Throttle,
    unaccepted: Throttle,
}

impl Default for Complaints {
    fn default() -> Self {
        let few = Throttle::new(5, Duration::from_secs(60));
        Self { strangers: few.clone(), misled: few.clone(), unaccepted: few }
    }
}

impl Complaints {
    /// `others` tells how many were hung up on without a line since the last one.
    pub(super) fn about_stranger(&mut self, from: SocketAddr) {
        if let Some(others) = self.strangers.pass(clock::now()) {
            tracing::info!(%from, others, "connection refused: the address is no neighbour's");
        }
    }

    /// The same for a neighbour that comes in where it should not.
    pub(super) fn about_misled(&mut self, neighbor: &NeighborName, local: IpAddr) {
        if let Some(others) = self.misled.pass(clock::now()) {
            tracing::warn!(
                %neighbor, %local, others,
                "connection refused: it is not made to local-address, or not on local-interface"
            );
        }
    }

    /// Connections wait, and the kernel does not hand them out.
    pub(super) fn about_accepting(&mut self, error: &io::Error) {
        if let Some(others) = self.unaccepted.pass(clock::now()) {
            tracing::warn!(%error, others, "cannot accept a connection");
        }
    }
}
