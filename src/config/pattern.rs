use std::fmt;
use std::str::FromStr;

use regex::bytes::{Regex, RegexBuilder};

/// A regular expression over octets: what servers answer need not be text. Classes such as `\w` mean
/// ASCII, and `(?i)` folds ASCII letters only.
#[derive(Clone)]
pub struct Pattern(Regex);

impl Pattern {
    /// The most memory, in octets, that a compiled expression may take: it bounds the work for each
    /// octet that is matched, too.
    const MOST: usize = 128 << 10;

    /// Whether it matches anywhere in `octets`. Takes time linear in their number.
    pub fn matches(&self, octets: &[u8]) -> bool {
        self.0.is_match(octets)
    }
}

impl FromStr for Pattern {
    type Err = regex::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        RegexBuilder::new(text).unicode(false).size_limit(Self::MOST).build().map(Self)
    }
}

/// Two are equal when they are written the same.
impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Eq for Pattern {}

/// As in the file.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.0.as_str())
    }
}
