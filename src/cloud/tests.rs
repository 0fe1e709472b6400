use std::time::{Duration, Instant};

use jiff::{Timestamp, ToSpan};

use super::notice::{Announced, Begins, due};

const LEAD: Duration = Duration::from_secs(60);

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn at(id: &str, seconds_from_now: i64) -> Announced {
    let begins = Begins::At(now() + seconds_from_now.seconds());
    Announced { id: id.into(), what: format!("maintenance {id}"), begins }
}

/// Which announcement is due, and how many seconds are left.
fn due_of(announced: &[Announced]) -> Option<(&str, u64)> {
    let instant = Instant::now();
    let (one, notice) = due(announced, LEAD, now(), instant)?;
    Some((one.id.as_str(), (notice.before - instant).as_secs()))
}

#[test]
fn an_announcement_is_due_from_lead_before_its_time() {
    assert_eq!(due_of(&[at("a", 61)]), None);
    assert_eq!(due_of(&[at("a", 60)]), Some(("a", 60)));
    assert_eq!(due_of(&[at("a", 1)]), Some(("a", 1)));
    assert_eq!(due_of(&[]), None);
}

#[test]
fn one_whose_time_is_over_is_due_until_it_is_withdrawn() {
    assert_eq!(due_of(&[at("a", -3600)]), Some(("a", 0)));
}

#[test]
fn of_several_the_earliest_counts() {
    let started = Announced { id: "b".into(), what: "b".into(), begins: Begins::Now };
    assert_eq!(due_of(&[at("a", 50), at("c", 20)]), Some(("c", 20)));
    assert_eq!(due_of(&[at("a", 50), started]), Some(("b", 0)));
}

#[test]
fn a_notice_names_all_events_that_are_due() {
    let announced = [at("a", 50), at("b", 20), at("c", 61)];
    let (_, notice) = due(&announced, LEAD, now(), Instant::now()).unwrap();
    assert_eq!(notice.events, ["a".to_owned(), "b".to_owned()].into());
}

#[test]
fn the_words_do_not_change_while_time_passes() {
    let announced = [at("a", 50)];
    let words = |now| {
        due(&announced, LEAD, now, Instant::now()).map(|(_, notice)| notice.because.to_string())
    };
    let said = "maintenance a, not before 2026-11-21T12:00:50Z";
    assert_eq!(words(now()).as_deref(), Some(said));
    assert_eq!(words(now() + 90.seconds()).as_deref(), Some(said));
}

#[test]
fn what_a_provider_writes_is_made_fit_to_be_shown() {
    let what = "Freeze (host\u{1b}[31m\nupdate)".to_owned();
    let announced = [Announced { id: "a".into(), what, begins: Begins::Now }];
    let (_, notice) = due(&announced, LEAD, now(), Instant::now()).unwrap();
    assert_eq!(notice.because.as_str(), "Freeze (host [31m update), now");
}
