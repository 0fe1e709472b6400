use super::mutant::Mutant;
use super::plan::Plan;
use super::world::run;

/// Leaves out of a plan that goes wrong whatever is not needed for it to go wrong in the same way: ever
/// smaller runs of faults, until none can be spared.
pub(crate) fn shrink(plan: &Plan, mutant: Option<Mutant>) -> Plan {
    let mut plan = plan.clone();
    let Some(kind) = wrong(&plan, mutant) else { return plan };
    let mut size = plan.faults.len().div_ceil(2);
    while size > 0 {
        let mut start = 0;
        let mut spared = false;
        while start < plan.faults.len() {
            let mut less = plan.clone();
            let end = (start + size).min(less.faults.len());
            less.faults.drain(start..end);
            if wrong(&less, mutant).as_ref() == Some(&kind) {
                plan = less;
                spared = true;
            } else {
                start += size;
            }
        }
        size = if spared && size == 1 { 1 } else { size / 2 };
    }
    plan
}

/// The first words of what goes wrong: what names a prefix or a time may differ.
fn wrong(plan: &Plan, mutant: Option<Mutant>) -> Option<String> {
    let (_, what) = run(plan, mutant, false).violation?;
    Some(what.split_whitespace().take(3).collect::<Vec<_>>().join(" "))
}
