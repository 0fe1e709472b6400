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
}

impl Mutant {
    pub(crate) const ALL: [Self; 12] = [
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
    ];

    /// The rule that must object, by the beginning of its words.
    pub(crate) fn breaks(self) -> &'static str {
        match self {
            Self::LateWithdrawal | Self::LostWithdrawal => "a route outlived",
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
        }
    }
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
