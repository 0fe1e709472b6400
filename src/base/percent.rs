use std::fmt;

/// A share from 0 to 100 percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(u8);

impl Percent {
    /// Nothing of it.
    pub const ZERO: Self = Self(0);
    /// All of it.
    pub const FULL: Self = Self(100);

    /// `value` percent, when it is 100 or less.
    pub fn new(value: u8) -> Option<Self> {
        (value <= 100).then_some(Self(value))
    }

    /// `part` of `whole`, rounded down; nothing of nothing is zero, more than all is all.
    pub fn of(part: usize, whole: usize) -> Self {
        match (part * 100).checked_div(whole) {
            Some(share) => Self(share.min(100) as u8),
            None => Self::ZERO,
        }
    }

    /// The number, 0 to 100.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}
