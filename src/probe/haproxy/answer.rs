use std::collections::BTreeMap;

/// One complete answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Answer {
    /// The worker that answered; the stats page over HTTP does not tell.
    pub(super) worker: Option<Worker>,
    /// The status of every frontend, such as `OPEN`.
    pub(super) frontends: BTreeMap<String, String>,
    /// The sessions that every frontend has now (`scur`).
    pub(super) frontend_sessions: BTreeMap<String, u64>,
    /// Every backend.
    pub(super) backends: BTreeMap<String, Backend>,
}

/// A worker process, from `show info`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Worker {
    /// Its process id: another one after a reload or a restart.
    pub(super) pid: u32,
    /// Whether it is an old worker that only finishes its connections; its checks have stopped.
    pub(super) stopping: bool,
}

/// A backend with its servers in the order of HAProxy's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Backend {
    /// The status of the BACKEND row; `UP` also without any server.
    pub(super) status: String,
    /// The sessions that it has now (`scur`).
    pub(super) sessions: u64,
    /// Its servers.
    pub(super) servers: Vec<Server>,
}

/// A server row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    /// Its name within the backend.
    pub(super) name: String,
    /// The status as written, such as `UP 1/3` or `MAINT (via a/b)`.
    pub(super) status: String,
    /// The effective weight; a server of weight 0 gets no new traffic.
    pub(super) weight: u32,
    /// Whether it serves only when no active server is left.
    pub(super) backup: bool,
    /// `BACKEND/SERVER` whose checks decide about this one (`track`).
    pub(super) tracked: Option<String>,
    /// Its own health check, when it has one that is not paused.
    pub(super) check: Option<Check>,
    /// How often it left service (`chkdown`): by checks, or by going into maintenance from UP.
    pub(super) downs: u64,
    /// Whole seconds since the status changed (`lastchg`).
    pub(super) last_change: u64,
}

/// The health check columns of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Check {
    /// What the last completed check left; stale after maintenance.
    pub(super) result: CheckResult,
    /// Whether a check is running at this moment (the `* ` in front of `check_status`).
    pub(super) running: bool,
    /// Failed checks so far (`chkfail`).
    pub(super) failures: u64,
    /// Passed checks in a row that make a server UP.
    pub(super) rise: u32,
    /// Failed checks in a row that make it DOWN.
    pub(super) fall: u32,
    /// 0 to rise-1 is DOWN, rise to rise+fall-1 is UP.
    pub(super) health: u32,
}

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CheckResult {
    /// `check_status` without the mark, such as `L7OK`.
    pub(super) status: String,
    /// `check_code`, such as an HTTP status.
    pub(super) code: String,
    /// `check_duration` in milliseconds.
    pub(super) duration: String,
    /// What the check said (`last_chk`), or what its status means (`check_desc`).
    pub(super) info: String,
}

/// Why a text is not an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    /// The command needs a higher level than the socket has.
    #[error(
        "HAProxy refused `show stat`: permission denied; set `level user` or higher on the stats socket"
    )]
    Level,
    /// No `# pxname,...` line.
    #[error(
        "no `# pxname` header in what answered (it begins with {0:?}); is this HAProxy's stats socket or page?"
    )]
    NoHeader(String),
    /// A column that every known version has is missing.
    #[error("the answer has no column `{0}`")]
    NoColumn(&'static str),
    /// Not CSV.
    #[error("the answer is not CSV: {0}")]
    Csv(String),
}

impl Answer {
    /// The server that a `track` reference names.
    pub(super) fn server(&self, reference: &str) -> Option<&Server> {
        let (backend, name) = reference.split_once('/')?;
        self.backends.get(backend)?.servers.iter().find(|server| server.name == name)
    }
}
