use std::fmt;
use std::str::FromStr;

/// A community of RFC 1997: four octets, written `"65010:100"` or by a well-known name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Community(pub u32);

/// A large community of RFC 8092: three numbers of four octets, written `"65010:1:2"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LargeCommunity {
    /// The AS that gives the two other numbers their meaning.
    pub global: u32,
    /// First operator-defined number.
    pub local1: u32,
    /// Second operator-defined number.
    pub local2: u32,
}

/// Why a text is not a community.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommunityError {
    /// Neither `ASN:VALUE` with both up to 65535, nor a well-known name.
    #[error("'{0}' is neither ASN:VALUE (each 0 to 65535) nor one of {names}", names = well_known_names())]
    Community(String),
    /// Not `GLOBAL:LOCAL1:LOCAL2`.
    #[error("'{0}' is not GLOBAL:LOCAL1:LOCAL2 (each 0 to 4294967295)")]
    Large(String),
}

/// The IANA registry "Border Gateway Protocol (BGP) Well-known Communities", as far as operators use it.
const WELL_KNOWN: [(&str, Community); 9] = [
    ("graceful-shutdown", Community::GRACEFUL_SHUTDOWN),
    ("accept-own", Community(0xffff_0001)),
    ("llgr-stale", Community(0xffff_0006)),
    ("no-llgr", Community(0xffff_0007)),
    ("blackhole", Community(0xffff_029a)),
    ("no-export", Community(0xffff_ff01)),
    ("no-advertise", Community(0xffff_ff02)),
    ("no-export-subconfed", Community(0xffff_ff03)),
    ("no-peer", Community(0xffff_ff04)),
];

fn well_known_names() -> String {
    WELL_KNOWN.map(|(name, _)| name).join(", ")
}

impl Community {
    /// 65535:0, asks receivers to move traffic away before the route goes (RFC 8326).
    pub const GRACEFUL_SHUTDOWN: Self = Self(0xffff_0000);

    /// The names that it may be written by.
    pub fn well_known() -> impl Iterator<Item = &'static str> {
        WELL_KNOWN.into_iter().map(|(name, _)| name)
    }
}

impl FromStr for Community {
    type Err = CommunityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some((_, community)) = WELL_KNOWN.iter().find(|(name, _)| *name == text) {
            return Ok(*community);
        }
        text.split_once(':')
            .and_then(|(asn, value)| {
                Some((u32::from(decimal::<u16>(asn)?) << 16) | u32::from(decimal::<u16>(value)?))
            })
            .map(Self)
            .ok_or_else(|| CommunityError::Community(text.to_owned()))
    }
}

impl fmt::Display for Community {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match WELL_KNOWN.iter().find(|(_, community)| community == self) {
            Some((name, _)) => f.write_str(name),
            None => write!(f, "{}:{}", self.0 >> 16, self.0 & 0xffff),
        }
    }
}

impl FromStr for LargeCommunity {
    type Err = CommunityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split(':').map(decimal::<u32>);
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Some(global)), Some(Some(local1)), Some(Some(local2)), None) => {
                Ok(Self { global, local1, local2 })
            }
            _ => Err(CommunityError::Large(text.to_owned())),
        }
    }
}

impl fmt::Display for LargeCommunity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.global, self.local1, self.local2)
    }
}

/// A number in plain decimal digits: `parse` alone would also take a leading `+`.
fn decimal<T: FromStr>(text: &str) -> Option<T> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
