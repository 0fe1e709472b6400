use std::time::Duration;

use herald::health::{CheckSample, Observation, Outcome};
use herald::probe;
use tokio::sync::mpsc;
use tokio::sync::mpsc::Receiver;

use super::servers::{Manner, Server, page};
use super::{LONG, check};

fn start(kind: &str, more: &str) -> Receiver<Observation> {
    let (sender, observations) = mpsc::channel(64);
    tokio::spawn(probe::watch(check(kind, more), 1, sender));
    observations
}

async fn next(observations: &mut Receiver<Observation>) -> CheckSample {
    let next = tokio::time::timeout(LONG, observations.recv()).await;
    let Observation { samples, .. } =
        next.expect("an observation in time").expect("a check that goes on");
    let [seen] = <[CheckSample; 1]>::try_from(samples).expect("one check");
    seen
}

#[tokio::test]
async fn the_first_look_is_made_at_once_and_says_whose_it_is() {
    let server = Server::start(page("200 OK", ""), true).await;
    let kind = format!("http = {{ url = \"http://{}/\" }}", server.address);
    let mut observations = start(&kind, "interval = \"1h\"");
    let first = next(&mut observations).await;
    assert_eq!((first.service.as_str(), first.check.as_str()), ("web", "tested"));
}

#[tokio::test]
async fn every_look_takes_a_fresh_connection_and_they_go_on() {
    let server = Server::start(page("200 OK", ""), true).await;
    let kind = format!("http = {{ url = \"http://{}/\" }}", server.address);
    let mut observations = start(&kind, "interval = \"20ms\"");
    for _ in 0..5 {
        next(&mut observations).await;
    }
    assert!(server.taken() >= 5, "{} connections for 5 looks", server.taken());
}

#[tokio::test]
async fn looks_never_overlap_when_the_interval_is_shorter_than_a_look() {
    let server = Server::start(Manner::SaysAndStays(Vec::new()), false).await;
    let kind = format!("tcp = {{ address = \"{}\", expect = \"x\" }}", server.address);
    let mut observations = start(&kind, "interval = \"10ms\"\ntimeout = \"100ms\"");
    for count in 1..=4 {
        let seen = next(&mut observations).await;
        assert_eq!(seen.sample.outcome, Outcome::Unhealthy);
        // The next one may have begun by now, and no other.
        let taken = server.taken();
        assert!((count..=count + 1).contains(&taken), "{taken} looks begun, {count} ended");
    }
}

#[tokio::test]
async fn checks_that_hang_or_are_flooded_leave_the_others_their_rhythm() {
    let mut bad = Vec::new();
    for manner in [Manner::SaysAndStays(Vec::new()), Manner::Floods(vec![b'x'; 4096])] {
        for _ in 0..10 {
            let server = Server::start(manner.clone(), false).await;
            let kind = format!("tcp = {{ address = \"{}\", expect = \"ready\" }}", server.address);
            bad.push(start(&kind, "interval = \"100ms\"\ntimeout = \"60s\""));
        }
    }
    let server = Server::start(page("200 OK", ""), true).await;
    let kind = format!("http = {{ url = \"http://{}/\" }}", server.address);
    let begun = tokio::time::Instant::now();
    let mut good = start(&kind, "interval = \"20ms\"");
    for _ in 0..20 {
        let seen = next(&mut good).await;
        assert!(matches!(seen.sample.outcome, Outcome::Healthy { .. }), "{:?}", seen.sample);
    }
    // 0.4 s on an idle machine.
    assert!(begun.elapsed() < Duration::from_secs(5), "20 looks took {:?}", begun.elapsed());
}

#[tokio::test]
async fn a_change_is_confirmed_at_the_fast_interval() {
    let server = Server::start(page("503 Service Unavailable", ""), true).await;
    let kind = format!("http = {{ url = \"http://{}/\" }}", server.address);
    let more = "interval = \"1h\"\nfast-interval = \"20ms\"\nfall = 4";
    let mut observations = start(&kind, more);
    for _ in 0..4 {
        next(&mut observations).await;
    }
    // Confirmed: the fifth is an hour away.
    let fifth = tokio::time::timeout(Duration::from_millis(200), observations.recv()).await;
    assert!(fifth.is_err(), "{fifth:?}");
}

#[tokio::test]
async fn a_receiver_that_is_full_is_waited_for() {
    let server = Server::start(page("200 OK", ""), true).await;
    let (sender, mut observations) = mpsc::channel(1);
    let kind = format!("http = {{ url = \"http://{}/\" }}", server.address);
    tokio::spawn(probe::watch(check(&kind, "interval = \"10ms\""), 1, sender));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(server.taken() <= 2, "{} looks while one waited", server.taken());
    for _ in 0..3 {
        next(&mut observations).await;
    }
}
