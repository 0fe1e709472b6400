use std::num::{NonZeroU8, NonZeroU32};
use std::time::Duration;

use super::{Packet, Params, State};

/// The neighbour's side of a session, from its last packet (RFC 5880 §6.8.1, the variables named
/// Remote).
#[derive(Debug, Clone, Copy)]
pub(super) struct Remote {
    pub(super) discriminator: NonZeroU32,
    pub(super) required_min_rx: Duration,
    desired_min_tx: Duration,
    multiplier: NonZeroU8,
    state: State,
    demand: bool,
}

impl Remote {
    pub(super) fn of(packet: &Packet) -> Self {
        Self {
            discriminator: packet.my_discriminator,
            required_min_rx: packet.required_min_rx,
            desired_min_tx: packet.desired_min_tx,
            multiplier: packet.multiplier,
            state: packet.state,
            demand: packet.demand,
        }
    }

    /// How long it may be silent (RFC 5880 §6.8.4).
    pub(super) fn detection(&self, params: &Params) -> Duration {
        params.min_rx.max(self.desired_min_tx) * self.multiplier.get().into()
    }

    /// Whether it asks for no periodic packets (RFC 5880 §6.8.7): it takes none at all, or it is in
    /// demand mode and the session is settled on both sides.
    pub(super) fn wants_silence(&self, settled_here: bool) -> bool {
        let demand = self.demand && self.state == State::Up && settled_here;
        demand || self.required_min_rx.is_zero()
    }
}
