//! What a reload has to ask others about, before anything is changed: the file, which may lie on a disk
//! that hangs, and every HAProxy.
//!
//! ```text
//! control, SIGHUP ─ReloadRequest▶ look (one at a time) ─Looked▶ Supervisor: refuse, or change at once
//!                                   └── told to stop ──▶ dropped, and so is every later one
//! ```
//!
//! The task takes its time and nobody waits for it but who has asked; it takes less than whoever asks
//! over the control socket has patience for. Who has lost it nevertheless is told that nothing was done,
//! so nothing is.

use std::future::pending;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::bulletin::Bulletin;
use super::error::StartError;
use super::world;
use crate::aside::Aside;
use crate::config::{self, Config, Loaded};
use crate::status::ReloadRequest;

/// How long a disk may take.
const READ: Duration = Duration::from_secs(4);

/// A request, and what there is to know for it.
pub(super) struct Looked {
    pub(super) request: ReloadRequest,
    /// The file as it is now, or why it cannot be taken over.
    pub(super) file: Result<Loaded, Refusal>,
    /// Whether the world has what the file names. A dry run does not ask.
    pub(super) world: Result<(), StartError>,
}

/// Why a file does not hold.
pub(super) struct Refusal {
    /// In one line.
    pub(super) line: String,
    /// With every fault and its place.
    pub(super) whole: String,
}

impl From<String> for Refusal {
    fn from(line: String) -> Self {
        Self { whole: line.clone(), line }
    }
}

/// The agent's file, and where the agent has found itself at its start.
pub(super) struct Looker {
    path: PathBuf,
    region: Option<String>,
    bulletin: Bulletin,
    aside: Aside,
}

impl Looker {
    /// For the file at `path`, from which `config` was read at the start.
    pub(super) fn new(path: PathBuf, config: &Config, bulletin: Bulletin) -> Self {
        let region = config.agent.region.name().map(ToString::to_string);
        Self { path, region, bulletin, aside: Aside::default() }
    }

    /// Looks for each request, until `stopping` says so; never ends.
    pub(super) async fn run(
        mut self,
        mut requests: mpsc::Receiver<ReloadRequest>,
        looked: mpsc::Sender<Looked>,
        mut stopping: watch::Receiver<bool>,
    ) {
        let told_to_stop = async {
            // Its sender lives as long as signals are caught.
            if stopping.wait_for(|stopping| *stopping).await.is_err() {
                pending().await
            }
        };
        let look = async {
            while let Some(request) = requests.recv().await {
                // It fails only when the agent goes down.
                let _ = looked.send(self.look(request).await).await;
            }
        };
        tokio::select! {
            () = told_to_stop => {}
            () = look => {}
        }
        // Whoever asks now is told that the agent goes down, by the end of his channel.
        while requests.recv().await.is_some() {}
        pending().await
    }

    async fn look(&mut self, request: ReloadRequest) -> Looked {
        if !request.dry_run {
            self.bulletin.reloading();
        }
        let file = self.load().await;
        let world = match &file {
            Ok(loaded) if !request.dry_run => world::check(&loaded.config).await.map(drop),
            Ok(_) | Err(_) => Ok(()),
        };
        Looked { request, file, world }
    }

    async fn load(&mut self) -> Result<Loaded, Refusal> {
        let path = self.path.clone();
        let loaded = timeout(READ, self.aside.ask(move || config::load(&path))).await;
        let late =
            |_| Refusal::from(format!("{} cannot be read within {READ:?}", self.path.display()));
        let loaded = loaded.map_err(late)?.map_err(|error| Refusal::from(error.to_string()))?;
        let mut loaded =
            loaded.map_err(|faults| Refusal { line: faults.line(), whole: faults.to_string() })?;
        if let Some(region) = &self.region {
            let settled = loaded.config.in_region(region);
            loaded.config = settled.map_err(|error| Refusal::from(error.to_string()))?;
        }
        Ok(loaded)
    }
}
