use std::collections::BTreeMap;

use super::check::Check;
use super::{CheckVerdict, Rule, Verdict, VerdictKind};
use crate::base::{CheckName, Percent, Reason};

impl Rule {
    /// Three-valued: enough healthy is yes, too few even if all pending ones were healthy is no.
    pub(super) fn answer(self, checks: &BTreeMap<CheckName, Check>) -> Verdict {
        if checks.is_empty() {
            let because = Reason::new("no check configured: always healthy");
            return Verdict { kind: VerdictKind::healthy(Percent::FULL), because };
        }
        let needed = match self {
            Self::All => checks.len(),
            Self::Any => 1,
            Self::AtLeast(count) => count,
        };
        let mut capacities: Vec<Percent> = checks.values().filter_map(capacity).collect();
        capacities.sort_unstable_by(|a, b| b.cmp(a));
        let pending = with_verdict(checks, |verdict| verdict == CheckVerdict::Pending);
        let healthy =
            with_verdict(checks, |verdict| matches!(verdict, CheckVerdict::Healthy { .. }));
        // The capacity of the weakest check that the rule still needs: all → least, any → most.
        let (kind, said) = match capacities.get(needed - 1) {
            Some(capacity) => (VerdictKind::healthy(*capacity), healthy),
            None if healthy.len() + pending.len() < needed => {
                let unhealthy = with_verdict(checks, |verdict| verdict == CheckVerdict::Unhealthy);
                (VerdictKind::Unhealthy, unhealthy)
            }
            None => (VerdictKind::Pending, pending),
        };
        Verdict { kind, because: words(&said, checks.len()) }
    }
}

type Named<'a> = (&'a CheckName, &'a Check);

fn with_verdict(
    checks: &BTreeMap<CheckName, Check>,
    wanted: impl Fn(CheckVerdict) -> bool,
) -> Vec<Named<'_>> {
    checks.iter().filter(|(_, check)| wanted(check.verdict())).collect()
}

/// The reasons of these checks; a check's name is said only when the service has several.
fn words(said: &[Named<'_>], of: usize) -> Reason {
    let words = said.iter().map(|(name, check)| match of {
        1 => check.because().to_string(),
        _ => format!("{name}: {}", check.because()),
    });
    Reason::from(words.collect::<Vec<_>>().join("; "))
}

fn capacity(check: &Check) -> Option<Percent> {
    match check.verdict() {
        CheckVerdict::Healthy { capacity } => Some(capacity),
        CheckVerdict::Pending | CheckVerdict::Unhealthy => None,
    }
}
