use std::collections::BTreeSet;
use std::time::Duration;

use herald::cloud;
use herald::config::{Maintenance, Metadata, Provider};
use herald::engine::Notice;
use herald::status::{History, RouteQuestions, Source};
use jiff::{Timestamp, ToSpan};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::fake::{Fake, World, events, gmt};
use crate::support::wait::SOON;

const OWN: &str = "nva-1";

/// A watch over a fake cloud, and the notice it holds.
struct Watched {
    fake: Fake,
    notices: watch::Receiver<Option<Notice>>,
    task: JoinHandle<()>,
}

impl Watched {
    fn over(provider: Provider, world: World) -> Self {
        let fake = Fake::start(None, World { name: OWN.into(), ..world });
        let metadata = Metadata {
            provider: None,
            endpoint: Some(fake.endpoint()),
            timeout: Duration::from_secs(5),
        };
        let maintenance = Maintenance {
            provider,
            lead: Duration::from_secs(60),
            poll_interval: Duration::from_millis(10),
            acknowledge: false,
        };
        let (sender, notices) = watch::channel(None);
        let (source, _) = Source::new(
            watch::channel(RouteQuestions::default()).1,
            watch::channel(History::default()).1,
        );
        let task = tokio::spawn(cloud::watch(metadata, maintenance, sender, source));
        Self { fake, notices, task }
    }

    /// Waits until there is a notice, and gives its words.
    async fn becomes_due(&mut self) -> String {
        let found = timeout(SOON, self.notices.wait_for(Option::is_some)).await;
        let notice = found.expect("a notice in time").expect("the watch lives").clone();
        notice.expect("a notice").because.to_string()
    }

    /// Waits until the words of the notice end so, and gives the events it is about.
    async fn says(&mut self, end: &str) -> BTreeSet<String> {
        let says = |notice: &Option<Notice>| {
            notice.as_ref().is_some_and(|notice| notice.because.as_str().ends_with(end))
        };
        let found = timeout(SOON, self.notices.wait_for(says)).await;
        let notice = found.expect("these words in time").expect("the watch lives").clone();
        notice.expect("a notice").events
    }

    /// Waits until there is none.
    async fn is_over(&mut self) {
        let found = timeout(SOON, self.notices.wait_for(Option::is_none)).await;
        found.expect("the end of the notice in time").expect("the watch lives");
    }

    /// Waits for two whole looks, after which nothing of before is still on its way.
    async fn looks_twice(&self) {
        let before = self.fake.world().asked;
        let looked = async {
            while self.fake.world().asked < before + 6 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(SOON, looked).await.expect("the service is asked again");
    }

    async fn stays_quiet(&mut self) {
        self.looks_twice().await;
        assert_eq!(*self.notices.borrow(), None);
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[tokio::test]
async fn azure_events_count_when_they_name_this_machine_and_are_near() {
    let told = World { events: Some(events("another-one", "")), ..World::default() };
    let mut watched = Watched::over(Provider::Azure, told);
    watched.stays_quiet().await;
    watched.fake.change(|world| world.events = Some(events(OWN, &gmt(3600))));
    watched.stays_quiet().await;

    watched.fake.change(|world| world.events = Some(events("NVA-1", &gmt(30))));
    let because = watched.becomes_due().await;
    let what = "Azure announces Freeze (Host server is undergoing maintenance.), not before 20";
    assert!(because.starts_with(what), "{because}");

    let none = r#"{"DocumentIncarnation":2,"Events":[]}"#;
    watched.fake.change(|world| world.events = Some(none.into()));
    watched.is_over().await;
}

#[tokio::test]
async fn an_event_that_starts_has_other_words_and_is_the_same_event() {
    let told = World { events: Some(events(OWN, &gmt(30))), ..World::default() };
    let mut watched = Watched::over(Provider::Azure, told);
    let announced = watched.says("Z").await;
    assert_eq!(announced, ["C7061BAC-AFDC".to_owned()].into());
    watched.fake.change(|world| world.events = Some(events(OWN, "")));
    assert_eq!(watched.says(", now").await, announced);
}

#[tokio::test]
async fn a_service_that_fails_leaves_the_notice_as_it_is() {
    let told = World { events: Some(events(OWN, "")), ..World::default() };
    let mut watched = Watched::over(Provider::Azure, told);
    let because = watched.becomes_due().await;
    assert!(because.ends_with("now"), "an event that has started: {because}");
    for events in [None, Some("<html>".to_owned()), Some(events(OWN, "next Monday"))] {
        watched.fake.change(|world| world.events = events);
        watched.looks_twice().await;
        assert!(watched.notices.borrow().is_some(), "no answer is not the end of the notice");
    }
}

#[tokio::test]
async fn a_spot_notice_is_due_in_its_last_minute() {
    let mut watched = Watched::over(Provider::Aws, World::default());
    watched.stays_quiet().await;
    let action = |in_seconds: i64| {
        let at = Timestamp::now() + in_seconds.seconds();
        Some(format!(r#"{{"action":"terminate","time":"{at:.0}"}}"#))
    };
    watched.fake.change(|world| world.spot = action(110));
    watched.stays_quiet().await;
    watched.fake.change(|world| world.spot = action(50));
    let because = watched.becomes_due().await;
    assert!(because.contains("this spot instance will terminate"), "{because}");
    watched.fake.change(|world| world.spot = None);
    watched.is_over().await;
}

#[tokio::test]
async fn a_live_migration_of_google_is_due_at_once() {
    let world = World { maintenance: "NONE".into(), ..World::default() };
    let mut watched = Watched::over(Provider::Gcp, world);
    watched.stays_quiet().await;
    watched.fake.change(|world| world.maintenance = "MIGRATE_ON_HOST_MAINTENANCE".into());
    let because = watched.becomes_due().await;
    assert!(because.contains("MIGRATE_ON_HOST_MAINTENANCE"), "{because}");
    watched.fake.change(|world| world.maintenance = "NONE".into());
    watched.is_over().await;
}
