use std::process::ExitCode;

/// How a command has ended.
#[derive(Debug, Clone, Copy)]
#[repr(u8)]
pub(super) enum Exit {
    Done = 0,
    No = 1,
    Usage = 2,
    NoAgent = 3,
    Refused = 4,
}

/// What each means, for the help and the manual.
pub(super) const EXIT_STATUS: [(Exit, &str); 5] = [
    (Exit::Done, "done"),
    (
        Exit::No,
        "no: faults in the configuration; not healthy (--exit-code); drain --wait waited in vain; \
         the agent could not start",
    ),
    (Exit::Usage, "wrong usage"),
    (Exit::NoAgent, "no agent reachable, or no permission to use its socket"),
    (Exit::Refused, "refused by the agent"),
];

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
