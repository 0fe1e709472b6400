//! The reference: what a service should be at a time, computed from its whole history with the words
//! of the documentation, without counters, timers or deadlines.

use std::time::Duration;

use herald::health::Outcome;
use herald::policy::State;

/// The rules of a service, as a file has them.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    /// How many checks must be healthy.
    pub(crate) needed: usize,
    pub(crate) checks: usize,
    pub(crate) rise: usize,
    pub(crate) fall: usize,
    pub(crate) hold_up: Duration,
    pub(crate) unknown_for: Duration,
    /// Half-life, suppress, reuse, max.
    pub(crate) damping: Option<(Duration, u32, u32, Duration)>,
    /// Below, recover.
    pub(crate) ladder: Option<(u8, u8)>,
}

/// One look of one check.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) at: Duration,
    pub(crate) check: usize,
    pub(crate) outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Pending,
    Healthy(u8),
    Unhealthy,
}

/// The state at each of these times, which are in order and hold all at which anything can change.
pub(crate) fn states(rules: &Rules, looks: &[Look], instants: &[Duration]) -> Vec<State> {
    let answers: Vec<_> = instants.iter().map(|at| (*at, rule(rules, looks, *at))).collect();
    let mut low = false;
    let pasts = (1..=answers.len()).map(|seen| &answers[..seen]);
    pasts.map(|past| state(rules, past, &mut low)).collect()
}

/// The state at the end of `past`; `low` is where it stands on the ladder.
fn state(rules: &Rules, past: &[(Duration, Answer)], low: &mut bool) -> State {
    let held = hold_up(rules, past) || damped(rules, past);
    match past.last().map_or(Answer::Pending, |(_, answer)| *answer) {
        Answer::Pending => State::Pending,
        Answer::Healthy(capacity) if !held => {
            let (below, recover) = rules.ladder.unwrap_or((0, 0));
            *low = if *low { capacity < recover } else { capacity < below };
            if *low { State::Degraded } else { State::Up }
        }
        Answer::Healthy(_) | Answer::Unhealthy => {
            *low = true;
            State::Down
        }
    }
}

/// The verdict of one check at `now`: of the looks that prove something, the last run that was long
/// enough counts, unless it was healthy and nothing has been proven for too long since.
fn check(rules: &Rules, looks: &[Look], check: usize, now: Duration) -> Answer {
    let mut known: Vec<Answer> = Vec::new();
    let mut verdict = Answer::Pending;
    let mut unproven: Option<Duration> = None;
    let expired = |since: Option<Duration>, at: Duration| {
        since.is_some_and(|since| at >= since + rules.unknown_for)
    };
    for look in looks.iter().filter(|look| look.check == check && look.at <= now) {
        if matches!(verdict, Answer::Healthy(_)) && expired(unproven, look.at) {
            verdict = Answer::Unhealthy;
            unproven = None;
            known.clear();
        }
        let seen = match look.outcome {
            Outcome::Healthy { capacity } => Answer::Healthy(capacity.get()),
            Outcome::Unhealthy | Outcome::Gone => Answer::Unhealthy,
            Outcome::Unknown => {
                unproven = unproven.or(Some(look.at));
                continue;
            }
        };
        unproven = None;
        known.push(seen);
        let good = |answer: &Answer| matches!(answer, Answer::Healthy(_));
        let run = known.iter().rev().take_while(|a| good(a) == good(&seen)).count();
        verdict = match seen {
            Answer::Healthy(_) if run >= rules.rise || good(&verdict) => seen,
            Answer::Unhealthy if run >= rules.fall || look.outcome == Outcome::Gone => seen,
            Answer::Pending | Answer::Healthy(_) | Answer::Unhealthy => verdict,
        };
    }
    match verdict {
        Answer::Healthy(_) if expired(unproven, now) => Answer::Unhealthy,
        Answer::Pending | Answer::Healthy(_) | Answer::Unhealthy => verdict,
    }
}

fn rule(rules: &Rules, looks: &[Look], now: Duration) -> Answer {
    let verdicts: Vec<Answer> = (0..rules.checks).map(|c| check(rules, looks, c, now)).collect();
    let mut capacities: Vec<u8> = Vec::new();
    for verdict in &verdicts {
        if let Answer::Healthy(capacity) = verdict {
            capacities.push(*capacity);
        }
    }
    capacities.sort_unstable();
    let pending = verdicts.iter().filter(|verdict| **verdict == Answer::Pending).count();
    if capacities.len() >= rules.needed {
        Answer::Healthy(capacities[capacities.len() - rules.needed])
    } else if capacities.len() + pending < rules.needed {
        Answer::Unhealthy
    } else {
        Answer::Pending
    }
}

/// Whether the last answer is healthy, but not yet for as long as it must be after a fall.
fn hold_up(rules: &Rules, past: &[(Duration, Answer)]) -> bool {
    let healthy = |answer: &Answer| matches!(answer, Answer::Healthy(_));
    let Some((now, _)) = past.last() else { return false };
    let run = past.iter().rev().take_while(|(_, answer)| healthy(answer)).count();
    let Some((since, _)) = past.get(past.len() - run) else { return false };
    if run == 0 || *now >= *since + rules.hold_up {
        return false;
    }
    // Fallen, unless it was let through after its last unhealthy answer.
    let before = &past[..past.len() - run];
    let fell = before.iter().rposition(|(_, answer)| *answer == Answer::Unhealthy);
    fell.is_some_and(|fell| {
        let mut since = None;
        !before[fell..].iter().any(|(at, answer)| {
            since = if healthy(answer) { since.or(Some(*at)) } else { None };
            since.is_some_and(|since| *at >= since + rules.hold_up)
        })
    })
}

/// Whether the penalty of its falls keeps it away.
fn damped(rules: &Rules, past: &[(Duration, Answer)]) -> bool {
    let Some((half_life, suppress, reuse, max)) = rules.damping else { return false };
    let (half_life, reuse) = (half_life.as_secs_f64(), f64::from(reuse));
    let ceiling = reuse * 2f64.powf(max.as_secs_f64() / half_life);
    let known = past.iter().filter(|(_, answer)| *answer != Answer::Pending);
    let (mut penalty, mut suppressed) = (0f64, false);
    let (mut then, mut healthy) = (Duration::ZERO, false);
    for (at, answer) in known {
        penalty *= 0.5f64.powf((*at - then).as_secs_f64() / half_life);
        suppressed &= penalty > reuse * (1.0 + 1e-9);
        if *answer == Answer::Unhealthy && healthy {
            penalty = (penalty + 1000.0).min(ceiling);
            suppressed |= penalty > f64::from(suppress);
        }
        (then, healthy) = (*at, *answer != Answer::Unhealthy);
    }
    suppressed
}
