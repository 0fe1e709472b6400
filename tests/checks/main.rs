//! The kinds of checks against servers on the loopback, good and bad, and in a running agent.
//!
//! | file | claims |
//! |---|---|
//! | `http.rs` | which answers of a web server are healthy, and what is said of the others |
//! | `tcp.rs` | the same for a TCP server |
//! | `dns.rs` | the same for a DNS server, over UDP and TCP |
//! | `tls.rs` | which certificates are believed, by http and tcp alike |
//! | `watch.rs` | when checks look, and that one costs the others nothing |
//! | `agent.rs` | the agent itself: a route that follows the checks, and a reload that changes them |
//! | `servers.rs`, `authority.rs` | the servers and their certificates |

mod agent;
mod authority;
mod dns;
mod http;
mod servers;
#[path = "../support/mod.rs"]
mod support;
mod tcp;
mod tls;
mod watch;

use std::time::Duration;

use herald::config::{self, Check};
use herald::health::{CheckSample, Observation, Outcome};
use herald::probe;
use tokio::sync::mpsc;

/// No look of these tests may take as long.
const LONG: Duration = Duration::from_secs(10);

/// The check that this line, and these lines of its table, describe.
fn check(kind: &str, more: &str) -> Check {
    let text = format!(
        "[bgp]\nlocal-as = 65010\nrouter-id = \"192.0.2.10\"\n\
         [neighbor.rs-0]\naddress = \"192.0.2.1\"\npeer-as = 65000\n\
         [service.web]\naddresses = [\"198.51.100.1\"]\n\
         [service.web.check.tested]\n{kind}\n{more}\n"
    );
    let loaded = config::read("test.toml", &text, &|_| None).expect("a valid check");
    loaded.config.checks.into_iter().next().expect("one check")
}

/// What the first look of a check shows: whether it is healthy, and the words.
async fn seen(kind: &str) -> (bool, String) {
    seen_within(kind, "5s").await
}

async fn seen_within(kind: &str, timeout: &str) -> (bool, String) {
    let (sender, mut observations) = mpsc::channel(1);
    let check = check(kind, &format!("timeout = {timeout:?}"));
    let watching = tokio::spawn(probe::watch(check, 1, sender));
    let Observation { samples, .. } = tokio::time::timeout(LONG, observations.recv())
        .await
        .expect("a look ends in time")
        .expect("an observation");
    drop(observations);
    tokio::time::timeout(LONG, watching)
        .await
        .expect("it ends with its receiver")
        .expect("it does not panic");
    let [CheckSample { sample, .. }] = <[_; 1]>::try_from(samples).expect("one check");
    let healthy = match sample.outcome {
        Outcome::Healthy { capacity } => capacity.get() == 100,
        Outcome::Unhealthy => false,
        other @ (Outcome::Gone | Outcome::Unknown) => panic!("{other:?}: {}", sample.because),
    };
    (healthy, sample.because.as_str().to_owned())
}
