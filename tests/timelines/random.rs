//! Sequences that nobody wrote.

use std::fmt::Write;
use std::time::Duration;

use herald::base::Percent;
use herald::health::Outcome;
use herald::policy::State;
use proptest::prelude::*;

use super::model::{self, Look, Rules};
use super::stage::{Seen, Stage};

/// Checks are made at multiples of this, and everything that takes time takes half a tick longer or no
/// time at all: so no look falls together with a deadline, where only the order would tell them apart.
const TICK: Duration = Duration::from_millis(500);

fn ticks(count: u32) -> Duration {
    TICK * count
}

fn some_time(ticks: u32) -> Duration {
    if ticks == 0 { Duration::ZERO } else { TICK * ticks + TICK / 2 }
}

fn rules() -> impl Strategy<Value = Rules> {
    let damping = (1u32..8, 800u32..3500, 100u32..800)
        .prop_map(|(half_life, suppress, reuse)| (ticks(half_life * 4), suppress, reuse));
    (
        (1usize..4, 0usize..3, 1usize..4, 1usize..4),
        (0u32..6, 0u32..8),
        proptest::option::of(damping),
        proptest::option::of((1u8..=100, 0u8..50)),
    )
        .prop_map(|((checks, fewer, rise, fall), (hold_up, unknown_for), damping, ladder)| {
            Rules {
                needed: checks.saturating_sub(fewer).max(1),
                checks,
                rise,
                fall,
                hold_up: some_time(hold_up),
                unknown_for: some_time(unknown_for),
                damping: damping.map(|(half_life, suppress, reuse)| {
                    (half_life, suppress, reuse, half_life * 6)
                }),
                ladder: ladder.map(|(below, more)| (below, (below + more).min(100))),
            }
        })
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let healthy = (0u8..=100).prop_map(|share| {
        let capacity = Percent::new(share).expect("at most 100");
        Outcome::Healthy { capacity }
    });
    prop_oneof![
        5 => healthy,
        4 => Just(Outcome::Unhealthy),
        1 => Just(Outcome::Gone),
        2 => Just(Outcome::Unknown),
    ]
}

/// At most one look a tick, by any check.
fn looks() -> impl Strategy<Value = Vec<Look>> {
    let gap = prop_oneof![6 => 1u32..3, 1 => 3u32..20];
    prop::collection::vec((gap, 0usize..3, outcome()), 1..40).prop_map(|looks| {
        let mut at = Duration::ZERO;
        looks
            .into_iter()
            .map(|(gap, check, outcome)| {
                at += ticks(gap);
                Look { at, check, outcome }
            })
            .collect()
    })
}

fn tables(rules: &Rules) -> String {
    let mut text = String::from("[service.web]\naddresses = [\"192.0.2.10\"]\n");
    let millis = |time: Duration| format!("\"{}ms\"", time.as_millis());
    for check in 0..rules.checks {
        let (rise, fall) = (rules.rise, rules.fall);
        let _ = writeln!(
            text,
            "check.c{check} = {{ rise = {rise}, fall = {fall}, haproxy.backend = \"b\" }}"
        );
    }
    let _ = writeln!(text, "health.rule = {{ at-least = {} }}", rules.needed);
    let _ = writeln!(text, "health.hold-up = {}", millis(rules.hold_up));
    let _ = writeln!(text, "health.unknown-for = {}", millis(rules.unknown_for));
    if let Some((half_life, suppress, reuse, max)) = rules.damping {
        let _ = writeln!(
            text,
            "health.damping = {{ half-life = {}, suppress = {suppress}, reuse = {reuse}, max = {} }}",
            millis(half_life),
            millis(max)
        );
    }
    if let Some((below, recover)) = rules.ladder {
        let _ = writeln!(text, "degraded = {{ below = \"{below}%\", recover = \"{recover}%\" }}");
    }
    text
}

fn route_changes(stage: &Stage) -> usize {
    stage.log.iter().filter(|(_, seen)| matches!(seen, Seen::Route(_))).count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The state and the routes are those of the model, at every half tick.
    #[test]
    fn the_engine_agrees_with_the_model(rules in rules(), looks in looks()) {
        let looks: Vec<Look> = looks.into_iter().filter(|look| look.check < rules.checks).collect();
        let last = looks.last().map_or(Duration::ZERO, |look| look.at) + ticks(60);
        let instants: Vec<Duration> =
            (0u32..).map(|half| TICK / 2 * half).take_while(|at| *at <= last).collect();
        let mut stage = Stage::new(&tables(&rules));
        let mut coming = looks.iter().peekable();
        let expected = model::states(&rules, &looks, &instants);
        for (now, expected) in instants.iter().zip(expected) {
            stage.advance(*now);
            while let Some(look) = coming.next_if(|look| look.at == *now) {
                stage.check(&format!("c{}", look.check), look.outcome, "said so");
            }
            let (state, path) = stage.service();
            prop_assert_eq!(state, expected, "at {:?}: {:?}", now, stage.log);
            let length = match expected {
                State::Up => Some(1),
                State::Degraded => Some(4),
                State::Pending
                | State::Down
                | State::LastResort
                | State::Standby
                | State::Draining
                | State::DrainingUnhealthy
                | State::Drained
                | State::Withdrawn
                | State::Disabled => None,
            };
            prop_assert_eq!(path, length, "at {:?}", now);
        }
        prop_assert!(route_changes(&stage) <= 2 * looks.len());
    }

    /// However it flaps, if it flaps fast: damping by default lets six UPDATEs through after the
    /// first, and none of them is a late withdrawal.
    #[test]
    fn fast_flapping_costs_at_most_six_updates(pauses in prop::collection::vec(20u64..1000, 2..200)) {
        let tables = "[service.web]\naddresses = [\"192.0.2.10\"]\nhealth.damping = {}\n\
                      check.backend.haproxy.backend = \"b\"\n";
        let mut stage = Stage::new(tables);
        let mut healthy = true;
        for pause in pauses {
            let capacity = Percent::FULL;
            let outcome =
                if healthy { Outcome::Healthy { capacity } } else { Outcome::Unhealthy };
            stage.check("backend", outcome, "said so");
            prop_assert!(healthy || stage.service().1.is_none(), "announced while down");
            healthy = !healthy;
            stage.advance(stage.now + Duration::from_millis(pause));
        }
        stage.check("backend", Outcome::Healthy { capacity: Percent::FULL }, "said so");
        stage.advance(stage.now + Duration::from_secs(60));
        prop_assert_eq!(stage.service(), (State::Up, Some(1)), "max is over");
        prop_assert!(route_changes(&stage) <= 7, "{:?}", stage.log);
    }
}
