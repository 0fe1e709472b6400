//! From the table that a neighbour should have to what must be said.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{BatchSize, Criterion};
use herald::base::{Asn, NextHop, Prefix, RouteAttributes};
use herald::rib::{AdjRibOut, Plan};

use super::addresses;

pub(super) fn measure(criterion: &mut Criterion) {
    let attributes = attributes();
    let plan = |routes| plan(routes, &attributes);
    let mut told = AdjRibOut::default();
    told.advance(&plan(1000), &everything, &BTreeSet::new());
    let differences = [
        ("a plan of 1000 routes that are known", &told, &plan(1000)),
        ("a plan of 1000 routes that are new", &AdjRibOut::default(), &plan(1000)),
        ("a plan that withdraws 1000 routes", &told, &plan(0)),
        ("a plan that withdraws one of 1000 routes", &told, &plan(999)),
    ];
    for (name, before, plan) in differences {
        criterion.bench_function(name, |bencher| {
            let advance = |table: &mut AdjRibOut| {
                table.advance(black_box(plan), &everything, &BTreeSet::new())
            };
            bencher.iter_batched_ref(|| before.clone(), advance, BatchSize::SmallInput);
        });
    }
}

fn attributes() -> Arc<RouteAttributes> {
    Arc::new(RouteAttributes {
        as_path: vec![Asn(65010)],
        next_hop: NextHop::SelfAddress,
        med: None,
        communities: BTreeSet::new(),
        large_communities: BTreeSet::new(),
    })
}

fn plan(routes: u32, attributes: &Arc<RouteAttributes>) -> Plan {
    let routes = addresses(routes).map(|prefix| (prefix, Arc::clone(attributes)));
    Plan { version: 1, routes: Arc::new(routes.collect()), ..Plan::default() }
}

fn everything(_: &Prefix, _: &RouteAttributes) -> bool {
    true
}
