//! What operators say and ask, by the real binary against FRR.
//!
//! | file | claims |
//! |---|---|
//! | `limits.rs` | who is heard at the control socket, and what a caller may cost |
//! | `words.rs` | drain, withdraw, announce, resume: what FRR sees of them, and who outranks whom |
//! | `lasting.rs` | words and history over crashes, restarts, reloads and damaged files |
//! | `reading.rs` | explain, events, services, neighbors, the socket by curl, completions, man |

#[path = "../support/mod.rs"]
mod support;

mod lasting;
mod limits;
mod reading;
mod words;

use std::process::Output;

use serde_json::Value;
use support::config::Config;
use support::frr::Frr;
use support::peer::Meeting;
use support::scene::Scene;

/// herald, HAProxy with two servers, and FRR; a drain lasts two seconds.
fn scene() -> Scene<Frr> {
    let scene = Scene::set(Meeting::USUAL, short_drain);
    scene.route_arrives(support::config::ANYCAST);
    scene
}

fn short_drain(config: Config) -> Config {
    config.set("service.web.drain", "for", "\"2s\"")
}

/// Runs a command that must succeed; gives what it prints.
#[track_caller]
fn said(scene: &Scene<Frr>, arguments: &[&str]) -> String {
    let answer = scene.herald.ask(arguments);
    assert_eq!(answer.status.code(), Some(0), "{arguments:?}: {}", errors(&answer));
    String::from_utf8(answer.stdout).expect("text")
}

#[track_caller]
fn json(scene: &Scene<Frr>, arguments: &[&str]) -> Value {
    serde_json::from_str(&said(scene, arguments)).expect("JSON")
}

/// What it complains of.
fn errors(answer: &Output) -> String {
    String::from_utf8_lossy(&answer.stderr).into_owned()
}
