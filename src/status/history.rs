use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

use super::event::{Event, Happening};

/// How many events are remembered while the agent runs.
const MOST: usize = 1000;
/// How many events of each service survive a restart; the same number of those of no service.
const KEPT: usize = 100;

/// The last events: a ring with numbers, oldest first.
#[derive(Debug, Clone, Default)]
pub struct History {
    events: VecDeque<Arc<Event>>,
    /// The id of the newest event.
    last: u64,
}

impl History {
    /// Goes on after what an earlier life has left; the order of its ids counts.
    pub fn restored(mut events: Vec<Event>) -> Self {
        events.sort_by_key(|event| event.id);
        events.dedup_by_key(|event| event.id);
        let last = events.last().map_or(0, |event| event.id);
        let surplus = events.len().saturating_sub(MOST);
        let events = events.into_iter().skip(surplus).map(Arc::new).collect();
        Self { events, last }
    }

    /// Remembers what happened; the oldest is forgotten when there is no room.
    pub fn push(&mut self, at: Timestamp, what: Happening) {
        self.last += 1;
        if self.events.len() == MOST {
            self.events.pop_front();
        }
        self.events.push_back(Arc::new(Event { id: self.last, at, what }));
    }

    /// The id of the newest event; 0 before the first.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// The events after `id` that are remembered, oldest first. An id that is not reached yet belongs
    /// to a history that is lost, so that all events are news.
    pub fn since(&self, id: u64) -> impl DoubleEndedIterator<Item = &Arc<Event>> {
        let id = if id > self.last { 0 } else { id };
        self.events.iter().skip(self.events.partition_point(|event| event.id <= id))
    }

    /// What survives a restart, oldest first.
    pub fn kept(&self) -> Vec<Arc<Event>> {
        let mut counts: BTreeMap<Option<&str>, usize> = BTreeMap::new();
        let mut kept: Vec<_> = self
            .events
            .iter()
            .rev()
            .filter(|event| {
                let count = counts.entry(owner(event)).or_default();
                *count += 1;
                *count <= KEPT
            })
            .cloned()
            .collect();
        kept.reverse();
        kept
    }
}

fn owner(event: &Event) -> Option<&str> {
    match &event.what {
        Happening::Service { service, .. } => Some(service),
        Happening::Command { service, .. } => service.as_deref(),
        Happening::Agent { .. }
        | Happening::Neighbor { .. }
        | Happening::Bfd { .. }
        | Happening::Reload { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(service: &str) -> Happening {
        let text = |text: &str| text.to_owned();
        let (from, to, because) = (text("up"), text("down"), text("said so"));
        Happening::Service { service: text(service), from, to, because }
    }

    fn filled(count: usize) -> History {
        let mut history = History::default();
        (0..count).for_each(|_| history.push(Timestamp::UNIX_EPOCH, change("web")));
        history
    }

    fn ids<'a>(events: impl IntoIterator<Item = &'a Arc<Event>>) -> Vec<u64> {
        events.into_iter().map(|event| event.id).collect()
    }

    #[test]
    fn ids_count_from_one_and_since_gives_what_came_after() {
        let history = filled(3);
        assert_eq!(ids(history.since(0)), [1, 2, 3]);
        assert_eq!(ids(history.since(2)), [3]);
        assert_eq!(ids(history.since(3)), [0; 0]);
        assert_eq!(history.last(), 3);
    }

    #[test]
    fn the_oldest_make_room_and_ids_go_on() {
        let history = filled(MOST + 5);
        let all = ids(history.since(0));
        assert_eq!((all.len(), all[0], all[MOST - 1]), (MOST, 6, 1005));
        assert_eq!(ids(history.since(3)).len(), MOST, "what is forgotten is not waited for");
        assert_eq!(ids(history.since(1003)), [1004, 1005]);
    }

    #[test]
    fn an_id_of_a_lost_history_makes_everything_news() {
        assert_eq!(ids(filled(2).since(77)), [1, 2]);
    }

    #[test]
    fn a_hundred_of_each_service_survive_and_ids_go_on_after_them() {
        let mut history = History::default();
        history.push(Timestamp::UNIX_EPOCH, change("quiet"));
        (0..300).for_each(|_| history.push(Timestamp::UNIX_EPOCH, change("busy")));
        let started = || Happening::Agent { to: "started".to_owned(), because: String::new() };
        history.push(Timestamp::UNIX_EPOCH, started());
        let kept = history.kept();
        assert_eq!(kept.len(), 1 + KEPT + 1);
        assert!(
            kept[0].concerns("quiet"),
            "a busy neighbour does not cost a quiet one its history"
        );
        let mut restored = History::restored(kept.iter().map(|event| (**event).clone()).collect());
        assert_eq!(restored.last(), 302);
        restored.push(Timestamp::UNIX_EPOCH, started());
        assert_eq!(ids(restored.since(302)), [303]);
    }

    #[test]
    fn restored_events_are_bounded_and_in_order_whatever_the_file_says() {
        let event = |id| Event { id, at: Timestamp::UNIX_EPOCH, what: change("web") };
        let many = (1..=2000).rev().chain([5, 5]).map(event).collect();
        let restored = History::restored(many);
        let all = ids(restored.since(0));
        assert_eq!((all.len(), all[0], all[MOST - 1]), (MOST, 1001, 2000));
    }

    #[test]
    fn a_command_for_all_concerns_every_service() {
        let command = |service: Option<&str>| Event {
            id: 1,
            at: Timestamp::UNIX_EPOCH,
            what: Happening::Command {
                service: service.map(str::to_owned),
                word: "drain".to_owned(),
                by: "root".to_owned(),
                because: "upgrade".to_owned(),
            },
        };
        assert!(command(None).concerns("web") && command(Some("web")).concerns("web"));
        assert!(!command(Some("dns")).concerns("web"));
        let all = command(None);
        assert_eq!(all.what.to_string(), "all services: upgrade (root)");
        let json = serde_json::to_value(&all).unwrap();
        assert_eq!(json["kind"], "command");
        assert_eq!(serde_json::from_value::<Event>(json).unwrap(), all);
    }
}
