use std::time::{Duration, Instant};

use super::world::place;
use crate::addr::patience::{Aim, Patience};

const MS: Duration = Duration::from_millis(1);

#[test]
fn tries_without_end_are_made_ever_more_rarely_and_bounded() {
    let (mut patience, start, at) = (Patience::new(1), Instant::now(), place("9.9.9.9", 1));
    let (mut now, mut pauses) = (start, Vec::new());
    for _ in 0..12 {
        patience.tried(at, Aim::Bound, "refused".into(), now);
        let until = patience.next(now).expect("a pause");
        pauses.push(until - now);
        now = until;
        patience.forgive(now);
    }
    assert!(pauses[0] >= 75 * MS && pauses[0] <= 100 * MS, "{pauses:?}");
    assert!(pauses[..7].windows(2).all(|pair| pair[1] > pair[0]), "{pauses:?}");
    assert!(pauses.iter().all(|pause| *pause <= Duration::from_secs(10)), "{pauses:?}");
    assert!(pauses[11] >= Duration::from_millis(7500), "{pauses:?}");
}

#[test]
fn a_pause_gives_its_reason_until_it_ends() {
    let (mut patience, now, at) = (Patience::new(1), Instant::now(), place("9.9.9.9", 1));
    assert_eq!(patience.pausing(at, Aim::Bound, now), None);
    patience.tried(at, Aim::Bound, "first".into(), now);
    patience.tried(at, Aim::Bound, "second".into(), now);
    assert_eq!(patience.pausing(at, Aim::Bound, now).map(|r| r.as_str()), Some("second"));
    assert_eq!(patience.pausing(at, Aim::Bound, now + 200 * MS), None);
    assert_eq!(patience.pausing(place("9.9.9.8", 1), Aim::Bound, now), None);
}

#[test]
fn an_address_that_was_put_back_may_be_removed_at_once() {
    let (mut patience, now, at) = (Patience::new(1), Instant::now(), place("9.9.9.9", 1));
    patience.tried(at, Aim::Bound, "put back".into(), now);
    assert_eq!(patience.pausing(at, Aim::Gone, now), None);
}

#[test]
fn ten_quiet_seconds_after_a_pause_everything_is_forgiven() {
    let (mut patience, now, at) = (Patience::new(1), Instant::now(), place("9.9.9.9", 1));
    for _ in 0..5 {
        patience.tried(at, Aim::Bound, "refused".into(), now);
    }
    let later = patience.next(now).expect("a pause") + Duration::from_secs(10);
    patience.forgive(later);
    patience.tried(at, Aim::Bound, "refused".into(), later);
    assert!(patience.next(later).expect("a pause") <= later + 100 * MS);
}
