use std::fmt;

/// The state of a session (RFC 5880 §4.1, §6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Held down by its operator; says nothing about the path.
    AdminDown,
    /// Nothing is heard, or the other side does not hear us.
    Down,
    /// We hear the other side; it has not said yet that it hears us.
    Init,
    /// Both sides hear each other.
    Up,
}

impl State {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 4] = [Self::AdminDown, Self::Down, Self::Init, Self::Up];

    /// The number in the Sta field, 0 to 3.
    pub fn code(self) -> u8 {
        match self {
            Self::AdminDown => 0,
            Self::Down => 1,
            Self::Init => 2,
            Self::Up => 3,
        }
    }

    /// The state of the two low bits of `code`.
    pub(super) fn from_code(code: u8) -> Self {
        Self::ALL[usize::from(code & 3)]
    }

    /// The name in status.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AdminDown => "admin-down",
            Self::Down => "down",
            Self::Init => "init",
            Self::Up => "up",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a session changed its state last (RFC 5880 §4.1): a number of five bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic(u8);

impl Diagnostic {
    /// 0: nothing has gone wrong.
    pub const NONE: Self = Self(0);
    /// 1: nothing was heard for the detection time.
    pub const DETECTION_TIME_EXPIRED: Self = Self(1);
    /// 3: the other side said so.
    pub const NEIGHBOR_DOWN: Self = Self(3);
    /// 7: the operator did it.
    pub const ADMINISTRATIVELY_DOWN: Self = Self(7);

    /// The number, 0 to 31.
    pub fn code(self) -> u8 {
        self.0
    }

    /// The diagnostic of the five low bits of `code`.
    pub(super) fn from_code(code: u8) -> Self {
        Self(code & 0x1f)
    }
}

impl fmt::Display for Diagnostic {
    /// The name in the IANA registry "BFD Diagnostic Codes", in lower case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.0 {
            0 => "no diagnostic",
            1 => "control detection time expired",
            2 => "echo function failed",
            3 => "neighbor signaled session down",
            4 => "forwarding plane reset",
            5 => "path down",
            6 => "concatenated path down",
            7 => "administratively down",
            8 => "reverse concatenated path down",
            code => return write!(f, "diagnostic {code}"),
        };
        f.pad(name)
    }
}
