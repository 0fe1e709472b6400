use std::fmt;

/// A fault put between the parts of the agent on purpose. Each breaks a rule, and the rule must say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mutant {
    /// A plan that withdraws reaches the session seconds late.
    LateWithdrawal,
    /// A plan that withdraws never reaches the session of one neighbour.
    LostWithdrawal,
    /// A healthy sample that no check has taken.
    InventedSample,
    /// A report that everything wanted is bound.
    InventedReport,
    /// Addresses go as soon as their route is to be withdrawn.
    HastyRelease,
    /// Now and then a route is gone for a second.
    FlickeringRoute,
    /// Each UPDATE is written twice.
    Echo,
    /// The session is given a longer path than was decided.
    LongerPath,
    /// A change of state is not told.
    LostTransition,
    /// The loss of a session is not told.
    LostEvent,
    /// An orderly stop leaves the addresses.
    ForgottenAddress,
    /// Nobody dials, and nobody is let in.
    Deaf,
    /// No route of others is ever seen.
    Blind,
    /// The route of another that is gone is still seen.
    Haunted,
    /// Whose turn it may be waits for a moment only.
    Impatient,
    /// The routes of standbys and last sites do not say whose they are.
    Unmarked,
    /// What the cloud says of maintenance is not heard.
    UnheardNotice,
    /// That maintenance is over is not heard.
    EndlessMaintenance,
}

impl Mutant {
    pub(crate) const ALL: [Self; 18] = [
        Self::LateWithdrawal,
        Self::LostWithdrawal,
        Self::InventedSample,
        Self::InventedReport,
        Self::HastyRelease,
        Self::FlickeringRoute,
        Self::Echo,
        Self::LongerPath,
        Self::LostTransition,
        Self::LostEvent,
        Self::ForgottenAddress,
        Self::Deaf,
        Self::Blind,
        Self::Haunted,
        Self::Impatient,
        Self::Unmarked,
        Self::UnheardNotice,
        Self::EndlessMaintenance,
    ];

    /// The rule that must object, by the beginning of its words.
    pub(crate) fn breaks(self) -> &'static str {
        match self {
            Self::LateWithdrawal | Self::LostWithdrawal | Self::UnheardNotice => "a route outlived",
            Self::InventedSample => "announced before its first verdict",
            Self::InventedReport => "announced without its address",
            Self::HastyRelease => "an address went before",
            Self::FlickeringRoute => "withdrawn while healthy",
            Self::Echo => "said again",
            Self::LongerPath => "the table at",
            Self::LostTransition => "a change of state",
            Self::LostEvent => "counters of",
            Self::ForgottenAddress => "left bound",
            Self::Deaf => "no session",
            Self::Blind | Self::Impatient => "announced out of turn",
            Self::Haunted | Self::EndlessMaintenance => "not announced though",
            Self::Unmarked => "announced without its mark",
        }
    }
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
