use super::codes::REFRESH_LENGTH;
use super::cursor::Reader;
use super::error::Error;
use crate::base::Family;

/// A ROUTE-REFRESH message (RFC 2918 §3, RFC 7313 §3.2).
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-------------------------------+---------------+---------------+
/// |              AFI              |    subtype    |     SAFI      |
/// +-------------------------------+---------------+---------------+
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RouteRefresh {
    /// Address family identifier.
    pub afi: u16,
    /// Subsequent address family identifier.
    pub safi: u8,
    /// [`REQUEST`](Self::REQUEST), [`BEGIN`](Self::BEGIN), [`END`](Self::END); others are to be
    /// ignored (RFC 7313 §5).
    pub subtype: u8,
}

impl RouteRefresh {
    /// Asks for the whole family again (RFC 2918).
    pub const REQUEST: u8 = 0;
    /// The answer begins (BoRR, RFC 7313).
    pub const BEGIN: u8 = 1;
    /// The answer is complete (EoRR, RFC 7313).
    pub const END: u8 = 2;

    /// A message about `family`.
    pub fn new(family: Family, subtype: u8) -> Self {
        Self { afi: family.afi(), safi: family.safi(), subtype }
    }

    /// Whether the peer asks for our routes.
    pub fn is_request(&self) -> bool {
        self.subtype == Self::REQUEST
    }

    pub(super) fn read(mut body: Reader<'_>, frame: &[u8]) -> Result<Self, Error> {
        let offset = body.offset();
        // RFC 7313 §5 wants the whole message back.
        let misfit = || {
            Error::new(offset, REFRESH_LENGTH, "a ROUTE-REFRESH that is not 4 octets long")
                .with_data(frame)
        };
        let [afi_high, afi_low, subtype, safi] = body.array().ok_or_else(misfit)?;
        // A subtype that nobody has defined may be longer: it is ignored as a whole.
        if !body.is_empty() && subtype <= Self::END {
            return Err(misfit());
        }
        Ok(Self { afi: u16::from_be_bytes([afi_high, afi_low]), safi, subtype })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.afi.to_be_bytes());
        out.extend([self.subtype, self.safi]);
    }
}
