//! Writes down what an operator would want to know of later.

use std::time::Instant;

use tokio::sync::watch;

use crate::base::{NeighborName, Reason};
use crate::bfd;
use crate::clock::WallClock;
use crate::session::State;
use crate::status::{Happening, History, PeerStatus};

/// The pen of the history; every hand that writes has a clone.
#[derive(Debug, Clone)]
pub(super) struct Recorder {
    history: watch::Sender<History>,
    clock: WallClock,
}

impl Recorder {
    pub(super) fn new(history: watch::Sender<History>, clock: WallClock) -> Self {
        Self { history, clock }
    }

    pub(super) fn record(&self, what: Happening, at: Instant) {
        let at = self.clock.timestamp(at);
        self.history.send_modify(|history| history.push(at, what));
    }
}

/// Records the sessions of one neighbour until its task ends.
pub(super) async fn sessions(recorder: Recorder, mut status: watch::Receiver<PeerStatus>) {
    let mut before = status.borrow_and_update().clone();
    while status.changed().await.is_ok() {
        let now = status.borrow_and_update().clone();
        for what in session_changes(&before, &now) {
            recorder.record(what, now.state.1);
        }
        before = now;
    }
}

/// Records what BFD finds of one path until its task ends.
pub(super) async fn path(
    recorder: Recorder,
    name: NeighborName,
    mut reports: watch::Receiver<bfd::Report>,
) {
    let mut before = reports.borrow_and_update().clone();
    while reports.changed().await.is_ok() {
        let now = reports.borrow_and_update().clone();
        if let Some(what) = path_change(&name, &before, &now) {
            recorder.record(what, now.since);
        }
        before = now;
    }
}

/// What came and went between two looks; a look may miss what lasted shorter, the count does not.
fn session_changes(before: &PeerStatus, now: &PeerStatus) -> Vec<Happening> {
    let is_up = |status: &PeerStatus| status.state.0 == State::Established;
    let lost = now.flaps > before.flaps;
    match (is_up(before), is_up(now)) {
        (true, false) => vec![down(now)],
        (false, true) => vec![up(before.state.0, now)],
        (true, true) if lost => vec![down(now), up(State::Idle, now)],
        (false, false) if lost => vec![up(before.state.0, now), down(now)],
        (true, true) | (false, false) => Vec::new(),
    }
}

fn up(from: State, now: &PeerStatus) -> Happening {
    let hold_time = now.hold_time.map(|seconds| format!(", hold time {seconds} s"));
    Happening::Neighbor {
        neighbor: now.name.to_string(),
        from: from.to_string(),
        to: State::Established.to_string(),
        because: format!("session established{}", hold_time.unwrap_or_default()),
    }
}

fn down(now: &PeerStatus) -> Happening {
    let to = if now.state.0 == State::Established { State::Idle } else { now.state.0 };
    let because = now.last_error.as_ref().map_or("session closed in order", Reason::as_str);
    Happening::Neighbor {
        neighbor: now.name.to_string(),
        from: State::Established.to_string(),
        to: to.to_string(),
        because: because.to_owned(),
    }
}

fn path_change(name: &NeighborName, before: &bfd::Report, now: &bfd::Report) -> Option<Happening> {
    let is_up = |report: &bfd::Report| report.state == bfd::State::Up;
    let because = match (is_up(before), is_up(now)) {
        (false, true) => "the path answers".to_owned(),
        (true, false) => {
            now.last_failure.as_ref().map_or(now.diagnostic.to_string(), ToString::to_string)
        }
        (true, true) | (false, false) => return None,
    };
    let (neighbor, from, to) = (name.to_string(), before.state.to_string(), now.state.to_string());
    Some(Happening::Bfd { neighbor, from, to, because })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::clock;
    use crate::status::Traffic;

    fn status(state: State, flaps: u64, last_error: Option<&str>) -> PeerStatus {
        PeerStatus {
            name: "rs".into(),
            state: (state, clock::now()),
            extended_next_hop: false,
            families: BTreeSet::new(),
            offered: BTreeSet::new(),
            hold_time: (state == State::Established).then_some(9),
            capabilities: Vec::new(),
            advertised: 0,
            received: 0,
            not_kept: 0,
            flaps,
            failures: 0,
            malformed: 0,
            last_malformed: None,
            last_error: last_error.map(Reason::from),
            last_notification: None,
            local_address: None,
            traffic: Traffic::default(),
        }
    }

    fn told(before: (State, u64), now: (State, u64)) -> Vec<String> {
        let before = status(before.0, before.1, None);
        let now = status(now.0, now.1, Some("hold timer expired"));
        session_changes(&before, &now).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn sessions_come_and_go_with_their_reasons_and_what_is_missed_is_counted() {
        use State::{Active, Established, Idle};
        let up = "neighbour rs: idle → established: session established, hold time 9 s";
        let down = "neighbour rs: established → idle: hold timer expired";
        assert_eq!(told((Idle, 0), (Established, 0)), [up]);
        assert_eq!(told((Established, 0), (Idle, 1)), [down]);
        assert_eq!(told((Established, 0), (Established, 1)), [down, up]);
        assert_eq!(told((Idle, 0), (Idle, 1)).len(), 2);
        for same in [(Idle, Active), (Established, Established)] {
            assert!(told((same.0, 3), (same.1, 3)).is_empty(), "{same:?}");
        }
        let orderly = session_changes(&status(Established, 0, None), &status(Idle, 0, None));
        assert!(orderly[0].to_string().ends_with("session closed in order"));
    }
}
