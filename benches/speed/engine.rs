//! From what a probe has seen to the plans of the neighbours.

use std::fmt::Write;
use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use herald::base::Percent;
use herald::clock;
use herald::config;
use herald::engine::{Engine, Input, Output};
use herald::health::{CheckSample, Observation, Outcome, Sample};

use super::addresses;

const UP: Outcome = Outcome::Healthy { capacity: Percent::FULL };

pub(super) fn measure(criterion: &mut Criterion) {
    let seen = [
        ("1 service, 2 neighbours: it falls and returns", 1, 2, 1, Outcome::Gone),
        ("1000 services, 8 neighbours: all fall and return", 1000, 8, 1000, Outcome::Gone),
        ("1000 services, 8 neighbours: one falls and returns", 1000, 8, 1, Outcome::Gone),
        ("1000 services, 8 neighbours: two answers with no news", 1000, 8, 1000, UP),
    ];
    for (name, services, neighbors, of, other) in seen {
        let (other, up) = (answer(of, other), answer(of, UP));
        let mut engine = engine(services, neighbors);
        // What neighbours hold on to while the next plans are made.
        let mut told = handle(&mut engine, &answer(services, UP));
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| {
                for seen in [&other, &up] {
                    told = handle(&mut engine, black_box(seen)).or(told.take());
                }
            });
        });
    }
}

/// So many services with an address each, bound by somebody else, told to so many neighbours.
fn engine(services: u32, neighbors: u32) -> Engine {
    let mut text = "[bgp]\nlocal-as = 65010\nrouter-id = \"192.0.2.1\"\n".to_owned();
    text += "[haproxy.local]\nsocket = \"/run/haproxy/admin.sock\"\n";
    for n in 0..neighbors {
        let address = format!("192.0.2.{}", n + 2);
        let _ = writeln!(text, "[neighbor.n{n}]\naddress = \"{address}\"\npeer-as = 65000");
    }
    for (n, address) in (0..).zip(addresses(services)) {
        let name = service(n);
        let _ = writeln!(text, "[service.{name}]\naddresses = [\"{address}\"]");
        let _ = writeln!(text, "[service.{name}.loopback]\nbind = false");
        let _ = writeln!(text, "[service.{name}.health]\nhold-up = \"0s\"");
        let _ = writeln!(text, "[service.{name}.check.backend]\nhaproxy = {{ backend = \"b\" }}");
    }
    let loaded = config::read("bench.toml", &text, &|_| None);
    let loaded = loaded.unwrap_or_else(|faults| panic!("{faults}"));
    Engine::new(loaded.config.engine(&config::Inheritance::default()), clock::now())
}

fn service(n: u32) -> String {
    format!("s{n:04}")
}

/// One answer of HAProxy that shows the first `services` of them.
fn answer(services: u32, outcome: Outcome) -> Vec<CheckSample> {
    let sample = |n| CheckSample {
        service: service(n).as_str().into(),
        check: "backend".into(),
        sample: Sample { outcome, because: "backend: as it was seen".into() },
    };
    (0..services).map(sample).collect()
}

/// Lets the engine see it and takes all that follows; the routes, if they have changed.
fn handle(engine: &mut Engine, samples: &[CheckSample]) -> Option<Output> {
    let (samples, at, took) = (samples.to_vec(), clock::now(), Duration::ZERO);
    engine.handle(Input::Observed(Observation { samples, at, took }), at);
    let mut routes = None;
    while let Some(output) = engine.poll_output() {
        if matches!(output, Output::Routes(_)) {
            routes = Some(output);
        }
    }
    black_box(engine.poll_timeout());
    routes
}
