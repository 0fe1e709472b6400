//! Two connections with one neighbour (RFC 4271 §6.8).

use std::time::Instant;

use super::lifecycle::Closing;
use super::{Direction, Negotiated, Session, State};
use crate::base::Reason;
use crate::wire::Notification;

impl Session {
    /// Settles a collision when an OPEN has arrived on `direction`; says whether that connection
    /// stays. Only a connection that has seen an OPEN too can collide: before that, it is not known
    /// to come from the same speaker.
    pub(super) fn survives_collision(
        &mut self,
        direction: Direction,
        negotiated: &Negotiated,
        now: Instant,
    ) -> bool {
        let other = direction.other();
        let loser = match self.connections.get(&other).map(|connection| connection.state()) {
            Some(State::Established) => {
                self.probe(other, now);
                direction
            }
            Some(State::OpenConfirm) => self.kept(negotiated).other(),
            Some(State::Idle | State::Connect | State::Active | State::OpenSent) | None => {
                return true;
            }
        };
        let closing = Closing {
            notification: Some(Notification::connection_collision()),
            because: Reason::new("collision: the other connection with this neighbour stays"),
            penalty: false,
        };
        self.close(loser, closing, now);
        loser != direction
    }

    /// The connection that the speaker with the higher identifier opened; of equal identifiers, the
    /// one that the larger AS opened (RFC 6286 §2.3).
    fn kept(&self, negotiated: &Negotiated) -> Direction {
        let ours = (self.params.router_id, self.params.local_as);
        let theirs = (negotiated.peer_id, self.params.peer_as);
        if ours > theirs { Direction::Dialled } else { Direction::Accepted }
    }
}
