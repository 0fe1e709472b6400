//! Whether HAProxy's `UP` rests on a check, or only on its optimism.
//!
//! HAProxy calls a server UP before any check has completed in two places: at the start of a worker
//! (so at every reload too), and when a server leaves maintenance. What follows is how each shows,
//! and how sure it is; `full` is rise+fall-1, the health of a server whose last check passed.
//!
//! | seen on an UP server | means | sure? |
//! |---|---|---|
//! | `check_status` INI or UNK | no check completed in this worker | yes |
//! | passing result, health below full | left maintenance (health is put to rise), the result is old | yes |
//! | passing result, health full, fall > 1 | the last check passed: any pass lifts health to full | yes |
//! | failing result, health above rise | failing now, still in service | yes |
//! | failing result, health at rise | failing now, or old: memory decides | by memory |
//! | failing result, fall 1 | old: a failure would have made it DOWN | yes |
//! | passing result, fall 1 | health is full either way: memory decides | by memory |
//!
//! Memory knows which servers were in maintenance when last seen, and compares `chkdown`: it counts
//! each way out of UP, so maintenance entered and left between two polls shows as well. A server that
//! memory doubts is proven by a check seen to complete (its result changes, or the mark of a running
//! check comes and goes). With fall 1 and a result that looks the same each time nothing shows, so
//! [`SETTLED`] bounds the doubt: that much is an assumption, wrong only for `inter` above it.

use super::answer::{Check, CheckResult, Server};

/// Seconds of `lastchg` after which a fall-1 server is believed to have been checked: HAProxy's
/// default `inter` of 2 s, and one more because `lastchg` counts whole seconds.
const SETTLED: u64 = 3;

/// What one answer leaves behind about a server, for the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Memory {
    /// How far its state is backed by checks.
    pub(super) proof: Proof,
    /// The last result in full: HAProxy clears code and info when the next check begins.
    pub(super) result: Option<CheckResult>,
    downs: u64,
    failures: u64,
}

/// How far a server's state is backed by checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Proof {
    /// In service, and a check has completed since it came into service.
    Checked,
    /// In service by HAProxy's word alone.
    Awaited(Doubt),
    /// HAProxy's checks took it out of service.
    Down,
    /// In maintenance: not checked, and nothing known when it returns.
    Away,
}

/// Why a server in service is not believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Doubt {
    /// The result that may be an old one; `None` when there was none at all.
    old: Option<CheckResult>,
    /// Whether a check was seen running since.
    running: bool,
}

impl Doubt {
    /// The doubt in words.
    pub(super) fn words(&self) -> &'static str {
        match self.old {
            None => "not checked yet",
            Some(_) => "not checked since maintenance",
        }
    }

    fn starting_at(check: &Check) -> Self {
        let old = (!check.never_completed()).then(|| check.result.clone());
        Self { old, running: check.running }
    }

    /// Whether a check has completed since the doubt began. While one runs the result shows less
    /// than before, which is no evidence.
    fn is_settled_by(&self, check: &Check) -> bool {
        !check.running && (self.running || self.old.as_ref() != Some(&check.result))
    }
}

impl Check {
    fn never_completed(&self) -> bool {
        matches!(self.result.status.as_str(), "INI" | "UNK")
    }

    fn passed(&self) -> bool {
        self.result.passed()
    }

    fn is_full(&self) -> bool {
        self.health + 1 >= self.rise + self.fall
    }
}

impl Memory {
    /// What `server` is now, given what it was when last seen in the same worker.
    pub(super) fn next(before: Option<&Self>, server: &Server) -> Self {
        // A counter that went back belongs to another life: what was remembered no longer holds.
        let before = before.filter(|memory| memory.downs <= server.downs);
        let proof = match &server.check {
            _ if server.status.starts_with("MAINT") => Proof::Away,
            _ if server.status.starts_with("DOWN") => Proof::Down,
            // Without a check of its own there is nothing to wait for.
            None => Proof::Checked,
            Some(check) => in_service(before, server, check),
        };
        let failures = server.check.as_ref().map_or(0, |check| check.failures);
        let result = server.check.as_ref().map(|check| last_result(before, check));
        Self { proof, result, downs: server.downs, failures }
    }
}

fn last_result(before: Option<&Memory>, check: &Check) -> CheckResult {
    before
        .and_then(|memory| memory.result.as_ref())
        .filter(|result| check.running && result.status == check.result.status)
        .unwrap_or(&check.result)
        .clone()
}

impl CheckResult {
    /// Whether the last completed check passed (HAProxy's `check_statuses` table, `CHK_RES_PASSED`
    /// and `CHK_RES_CONDPASS`).
    pub(super) fn passed(&self) -> bool {
        matches!(self.status.as_str(), "L4OK" | "L6OK" | "L7OK" | "L7OKC" | "PROCOK")
    }
}

/// The table above, line by line.
fn in_service(before: Option<&Memory>, server: &Server, check: &Check) -> Proof {
    let doubted = || match before {
        Some(Memory { proof: Proof::Awaited(doubt), downs, .. }) if *downs == server.downs => {
            Proof::Awaited(Doubt { old: doubt.old.clone(), running: check.running })
        }
        _ => Proof::Awaited(Doubt::starting_at(check)),
    };
    if check.never_completed() || (check.passed() && !check.is_full()) {
        return doubted();
    }
    match (check.passed(), check.fall > 1) {
        (true, true) => Proof::Checked,
        (false, true) if check.health > check.rise => Proof::Checked,
        (false, false) => doubted(),
        (true, false) | (false, true) if is_backed(before, server, check) => Proof::Checked,
        (true, false) | (false, true) => doubted(),
    }
}

/// The lines of the table where one answer alone does not tell.
fn is_backed(before: Option<&Memory>, server: &Server, check: &Check) -> bool {
    let settled = check.passed() && server.last_change >= SETTLED;
    let Some(before) = before else {
        return check.passed() && (server.downs == 0 || settled);
    };
    let left_service = server.downs != before.downs;
    match &before.proof {
        Proof::Checked if left_service => check.passed() && check.failures != before.failures,
        Proof::Checked => true,
        // Only a check (or maintenance, after which an old failure still shows) ends DOWN.
        Proof::Down => check.passed(),
        Proof::Awaited(_) | Proof::Away if settled => true,
        Proof::Awaited(doubt) => check.passed() && !left_service && doubt.is_settled_by(check),
        Proof::Away => false,
    }
}
