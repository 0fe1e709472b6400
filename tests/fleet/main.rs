//! A fleet of agents around its route servers: what it costs them, and how long they are wrong. The
//! table of docs/scale.md comes from here: `cargo run --release --example fleet`.

mod model;

use std::fs;
use std::time::Duration;

use model::{
    BACKBONE, FARTHEST, Guard, INTER, Run, Settings, Story, Table, WAKE, flaps, outages, run,
};

const FLEET: Settings =
    Settings { sites: 30, regions: 3, seed: 1, damping: false, guard: Guard::Nothing, heard: None };

/// HAProxy looks, the agent hears of it, and the UPDATE arrives.
const REACTION: Duration =
    INTER.checked_add(WAKE).expect("small").checked_add(FARTHEST).expect("small");

const SECOND: Duration = Duration::from_secs(1);

/// A dependency of all sites that changes `changes` times, `every` so long, the last time for the better.
fn flap(changes: u32, every: Duration) -> Story {
    Story::of("flap", "", flaps(0..FLEET.sites, every, every * changes))
}

fn damped(settings: Settings) -> Settings {
    Settings { damping: true, ..settings }
}

#[test]
fn an_outage_is_wrong_for_no_longer_than_it_takes_to_see_and_to_tell() {
    for seed in 0..5 {
        let settings = Settings { seed, ..FLEET };
        let run = run(&settings, &Story::of("outage", "", outages(0..10)));
        assert_eq!(run.transitions, 20);
        assert_eq!(run.said, (2, 1), "a withdrawal and an announcement");
        assert_eq!((run.updates, run.peak <= 10), (20, true), "of ten sites, at a route server");
        assert_eq!(run.octets, (48, 28), "of an announcement, of a withdrawal");
        for wrong in [run.present, run.absent] {
            assert!(
                wrong.longest > Duration::ZERO && wrong.longest <= REACTION,
                "seed {seed}: {wrong:?}"
            );
            assert!(wrong.sum <= 10 * REACTION, "{wrong:?}");
        }
        assert!(run.dead.longest <= REACTION + BACKBONE, "{:?}", run.dead);
        assert_eq!(run.nowhere.sum, Duration::ZERO, "there are other regions");
    }
}

#[test]
fn without_damping_a_change_is_at_most_one_update_to_each_neighbour() {
    for (changes, every) in [(34, 300), (10, 150), (20, 1000)] {
        let run = run(&FLEET, &flap(changes, Duration::from_millis(every)));
        let sites = FLEET.sites as u64;
        let changes = u64::from(changes);
        assert!(run.said.0 <= changes, "{} UPDATEs of {changes} changes", run.said.0);
        assert!(run.updates <= changes * sites / FLEET.regions as u64);
        assert!(run.transitions <= changes * sites);
        assert!(run.present.longest <= REACTION && run.absent.longest <= REACTION);
        assert!(
            every < 200 || run.said.0 == changes,
            "slow enough for HAProxy to see each of them"
        );
    }
}

#[test]
fn with_damping_at_most_six_updates_go_to_a_neighbour_in_ten_seconds() {
    for (changes, every) in [(34, 300), (200, 300), (24, 5000)] {
        let story = flap(changes, Duration::from_millis(every));
        let run = run(&damped(FLEET), &story);
        assert!(run.said.1 <= 6, "{} UPDATEs within ten seconds", run.said.1);
        assert_eq!(run.said.0, 6, "three falls, two returns, and one when it is over");
        assert!(run.present.longest <= REACTION, "bad news is not damped: {:?}", run.present);
        // The defaults of `health.damping`: nothing that has stopped falling is kept for longer.
        let bound = story.end() + Duration::from_secs(60) + REACTION;
        assert!(run.absent.longest <= bound, "{:?}", run.absent);
    }
}

#[test]
fn a_site_says_the_same_whatever_happens_at_the_others() {
    let site = 17;
    let heard = Settings { heard: Some(site), ..FLEET };
    for settings in [heard, damped(heard)] {
        let (every, lasts) = (Duration::from_millis(300), 10 * SECOND);
        let together = run(&settings, &Story::of("all", "", flaps(0..FLEET.sites, every, lasts)));
        let alone = run(&settings, &Story::of("one", "", flaps(site..site + 1, every, lasts)));
        assert!(alone.heard.len() > 4, "{}", alone.heard.len());
        assert_eq!(alone.heard, together.heard, "the same octets at the same times");
        assert!(alone.transitions < together.transitions);
    }
}

#[test]
fn a_route_server_sees_its_own_region_only() {
    let story = Story::of("outage", "", outages(0..10));
    let larger = Settings { sites: 60, regions: 6, ..FLEET };
    let (few, many) = (run(&FLEET, &story), run(&larger, &story));
    let of =
        |run: &Run| (run.transitions, run.updates, run.peak, run.said, run.present, run.absent);
    assert_eq!(of(&few), of(&many));
}

#[test]
fn a_guard_keeps_an_address_that_is_dead_everywhere() {
    let story = Story::of("outage", "", outages(0..FLEET.sites));
    let bare = run(&FLEET, &story);
    assert!(bare.nowhere.worst > 59 * SECOND, "{:?}", bare.nowhere);
    // `wait` is three seconds.
    let last_site = run(&FLEET, &story.clone().guarded(Guard::LastSite));
    assert!(last_site.nowhere.worst < 4 * SECOND, "{:?}", last_site.nowhere);
    assert!(last_site.dead.worst > 55 * SECOND, "better a sick answer: {:?}", last_site.dead);
    assert!(last_site.said.0 <= 4, "one that comes and yields, and no more: {:?}", last_site.said);
    assert_eq!(last_site.absent.longest, bare.absent.longest, "healthy sites do not wait");
    let last_resort = run(&FLEET, &story.clone().guarded(Guard::LastResort));
    assert_eq!(last_resort.nowhere.sum, Duration::ZERO);
    assert_eq!(last_resort.said, (2, 1), "a longer path, and the usual one again");
}

#[test]
fn damping_of_what_all_sites_share_takes_the_address_away_and_a_guard_gives_it_back() {
    let story = flap(24, 5 * SECOND);
    let bare = run(&damped(FLEET), &story);
    let guarded = run(&damped(FLEET), &story.clone().guarded(Guard::LastSite));
    assert!(bare.nowhere.worst > 100 * SECOND, "{:?}", bare.nowhere);
    assert!(guarded.nowhere.worst < 10 * SECOND, "{:?}", guarded.nowhere);
}

#[test]
fn a_rollout_with_a_drain_is_not_noticed() {
    let run = play("rollout");
    assert_eq!(run.said.0, 4, "a longer path, withdrawal, End-of-RIB, announcement");
    assert!(run.absent.longest <= 2 * FARTHEST, "{:?}", run.absent);
    for never in [run.present, run.dead, run.nowhere] {
        assert_eq!(never.sum, Duration::ZERO);
    }
}

#[test]
fn restarts_are_felt_for_as_long_as_the_agent_is_away() {
    let run = play("restarts");
    assert_eq!(run.said.0, 2, "End-of-RIB, announcement");
    assert!(run.absent.longest >= 3 * SECOND, "{:?}", run.absent);
    assert!(run.absent.longest <= 3 * SECOND + WAKE + 8 * FARTHEST, "{:?}", run.absent);
    assert_eq!((run.present.sum, run.nowhere.sum), Default::default());
}

#[test]
fn a_route_server_that_returns_gets_every_route_once() {
    let run = play("server");
    let clients = FLEET.sites / FLEET.regions;
    assert_eq!(run.updates, 2 * clients as u64, "an announcement and End-of-RIB of each");
    assert!(
        run.absent.longest <= 60 * SECOND,
        "the longest pause between attempts: {:?}",
        run.absent
    );
    assert_eq!((run.present.sum, run.transitions), Default::default());
}

#[test]
fn a_network_that_is_gone_is_missed_within_the_hold_time() {
    let run = play("cut");
    assert!(run.present.longest <= Duration::from_secs(90) + FARTHEST, "{:?}", run.present);
    assert!(run.present.longest >= Duration::from_secs(60), "{:?}", run.present);
    assert!(run.dead.worst <= run.present.longest + BACKBONE);
    // Back within the longest pause between two attempts, and the attempt that was under way.
    assert!(run.absent.longest <= Duration::from_secs(75), "{:?}", run.absent);
    assert_eq!(run.transitions, 0, "the agents themselves are well");
}

#[test]
fn the_same_seed_is_the_same_run() {
    let settings = Settings { heard: Some(3), ..FLEET };
    let story = flap(10, Duration::from_millis(300));
    assert_eq!(run(&settings, &story), run(&settings, &story));
    assert_ne!(run(&settings, &story).heard, run(&Settings { seed: 2, ..settings }, &story).heard);
}

/// A story of the table, in a small fleet.
fn play(name: &str) -> Run {
    let stories = Story::all(&FLEET);
    let story = stories.iter().find(|story| story.name == name);
    run(&FLEET, story.expect("a story of that name"))
}

/// Those rows that a debug build has in seconds; `.ci/run` compares all of them.
#[test]
fn the_document_has_what_the_simulation_shows() {
    let settings = Settings { sites: 1000, regions: 10, ..FLEET };
    let mut stories = Story::all(&settings);
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/scale.md");
    let text = fs::read_to_string(document).expect("docs/scale.md");
    for story in &stories {
        let (name, says) = (story.name, &story.says);
        assert!(
            text.contains(&format!("| {name} | {says} |")),
            "the document lacks {name}: {says}"
        );
    }
    stories.retain(|story| ["site", "region"].contains(&story.name));
    let table = Table::of(&settings, &stories).markdown();
    assert_eq!(table.lines().count(), 4, "{table}");
    for line in table.lines() {
        assert!(text.lines().any(|known| known == line), "the document lacks\n{line}");
    }
}
