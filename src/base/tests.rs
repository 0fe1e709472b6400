use std::time::{Duration, Instant};

use super::*;

#[test]
fn community_texts_round_trip_and_well_known_names_win() {
    for text in ["65010:100", "0:0", "graceful-shutdown", "no-export", "blackhole"] {
        assert_eq!(text.parse::<Community>().unwrap().to_string(), text);
    }
    assert_eq!("65535:0".parse::<Community>().unwrap(), Community::GRACEFUL_SHUTDOWN);
    assert_eq!("1:2:3".parse::<LargeCommunity>().unwrap().to_string(), "1:2:3");
}

#[test]
fn community_texts_that_are_none_are_refused() {
    for text in ["", "65536:1", "1:65536", "1", "1:2:3", "+1:2", "a:b", "no-such-name", ":", "1:"] {
        assert!(text.parse::<Community>().is_err(), "{text}");
    }
    for text in ["", "1:2", "1:2:3:4", "4294967296:1:1", "1::2", "-1:0:0"] {
        assert!(text.parse::<LargeCommunity>().is_err(), "{text}");
    }
}

#[test]
fn prefix_takes_a_bare_address_as_a_host_and_refuses_host_bits() {
    assert_eq!("9.9.9.9".parse::<Prefix>().unwrap().to_string(), "9.9.9.9/32");
    assert!("2001:db8::1".parse::<Prefix>().unwrap().is_host());
    assert_eq!(
        "10.0.0.1/24".parse::<Prefix>(),
        Err(PrefixError::HostBits { given: "10.0.0.1/24".into(), network: "10.0.0.0/24".into() })
    );
    assert!("10.0.0.0/33".parse::<Prefix>().is_err());
}

#[test]
fn percent_of_nothing_is_zero_and_never_exceeds_all() {
    assert_eq!(Percent::of(0, 0), Percent::ZERO);
    assert_eq!(Percent::of(1, 3).get(), 33);
    assert_eq!(Percent::of(4, 3), Percent::FULL);
    assert_eq!(Percent::new(101), None);
}

#[test]
fn jitter_stays_between_three_quarters_and_the_whole() {
    let mut rng = Rng::new(7);
    let whole = Duration::from_secs(60);
    let drawn: Vec<_> = (0..1000).map(|_| rng.jitter(whole)).collect();
    assert!(drawn.iter().all(|d| *d >= whole * 3 / 4 && *d <= whole));
    assert!(drawn.iter().any(|d| *d < whole * 4 / 5) && drawn.iter().any(|d| *d > whole * 19 / 20));
}

#[test]
fn backoff_doubles_up_to_its_bound_and_begins_again_after_a_reset() {
    let mut rng = Rng::new(1);
    let mut backoff = Backoff::new(Duration::from_secs(5), Duration::from_secs(60));
    let waits: Vec<_> = (0..6).map(|_| backoff.next(&mut rng)).collect();
    for (wait, bound) in waits.iter().zip([5, 10, 20, 40, 60, 60]) {
        let bound = Duration::from_secs(bound);
        assert!(*wait <= bound && *wait >= bound * 3 / 4, "{wait:?} against {bound:?}");
    }
    backoff.reset();
    assert!(backoff.next(&mut rng) <= Duration::from_secs(5));
}

#[test]
fn timers_fire_in_order_and_only_when_due() {
    let start = Instant::now();
    let mut timers = Timers::default();
    timers.set('b', start + Duration::from_secs(2));
    timers.set('a', start + Duration::from_secs(1));
    assert_eq!(timers.next(), Some((start + Duration::from_secs(1), 'a')));
    assert_eq!(timers.pop_expired(start), None);
    let later = start + Duration::from_secs(3);
    assert_eq!(timers.pop_expired(later), Some('a'));
    assert_eq!(timers.pop_expired(later), Some('b'));
    assert_eq!(timers.pop_expired(later), None);
}

#[test]
fn a_throttle_lets_a_few_through_in_each_span_and_counts_the_others() {
    let mut throttle = Throttle::new(2, Duration::from_secs(10));
    let start = Instant::now();
    let mut at = |tenths: u64| throttle.pass(start + Duration::from_millis(tenths * 100));
    assert_eq!([at(0), at(1), at(2), at(99)], [Some(0), Some(0), None, None]);
    // The next span begins with the next event, however long after the last.
    assert_eq!([at(100), at(199), at(199)], [Some(2), Some(0), None]);
    assert_eq!([at(1000), at(1001)], [Some(1), Some(0)]);
}

#[test]
fn a_flood_of_any_length_passes_a_throttle_no_more_often_than_it_may() {
    let mut throttle = Throttle::new(10, Duration::from_secs(10));
    let start = Instant::now();
    let flood = (0..100_000).map(|n| start + Duration::from_millis(n));
    let passed: Vec<u64> = flood.filter_map(|now| throttle.pass(now)).collect();
    assert_eq!(passed.len(), 100, "ten in each of ten spans");
    assert_eq!(passed.iter().sum::<u64>(), 9 * 9_990, "held back before the last span");
}

#[test]
fn a_length_is_counted_up_to_its_bound_and_beyond_the_last_one_only_in_all() {
    const BOUNDS: [Duration; 2] = [Duration::from_millis(2), Duration::from_millis(10)];
    let mut histogram = Histogram::new(&BOUNDS);
    for millis in [0, 2, 3, 10, 11] {
        histogram.observe(Duration::from_millis(millis));
    }
    assert_eq!(histogram.buckets().collect::<Vec<_>>(), [(BOUNDS[0], 2), (BOUNDS[1], 2)]);
    assert_eq!((histogram.count(), histogram.sum()), (5, Duration::from_millis(26)));
}
