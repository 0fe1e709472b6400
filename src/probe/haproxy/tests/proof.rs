//! The table of `proof.rs`, line by line, and what memory adds.

use crate::health::Outcome::{self, Healthy, Unhealthy, Unknown};

use super::{answer, answer_of, check, first_look, last_look};

// Rows of one server with fall 1 and with rise 2, fall 3, as HAProxy 2.6 writes them.
const FALL1_UP: &str = "web,a,UP,1,1,0,0,0,60,,2,L4OK,,0,,Layer4 check passed,1,1,1,";
const FALL1_MAINT: &str = "web,a,MAINT,1,1,0,0,1,0,,2,,,,,,,,,";
const FALL1_BACK: &str = "web,a,UP,1,1,0,0,1,0,,2,L4OK,,0,,Layer4 check passed,1,1,1,";
const FALL1_DOWN: &str =
    "web,a,DOWN,1,1,0,1,1,0,,2,L4CON,,0,Connection refused,Layer4 connection problem,1,1,0,";
const FALL3_UP: &str = "web,a,UP,1,1,0,0,0,60,,2,L4OK,,0,,Layer4 check passed,2,3,4,";
const FALL3_MAINT: &str = "web,a,MAINT,1,1,0,0,1,0,,2,,,,,,,,,";
const FALL3_BACK: &str = "web,a,UP 1/3,1,1,0,0,1,0,,2,L4OK,,0,,Layer4 check passed,2,3,2,";
const FALL3_CHECKED: &str = "web,a,UP,1,1,0,0,1,1,,2,L4OK,,0,,Layer4 check passed,2,3,4,";
const FALL3_FAILING: &str =
    "web,a,UP 2/3,1,1,0,1,0,60,,2,L4CON,,0,Connection refused,Layer4 connection problem,2,3,3,";
const FALL3_LAST_CHANCE: &str =
    "web,a,UP 1/3,1,1,0,2,0,60,,2,L4CON,,0,Connection refused,Layer4 connection problem,2,3,2,";
const FALL3_DOWN: &str =
    "web,a,DOWN,1,1,0,3,1,0,,2,L4CON,,0,Connection refused,Layer4 connection problem,2,3,0,";
const INI: &str = "web,a,UP 1/3,1,1,0,0,0,0,,2,INI,,,,Initializing,2,3,2,";

fn after(rows: &[&str]) -> Outcome {
    last_look(&rows.iter().map(|row| answer(&[row])).collect::<Vec<_>>())
}

fn is_healthy(outcome: Outcome) -> bool {
    matches!(outcome, Healthy { .. })
}

#[test]
fn a_server_that_no_check_of_this_worker_has_seen_proves_nothing() {
    let sample = first_look(&check(), &answer(&[INI]));
    assert_eq!(sample.outcome, Unknown);
    assert_eq!(sample.because.as_str(), "web: 0 of 1 server up (a: not checked yet)");
    let unk = INI.replace(",INI,", ",UNK,");
    assert_eq!(after(&[&unk]), Unknown);
}

#[test]
fn the_mark_of_a_running_check_is_no_result_of_it() {
    assert_eq!(after(&[&INI.replace(",INI,", ",* INI,")]), Unknown);
    assert!(is_healthy(after(&[&FALL3_UP.replace(",L4OK,", ",* L4OK,")])));
}

#[test]
fn the_first_completed_check_proves_a_server_with_fall_1_too() {
    let ini = "web,a,UP,1,1,0,0,0,0,,2,INI,,,,Initializing,1,1,1,";
    let checked = "web,a,UP,1,1,0,0,0,0,,2,L4OK,,0,,Layer4 check passed,1,1,1,";
    assert_eq!(after(&[ini]), Unknown);
    assert!(is_healthy(after(&[ini, checked])));
}

#[test]
fn health_below_full_beside_a_passed_check_is_an_old_result() {
    assert_eq!(after(&[FALL3_BACK]), Unknown, "on the first look");
    assert_eq!(after(&[FALL3_UP, FALL3_MAINT, FALL3_BACK]), Unknown);
    assert_eq!(after(&[FALL3_UP, FALL3_BACK]), Unknown, "maintenance between two polls");
    let much_later = FALL3_BACK.replace(",1,0,,2,", ",1,600,,2,");
    assert_eq!(after(&[FALL3_MAINT, &much_later]), Unknown, "no bound where it is certain");
}

#[test]
fn the_check_after_maintenance_proves_a_server_with_fall_3() {
    assert!(is_healthy(after(&[FALL3_UP, FALL3_MAINT, FALL3_BACK, FALL3_CHECKED])));
    assert!(is_healthy(after(&[FALL3_MAINT, FALL3_CHECKED])), "the window fell between two polls");
}

#[test]
fn a_server_that_fails_a_check_but_is_still_up_stays_usable() {
    assert!(is_healthy(after(&[FALL3_FAILING])));
    assert!(is_healthy(after(&[FALL3_UP, FALL3_FAILING, FALL3_LAST_CHANCE])));
    assert_eq!(after(&[FALL3_UP, FALL3_FAILING, FALL3_LAST_CHANCE, FALL3_DOWN]), Unhealthy);
}

#[test]
fn an_old_failure_beside_up_after_maintenance_proves_nothing() {
    let back =
        "web,a,UP 1/3,1,1,0,3,1,0,,2,L4CON,,0,Connection refused,Layer4 connection problem,2,3,2,";
    assert_eq!(after(&[FALL3_DOWN, FALL3_MAINT, back]), Unknown);
    assert_eq!(after(&[FALL3_DOWN, back]), Unknown, "maintenance between two polls");
    assert_eq!(after(&[back]), Unknown, "on the first look");
    let fall1 =
        "web,a,UP,1,1,0,1,1,60,,2,L4CON,,0,Connection refused,Layer4 connection problem,1,1,1,";
    assert_eq!(after(&[FALL1_DOWN, fall1]), Unknown);
    assert_eq!(after(&[FALL1_UP, fall1]), Unknown, "a failure would have made it DOWN");
}

#[test]
fn with_fall_1_maintenance_is_remembered() {
    assert!(is_healthy(after(&[FALL1_UP])));
    assert_eq!(after(&[FALL1_UP, FALL1_MAINT]), Unhealthy);
    assert_eq!(after(&[FALL1_UP, FALL1_MAINT, FALL1_BACK]), Unknown);
    assert_eq!(after(&[FALL1_UP, FALL1_MAINT, FALL1_BACK, FALL1_BACK]), Unknown);
}

#[test]
fn with_fall_1_maintenance_between_two_polls_shows_in_chkdown() {
    assert_eq!(after(&[FALL1_UP, FALL1_BACK]), Unknown);
}

#[test]
fn with_fall_1_a_death_and_a_recovery_between_two_polls_are_believed() {
    let recovered = "web,a,UP,1,1,0,1,1,0,,2,L4OK,,0,,Layer4 check passed,1,1,1,";
    assert!(is_healthy(after(&[FALL1_UP, recovered])), "chkfail moved with chkdown");
    assert!(is_healthy(after(&[FALL1_DOWN, recovered])));
}

#[test]
fn with_fall_1_a_changed_result_after_maintenance_is_evidence() {
    let slower = FALL1_BACK.replace(",L4OK,,0,", ",L4OK,,1,");
    assert!(is_healthy(after(&[FALL1_MAINT, FALL1_BACK, &slower])));
    assert_eq!(after(&[FALL1_MAINT, &slower]), Unknown, "it may have changed before maintenance");
}

#[test]
fn with_fall_1_a_check_seen_running_and_ended_is_evidence() {
    let running = FALL1_BACK.replace(",L4OK,", ",* L4OK,");
    assert_eq!(after(&[FALL1_MAINT, FALL1_BACK, &running]), Unknown);
    assert!(is_healthy(after(&[FALL1_MAINT, FALL1_BACK, &running, FALL1_BACK])));
}

#[test]
fn with_fall_1_what_a_beginning_check_clears_is_no_evidence() {
    let back = "web,a,UP,1,1,0,0,1,0,,2,L7OK,200,0,OK,Layer7 check passed,1,1,1,";
    let begun = "web,a,UP,1,1,0,0,1,0,,2,* L7OK,0,0,,Layer7 check passed,1,1,1,";
    let failed =
        "web,a,DOWN,1,1,0,1,2,0,,2,L4CON,,0,Connection refused,Layer4 connection problem,1,1,0,";
    assert_eq!(after(&[FALL1_MAINT, back, begun]), Unknown);
    assert_eq!(after(&[FALL1_MAINT, back, begun, failed]), Unhealthy);
    assert!(is_healthy(after(&[FALL1_MAINT, begun, back])));
}

#[test]
fn with_fall_1_the_doubt_is_bounded_by_lastchg() {
    let aged = |seconds: u32| FALL1_BACK.replace(",1,0,,2,", &format!(",1,{seconds},,2,"));
    assert_eq!(after(&[FALL1_MAINT, FALL1_BACK, &aged(2)]), Unknown);
    assert!(is_healthy(after(&[FALL1_MAINT, FALL1_BACK, &aged(3)])));
    assert_eq!(after(&[&aged(2)]), Unknown, "first look soon after a change");
    assert!(is_healthy(after(&[&aged(3)])));
}

#[test]
fn a_second_maintenance_begins_the_doubt_again() {
    let again = FALL1_BACK.replace(",0,1,0,,2,", ",0,2,0,,2,").replace(",L4OK,,0,", ",L4OK,,1,");
    assert_eq!(after(&[FALL1_MAINT, FALL1_BACK, &again]), Unknown);
}

#[test]
fn what_another_worker_showed_is_forgotten() {
    let stale =
        "web,a,UP 1/3,1,1,0,2,0,60,,2,L4CON,,0,Connection refused,Layer4 connection problem,2,3,2,";
    let same = [answer_of(100, &[FALL3_UP]), answer_of(100, &[stale])];
    assert!(is_healthy(last_look(&same)));
    let reloaded = [answer_of(100, &[FALL3_UP]), answer_of(101, &[stale])];
    assert_eq!(last_look(&reloaded), Unknown);
}

#[test]
fn counters_that_went_back_begin_a_new_life() {
    let before = FALL1_MAINT.replace(",0,1,0,,2,", ",0,7,0,,2,");
    assert!(
        is_healthy(after(&[&before, FALL1_UP])),
        "a restart seen over HTTP, where no Pid shows"
    );
}
