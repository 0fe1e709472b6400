use super::super::{Ladder, VerdictKind};
use super::{Bench, down, sample, up};
use crate::base::Percent;
use crate::health::Outcome;

fn percent(share: u8) -> Percent {
    Percent::new(share).unwrap()
}

/// Degraded under 50 %, up again from 70 %.
fn bench() -> Bench {
    let ladder = Ladder { below: percent(50), recover: percent(70) };
    Bench::with(|params| params.ladder = Some(ladder))
}

fn degraded(bench: &Bench) -> bool {
    matches!(bench.kind(), VerdictKind::Healthy { degraded: true, .. })
}

#[test]
fn between_below_and_recover_it_stays_what_it_was() {
    let mut bench = bench();
    let story = [(60, false), (50, false), (49, true), (50, true), (69, true), (70, false)];
    for (capacity, low) in story {
        let kind = bench.sample("c", &up(capacity));
        let expected = VerdictKind::Healthy { capacity: percent(capacity), degraded: low };
        assert_eq!(kind, expected, "at {capacity} %");
    }
}

#[test]
fn after_a_fall_it_is_degraded_until_it_has_recovered() {
    for fall in [down(), sample(Outcome::Gone)] {
        let mut bench = bench();
        bench.sample("c", &up(100));
        assert_eq!(bench.sample("c", &fall), VerdictKind::Unhealthy);
        bench.sample("c", &up(60));
        assert!(degraded(&bench), "60 % is not yet 70 %");
        bench.sample("c", &up(80));
        assert!(!degraded(&bench));
    }
}

#[test]
fn the_words_say_what_is_missing() {
    let mut bench = bench();
    bench.sample("c", &up(40));
    assert!(bench.because().ends_with("; capacity 40% is under 50%"), "{}", bench.because());
    bench.sample("c", &up(60));
    assert!(bench.because().ends_with("; capacity 60%, full again at 70%"), "{}", bench.because());
    bench.sample("c", &up(70));
    assert!(!bench.because().contains("; "), "{}", bench.because());
}

#[test]
fn without_a_ladder_nothing_is_degraded() {
    let mut bench = Bench::with(|_| ());
    bench.sample("c", &up(1));
    assert!(!degraded(&bench));
}
