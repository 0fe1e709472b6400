//! The channels between the parts.

use std::collections::BTreeMap;

use tokio::sync::{mpsc, watch};

use super::bulletin::Bulletin;
use super::ends::{Inputs, Order, Outputs};
use super::neighbors::Shared;
use crate::bfd_udp::Command;
use crate::clock;
use crate::control::Commands;
use crate::engine::{AddressReport, AddressWish, Notice};
use crate::health::Observation;
use crate::hook::Changes;
use crate::peer::Callers;
use crate::status::{
    Haproxies, History, HooksRun, ReloadRequest, Reloads, RouteQuestions, Saved, Source, TakenOver,
};
use crate::store::Words;

/// Looks on their way to the decider; one at a HAProxy may hold a thousand samples. A probe that finds
/// it full waits: it has nothing newer.
const OBSERVATIONS: usize = 16;
/// Reports of neighbours on their way to the decider; each neighbour waits for its own place.
const REPORTS: usize = 64;
/// Orders of signals and reloads; two are enough to stop.
const ORDERS: usize = 4;
/// Reloads that wait for the one under way.
const RELOADS: usize = 2;
/// Paths for BFD to watch; whoever has more of them waits.
const PATHS: usize = 16;
/// Words of operators on their way; more wait in their own connection.
const COMMANDS: usize = 4;

/// Both ends of everything.
pub(super) struct Wiring {
    pub(super) inputs: Inputs,
    pub(super) outputs: Outputs,
    pub(super) source: Source,
    pub(super) commands: Commands,
    pub(super) history: watch::Sender<History>,
    pub(super) words: watch::Receiver<Words>,
    pub(super) changes: watch::Receiver<Changes>,
    pub(super) saved: watch::Sender<Saved>,
    pub(super) hooks: watch::Sender<HooksRun>,
    pub(super) taken_over: watch::Sender<TakenOver>,
    pub(super) orders: mpsc::Sender<Order>,
    pub(super) observations: mpsc::Sender<Observation>,
    pub(super) reports: mpsc::Sender<AddressReport>,
    pub(super) wanted: watch::Receiver<AddressWish>,
    pub(super) shared: Shared,
    pub(super) haproxies: watch::Sender<Haproxies>,
    pub(super) callers: watch::Receiver<Callers>,
    pub(super) notices: watch::Sender<Option<Notice>>,
    pub(super) paths: mpsc::Receiver<Command>,
    pub(super) reloads: Reloads,
    pub(super) reload_requests: mpsc::Receiver<ReloadRequest>,
}

impl Wiring {
    /// No task runs yet.
    pub(super) fn new(history: History, bulletin: Bulletin) -> Self {
        let (history, _) = watch::channel(history);
        let (words, words_in) = watch::channel(Words::default());
        let (changes, changes_in) = watch::channel(Changes::default());
        let (saved, saved_in) = watch::channel(Saved::default());
        let (hooks, hooks_in) = watch::channel(HooksRun::default());
        let begun = TakenOver { at: clock::now(), refused: None };
        let (taken_over, taken_over_in) = watch::channel(begun);
        let (commands, commands_in) = mpsc::channel(COMMANDS);
        let (orders, orders_in) = mpsc::channel(ORDERS);
        let (observations, observations_in) = mpsc::channel(OBSERVATIONS);
        let (reports, reports_in) = mpsc::channel(REPORTS);
        let (carried, carried_in) = mpsc::channel(REPORTS);
        let (shown, shown_in) = mpsc::channel(REPORTS);
        let (addresses, wanted) = watch::channel(AddressWish::default());
        let (haproxies, haproxies_in) = watch::channel(Haproxies::default());
        let (callers, callers_in) = watch::channel(Callers::default());
        let (route_questions, route_questions_in) = watch::channel(RouteQuestions::default());
        let (bfd, paths) = mpsc::channel(PATHS);
        let (reloads, reload_requests) = mpsc::channel(RELOADS);
        let (notices, notices_in) = watch::channel(None);
        let (source, questions) = Source::new(route_questions_in, history.subscribe());
        let inputs = Inputs {
            orders: orders_in,
            commands: commands_in,
            notices: notices_in,
            observations: observations_in,
            carried: carried_in,
            shown: shown_in,
            reports: reports_in,
            questions,
        };
        Self {
            inputs,
            outputs: Outputs {
                neighbors: BTreeMap::new(),
                addresses,
                haproxies: haproxies_in,
                words,
                changes,
                saved: saved_in.clone(),
                hooks: hooks_in,
                taken_over: taken_over_in,
                bulletin,
            },
            source,
            commands: Commands { requests: commands, saved: saved_in, reloads: reloads.clone() },
            history,
            words: words_in,
            changes: changes_in,
            saved,
            hooks,
            taken_over,
            orders,
            observations,
            reports,
            wanted,
            haproxies,
            shared: Shared { carried, shown, callers, questions: route_questions, bfd },
            callers: callers_in,
            notices,
            paths,
            reloads,
            reload_requests,
        }
    }
}
