//! Which packets a session sends, and when.

use std::time::{Duration, Instant};

use super::{Output, Packet, SLOW, Session, State, Timer};

impl Session {
    pub(super) fn desired_min_tx(&self) -> Duration {
        match self.state() {
            State::Up => self.params.min_tx,
            State::AdminDown | State::Down | State::Init => self.params.min_tx.max(SLOW),
        }
    }

    /// RFC 5880 §6.8.7, before jitter.
    pub(super) fn interval(&self) -> Duration {
        let theirs = self.remote.map_or(Duration::ZERO, |remote| remote.required_min_rx);
        self.desired_min_tx().max(theirs)
    }

    /// Sends the periodic packet and sets the time of the next.
    pub(super) fn transmit(&mut self, now: Instant) {
        self.send(false, now);
        self.paced_by = None;
        self.pace(now);
    }

    pub(super) fn send(&mut self, is_final: bool, now: Instant) {
        let packet = Packet {
            diagnostic: self.report.diagnostic,
            state: self.state(),
            poll: self.polling && !is_final,
            is_final,
            demand: false,
            multiplier: self.params.multiplier,
            my_discriminator: self.discriminator,
            your_discriminator: self.remote.map(|remote| remote.discriminator),
            desired_min_tx: self.desired_min_tx(),
            required_min_rx: self.params.min_rx,
        };
        self.sent_at = now;
        self.report.sent += 1;
        self.outputs.push_back(Output::Send(packet.encode()));
    }

    /// Sets the time of the next periodic packet, unless it is set by the same interval already.
    pub(super) fn pace(&mut self, now: Instant) {
        let quiet = self
            .remote
            .is_some_and(|remote| remote.wants_silence(self.state() == State::Up && !self.polling));
        let interval = (!quiet).then(|| self.interval());
        if interval == self.paced_by {
            return;
        }
        self.paced_by = interval;
        match interval {
            Some(interval) => {
                let next = self.sent_at + self.jittered(interval);
                self.timers.set(Timer::Transmit, next.max(now));
            }
            None => self.timers.stop(Timer::Transmit),
        }
    }

    /// RFC 5880 §6.8.7: 75 to 100 % of the interval, or to 90 % when a single missing packet counts.
    fn jittered(&mut self, interval: Duration) -> Duration {
        let jittered = self.rng.jitter(interval);
        if self.params.multiplier.get() > 1 {
            return jittered;
        }
        let least = interval.mul_f64(0.75);
        least + jittered.saturating_sub(least).mul_f64(0.6)
    }
}
