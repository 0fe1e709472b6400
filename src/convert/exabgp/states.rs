//! What a healthcheck gives its routes in each state.

use super::options::Options;
use super::shares::step;
use super::split;
use crate::convert::attributes::{communities, prepend};
use crate::convert::draft::Attributes;
use crate::convert::findings::Findings;
use crate::convert::value;

/// Metrics of one address.
pub(super) struct Metric<'a> {
    pub(super) options: &'a Options,
    pub(super) position: u32,
}

impl Metric<'_> {
    fn of(&self, option: &str, default: i64, findings: &mut Findings) -> Option<u32> {
        let given = self.options.last(option).and_then(|word| value::number(word, findings));
        let grown = i64::from(self.position).saturating_mul(step(self.options, findings));
        let metric = given.unwrap_or(default).saturating_add(grown);
        u32::try_from(metric.clamp(0, i64::from(u32::MAX))).ok()
    }
}

/// The attributes while up, while down (`None` withdraws), and while drained.
pub(super) fn states(
    metric: &Metric<'_>,
    local_as: Option<u32>,
    findings: &mut Findings,
) -> (Attributes, Option<Attributes>, Attributes) {
    let options = metric.options;
    let mut common = Attributes::default();
    let next_hop = options.last("next-hop").filter(|word| word.as_str() != "self");
    common.next_hop = next_hop.and_then(|word| value::address(word, findings));
    if let Some(list) = options.last("large-community") {
        communities(&split(list), &mut common, findings);
    }
    let path = |option: &str, findings: &mut Findings| {
        let path = options.last(option).or(options.last("as-path"));
        prepend(&path.map(split).unwrap_or_default(), local_as, findings)
    };
    let tagged = |option: &str, findings: &mut Findings| {
        let mut attributes = common.clone();
        if let Some(list) = options.last(option) {
            communities(&split(list), &mut attributes, findings);
        }
        attributes
    };
    let sick = if options.has("disabled-community") { "disabled-community" } else { "community" };
    let withdraws = options.has("withdraw-on-down");

    let mut up = tagged("community", findings);
    up.prepend = path("up-as-path", findings);
    up.med = metric.of("up-metric", 100, findings);
    let mut down = tagged(sick, findings);
    down.prepend = path("down-as-path", findings);
    down.med = metric.of("down-metric", 1000, findings);
    let mut drain = tagged("disabled-community", findings);
    drain.prepend = path("disabled-as-path", findings);
    drain.med = if withdraws { None } else { metric.of("disabled-metric", 500, findings) };
    (up, (!withdraws).then_some(down), drain)
}
