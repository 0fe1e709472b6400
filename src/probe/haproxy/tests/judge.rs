use std::collections::BTreeSet;

use crate::base::Percent;
use crate::config::{HaproxyCheck, MinUp};
use crate::health::{Outcome, Sample};

use super::super::judge::Judge;
use super::super::stats;
use super::{HEADER, answer, check, first_look};

fn up(name: &str) -> String {
    format!("web,{name},UP,1,1,0,0,0,60,,2,L7OK,200,1,,Layer7 check passed,2,3,4,")
}

fn ini(name: &str) -> String {
    format!("web,{name},UP 1/3,1,1,0,0,0,0,,2,INI,,,,Initializing,2,3,2,")
}

fn refused(name: &str) -> String {
    format!(
        "web,{name},DOWN,1,1,0,3,1,0,,2,L4CON,,0,Connection refused,Layer4 connection problem,2,3,0,"
    )
}

fn with_status(name: &str, status: &str) -> String {
    format!("web,{name},{status},1,1,0,0,1,0,,2,,,,,,,,,")
}

fn backup(name: &str) -> String {
    format!("web,{name},UP,1,0,1,0,0,60,,2,L4OK,,0,,Layer4 check passed,2,3,4,")
}

fn look(check: &HaproxyCheck, rows: &[String]) -> Sample {
    first_look(check, &answer(&rows.iter().map(String::as_str).collect::<Vec<_>>()))
}

fn healthy(percent: u8) -> Outcome {
    Outcome::Healthy { capacity: Percent::new(percent).unwrap() }
}

#[test]
fn all_servers_up_is_full_capacity() {
    let sample = look(&check(), &[up("a"), up("b")]);
    assert_eq!(sample.outcome, healthy(100));
    assert_eq!(sample.because.as_str(), "web: 2 of 2 servers up");
}

#[test]
fn a_dead_server_is_named_with_its_failure() {
    let sample = look(&check(), &[up("a"), refused("b")]);
    assert_eq!(sample.outcome, healthy(50));
    assert_eq!(sample.because.as_str(), "web: 1 of 2 servers up (b: L4CON Connection refused)");
    let wrong =
        "web,a,DOWN,1,1,0,1,1,0,,2,L7STS,503,2,Service Unavailable,Layer7 wrong status,1,1,0,";
    let sample = look(&check(), &[wrong.to_owned(), with_status("b", "MAINT")]);
    assert_eq!(sample.outcome, Outcome::Unhealthy);
    assert_eq!(
        sample.because.as_str(),
        "web: 0 of 2 servers up (a: L7STS 503 Service Unavailable, b: MAINT)"
    );
}

#[test]
fn the_reason_stays_the_same_while_the_next_check_runs() {
    let failed =
        "web,a,DOWN,1,1,0,1,1,0,,2,L7STS,503,2,Service Unavailable,Layer7 wrong status,1,1,0,";
    let running = "web,a,DOWN,1,1,0,1,1,0,,2,* L7STS,0,2,,Layer7 wrong status,1,1,0,";
    let mut judge = Judge::default();
    let reasons = [failed, running].map(|row| {
        let answer = answer(&[row]);
        judge.learn(&answer);
        judge.sample(&check(), &answer).because
    });
    assert_eq!(reasons[0], reasons[1]);
}

#[test]
fn a_server_on_its_way_up_shows_how_far_it_is() {
    let rising = "web,a,DOWN 1/2,1,1,0,1,1,0,,2,L7OK,200,2,OK,Layer7 check passed,2,3,1,";
    let sample = look(&check(), &[rising.to_owned()]);
    assert_eq!(sample.outcome, Outcome::Unhealthy);
    assert_eq!(sample.because.as_str(), "web: 0 of 1 server up (a: DOWN 1/2)");
}

#[test]
fn servers_out_of_rotation_are_not_usable() {
    let statuses = [
        "MAINT",
        "MAINT (via web/b)",
        "MAINT (resolution)",
        "DRAIN",
        "DRAIN 1/3",
        "DRAIN (agent)",
        "NOLB",
        "NOLB 1/3",
        "DOWN",
        "DOWN (agent)",
    ];
    for status in statuses {
        let sample = look(&check(), &[with_status("a", status)]);
        assert_eq!(sample.outcome, Outcome::Unhealthy, "{status}");
        assert_eq!(sample.because.as_str(), format!("web: 0 of 1 server up (a: {status})"));
    }
}

#[test]
fn weight_0_is_not_usable_although_up() {
    for row in [up("a"), with_status("a", "no check")] {
        let sample = look(&check(), &[row.replace(",1,1,0,", ",0,1,0,")]);
        assert_eq!(sample.outcome, Outcome::Unhealthy);
        assert_eq!(sample.because.as_str(), "web: 0 of 1 server up (a: weight 0)");
    }
}

#[test]
fn a_server_without_a_check_counts_and_is_reported() {
    let sample = look(&check(), &[up("a"), with_status("b", "no check")]);
    assert_eq!(sample.outcome, healthy(100));
    assert_eq!(sample.because.as_str(), "web: 2 of 2 servers up (b: unproven: no check)");
}

#[test]
fn a_status_nobody_has_heard_of_proves_nothing() {
    let sample = look(&check(), &[with_status("a", "ZOMBIE")]);
    assert_eq!(sample.outcome, Outcome::Unknown);
    assert_eq!(sample.because.as_str(), "web: 0 of 1 server up (a: unheard-of status \"ZOMBIE\")");
}

#[test]
fn a_backend_without_servers_is_down_although_haproxy_calls_it_up() {
    let sample = look(&check(), &[]);
    assert_eq!(sample.outcome, Outcome::Unhealthy);
    assert_eq!(sample.because.as_str(), "web: no servers");
}

#[test]
fn unproven_servers_decide_only_whether_it_is_known() {
    let two = HaproxyCheck { min_up: MinUp::Servers(2), ..check() };
    assert_eq!(look(&two, &[up("a"), up("b"), ini("c")]).outcome, healthy(66));
    let open = look(&two, &[up("a"), ini("b"), refused("c")]);
    assert_eq!(open.outcome, Outcome::Unknown);
    assert_eq!(
        open.because.as_str(),
        "web: 1 of 3 servers up, 2 needed (b: not checked yet, c: L4CON Connection refused)"
    );
    assert_eq!(look(&two, &[up("a"), refused("b"), refused("c")]).outcome, Outcome::Unhealthy);
    assert_eq!(look(&two, &[up("a")]).outcome, Outcome::Unhealthy, "fewer than are needed");
}

#[test]
fn percent_is_rounded_up_and_never_nothing() {
    let percent = |percent| HaproxyCheck { min_up: MinUp::Percent(percent), ..check() };
    let one_of_three = [up("a"), refused("b"), refused("c")];
    assert_eq!(look(&percent(33), &one_of_three).outcome, healthy(33));
    assert_eq!(look(&percent(34), &one_of_three).outcome, Outcome::Unhealthy);
    assert_eq!(look(&percent(100), &[up("a"), up("b")]).outcome, healthy(100));
    assert_eq!(look(&percent(1), &[refused("a")]).outcome, Outcome::Unhealthy);
}

#[test]
fn backup_servers_count_only_when_asked_for() {
    let rows = [refused("a"), backup("z")];
    let sample = look(&check(), &rows);
    assert_eq!(sample.outcome, Outcome::Unhealthy);
    assert_eq!(sample.because.as_str(), "web: 0 of 1 server up (a: L4CON Connection refused)");
    let counting = HaproxyCheck { count_backup: true, ..check() };
    assert_eq!(look(&counting, &rows).outcome, healthy(50));
    let only = look(&check(), &[backup("z")]);
    assert_eq!(only.outcome, Outcome::Unhealthy);
    assert_eq!(only.because.as_str(), "web: only 1 backup server, not counted");
}

#[test]
fn only_the_named_servers_count_and_a_missing_one_is_named() {
    let named = |names: &[&str]| {
        let servers: BTreeSet<_> = names.iter().map(|name| (*name).to_owned()).collect();
        HaproxyCheck { servers: Some(servers), ..check() }
    };
    let rows = [up("a"), refused("b"), backup("z")];
    assert_eq!(look(&named(&["a"]), &rows).outcome, healthy(100));
    assert_eq!(look(&named(&["b"]), &rows).outcome, Outcome::Unhealthy);
    let sample = look(&named(&["a", "c", "z"]), &rows);
    assert_eq!(sample.outcome, healthy(33));
    assert_eq!(
        sample.because.as_str(),
        "web: 1 of 3 servers up (c: not in this backend, z: backup, not counted)"
    );
}

#[test]
fn a_frontend_must_be_open() {
    let look = |status: &str| {
        let rows = format!("in,FRONTEND,{status},,,,,,,,0,,,,,,,,,");
        let check = HaproxyCheck { frontend: Some("in".to_owned()), ..check() };
        first_look(&check, &answer(&[&rows, &up("a")]))
    };
    assert_eq!(look("OPEN").outcome, healthy(100));
    for status in ["PAUSED", "STOP"] {
        assert_eq!(look(status).outcome, Outcome::Unhealthy);
        assert_eq!(look(status).because.as_str(), format!("frontend in is {status}"));
    }
    let missing = HaproxyCheck { frontend: Some("out".to_owned()), ..check() };
    let rows = ["in,FRONTEND,OPEN,,,,,,,,0,,,,,,,,,".to_owned(), up("a")];
    let sample = first_look(&missing, &answer(&[&rows[0], &rows[1]]));
    assert_eq!(sample.outcome, Outcome::Unknown);
    assert_eq!(sample.because.as_str(), "HAProxy has no frontend out; it has in");
}

#[test]
fn a_missing_backend_is_unknown_and_the_others_are_listed() {
    let check = HaproxyCheck { backend: "wbe".to_owned(), ..check() };
    let sample = look(&check, &[up("a")]);
    assert_eq!(sample.outcome, Outcome::Unknown);
    assert_eq!(sample.because.as_str(), "HAProxy has no backend wbe; it has web");
}

#[test]
fn an_unpublished_backend_gets_no_traffic() {
    let text = format!("{HEADER}\n{}\nweb,BACKEND,UP (UNPUB),1,1,0,,0,60,,1,,,,,,,,,\n\n", up("a"));
    let sample = first_look(&check(), &stats::parse(&text).unwrap());
    assert_eq!(sample.outcome, Outcome::Unhealthy);
    assert_eq!(sample.because.as_str(), "web: the backend is unpublished");
}

#[test]
fn a_tracking_server_is_as_proven_as_the_one_it_tracks() {
    let tracking = "web,a,UP,1,1,0,0,0,60,db/root,2,,,,,,,,,";
    let root = |state: &str| format!("db,root,UP,1,1,0,0,0,60,,2,{state}");
    let only_a = HaproxyCheck { servers: Some(["a".to_owned()].into()), ..check() };
    let checked = answer(&[tracking, &root("L4OK,,0,,Layer4 check passed,2,3,4,")]);
    assert_eq!(first_look(&only_a, &checked).outcome, healthy(100));
    let unchecked = answer(&[tracking, &root("INI,,,,Initializing,2,3,2,")]);
    assert_eq!(first_look(&only_a, &unchecked).outcome, Outcome::Unknown);
    let alone = first_look(&only_a, &answer(&[tracking]));
    assert_eq!(alone.outcome, Outcome::Unknown);
    assert_eq!(alone.because.as_str(), "web: 0 of 1 server up (a: tracks db/root)");
}

#[test]
fn servers_that_track_each_other_are_no_endless_walk() {
    let rows = ["web,a,UP,1,1,0,0,0,60,web/b,2,,,,,,,,,", "web,b,UP,1,1,0,0,0,60,web/a,2,,,,,,,,,"];
    assert_eq!(first_look(&check(), &answer(&rows)).outcome, Outcome::Unknown);
}

#[test]
fn long_lists_are_cut() {
    let rows: Vec<_> = (1..=21).map(|n| with_status(&format!("s{n:02}"), "MAINT")).collect();
    assert_eq!(
        look(&check(), &rows).because.as_str(),
        "web: 0 of 21 servers up (s01: MAINT, s02: MAINT, s03: MAINT, s04: MAINT and 17 more)"
    );
}

#[test]
fn one_answer_serves_checks_of_several_backends() {
    let other = "db,x,UP,1,1,0,0,0,60,,2,L4OK,,0,,Layer4 check passed,2,3,4,";
    let (web, dead) = (check(), refused("a"));
    let db = HaproxyCheck { backend: "db".to_owned(), ..check() };
    let answer = answer(&[&dead, other]);
    let mut judge = Judge::default();
    judge.learn(&answer);
    assert_eq!(judge.sample(&web, &answer).outcome, Outcome::Unhealthy);
    assert_eq!(judge.sample(&db, &answer).outcome, healthy(100));
}
