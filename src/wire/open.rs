use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use super::codes::{
    BAD_IDENTIFIER, BAD_PEER_AS, OPEN_UNSPECIFIC, UNACCEPTABLE_HOLD_TIME, UNSUPPORTED_PARAMETER,
    UNSUPPORTED_VERSION,
};
use super::cursor::{Reader, length16};
use super::{Capability, Error, HEADER_LENGTH};
use crate::base::{Asn, Family};

/// An OPEN message (RFC 4271 §4.2), version 4.
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +---------------+
/// |    version    |
/// +---------------+---------------+-------------------------------+
/// |             my AS             |           hold time           |
/// +-------------------------------+-------------------------------+
/// |                        BGP identifier                         |
/// +---------------+-----------------------------------------------+
/// | params length | parameters: type (1), length (1), value       |
/// +---------------+-----------------------------------------------+
///
/// over 255 octets of parameters (RFC 9072 §2):
/// +---------------+---------------+-------------------------------+
/// |      255      |      255      |         params length         |
/// +---------------+---------------+-------------------------------+
/// | parameters: type (1), length (2), value                       |
/// +---------------------------------------------------------------+
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The 2-octet field as it is sent: AS_TRANS for a number that needs four octets.
    pub my_as: Asn,
    /// Proposed hold time in seconds: 0, or 3 and more.
    pub hold_time: u16,
    /// BGP identifier, never 0.0.0.0 (RFC 6286).
    pub identifier: Ipv4Addr,
    /// Capabilities of all parameters, in order.
    pub capabilities: Vec<Capability>,
}

const VERSION: u8 = 4;
const VERSION_OFFSET: usize = HEADER_LENGTH;
const MY_AS_OFFSET: usize = HEADER_LENGTH + 1;
const HOLD_TIME_OFFSET: usize = HEADER_LENGTH + 3;
const IDENTIFIER_OFFSET: usize = HEADER_LENGTH + 5;
const PARAMETERS_OFFSET: usize = HEADER_LENGTH + 9;
/// Optional parameter type of capabilities (RFC 5492 §4).
const CAPABILITIES: u8 = 2;
/// Stands in the place of a parameter type and of the length in an extended OPEN (RFC 9072 §2).
const EXTENDED: u8 = 255;

impl Open {
    /// The speaker's AS: that of capability 65, or the field when there is none (RFC 6793 §4.1).
    pub fn asn(&self) -> Asn {
        let long = self.capabilities.iter().find_map(|capability| {
            if let Capability::FourOctetAs(asn) = capability { Some(*asn) } else { None }
        });
        long.unwrap_or(self.my_as)
    }

    /// The families of the speaker that herald knows. Without any multiprotocol capability it speaks
    /// IPv4 unicast (RFC 4760 §8).
    pub fn families(&self) -> BTreeSet<Family> {
        let named = self.capabilities.iter().filter_map(|capability| {
            if let Capability::MultiProtocol { afi, safi } = capability {
                Some((*afi, *safi))
            } else {
                None
            }
        });
        let mut named = named.peekable();
        if named.peek().is_none() {
            return BTreeSet::from([Family::Ipv4Unicast]);
        }
        named.filter_map(|(afi, safi)| Family::from_afi_safi(afi, safi)).collect()
    }

    /// Whether the speaker has announced this capability, value included.
    pub fn has(&self, capability: &Capability) -> bool {
        self.capabilities.contains(capability)
    }

    pub(super) fn read(mut body: Reader<'_>) -> Result<Self, Error> {
        let short = Error::new(body.offset(), OPEN_UNSPECIFIC, "an OPEN that ends early");
        let Some([version, as_high, as_low, hold_high, hold_low]) = body.array() else {
            return Err(short);
        };
        let Some(identifier) = body.ipv4() else { return Err(short) };
        let open = Self {
            my_as: Asn(u32::from(u16::from_be_bytes([as_high, as_low]))),
            hold_time: u16::from_be_bytes([hold_high, hold_low]),
            identifier,
            capabilities: Vec::new(),
        };
        // RFC 4271 §6.2: the version first, for it decides what the rest means.
        if version != VERSION {
            let what = format!("BGP version {version}");
            return Err(
                Error::new(VERSION_OFFSET, UNSUPPORTED_VERSION, what).with_data([0, VERSION])
            );
        }
        open.check()?;
        let open = Self { capabilities: parameters(body)?, ..open };
        // RFC 7607 §2, RFC 6793 §4.1.
        if open.asn() == Asn(0) {
            return Err(Error::new(
                PARAMETERS_OFFSET,
                BAD_PEER_AS,
                "AS 0 in the four-octet AS capability",
            ));
        }
        Ok(open)
    }

    fn check(&self) -> Result<(), Error> {
        if self.my_as == Asn(0) {
            return Err(Error::new(MY_AS_OFFSET, BAD_PEER_AS, "AS 0"));
        }
        if matches!(self.hold_time, 1 | 2) {
            let what = format!("a hold time of {} seconds", self.hold_time);
            return Err(Error::new(HOLD_TIME_OFFSET, UNACCEPTABLE_HOLD_TIME, what));
        }
        if self.identifier.is_unspecified() {
            return Err(Error::new(IDENTIFIER_OFFSET, BAD_IDENTIFIER, "BGP identifier 0.0.0.0"));
        }
        Ok(())
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        out.extend(self.my_as.as_two_octets().to_be_bytes());
        out.extend(self.hold_time.to_be_bytes());
        out.extend(self.identifier.octets());
        let mut value = Vec::new();
        self.capabilities.iter().for_each(|capability| capability.write(&mut value));
        match u8::try_from(value.len() + 2) {
            Ok(_) if value.is_empty() => out.push(0),
            Ok(parameters) => out.extend([parameters, CAPABILITIES, parameters - 2]),
            Err(_) => {
                out.extend([EXTENDED, EXTENDED]);
                out.extend(length16(value.len() + 3));
                out.push(CAPABILITIES);
                out.extend(length16(value.len()));
            }
        }
        out.extend(value);
    }
}

/// Capabilities may come in one parameter or in several (RFC 5492 §4).
fn parameters(mut body: Reader<'_>) -> Result<Vec<Capability>, Error> {
    let mut capabilities = Vec::new();
    let offset = body.offset();
    let malformed = |offset, what| Error::new(offset, OPEN_UNSPECIFIC, what);
    let mut length =
        usize::from(body.u8().ok_or_else(|| malformed(offset, "an OPEN that ends early"))?);
    // RFC 9072 §2: the type alone tells; the length beside it may be anything but zero.
    let extended = length != 0 && body.rest().first() == Some(&EXTENDED);
    if extended {
        body.u8();
        length = body.u16().map_or(usize::MAX, usize::from);
    }
    if length != body.remaining() {
        return Err(malformed(offset, "optional parameters that do not fill the OPEN"));
    }
    while !body.is_empty() {
        let offset = body.offset();
        let kind = body.u8();
        let length =
            if extended { body.u16().map(usize::from) } else { body.u8().map(usize::from) };
        let value = length.and_then(|length| body.part(length));
        let (Some(kind), Some(value)) = (kind, value) else {
            return Err(malformed(offset, "an optional parameter that is cut short"));
        };
        if kind != CAPABILITIES {
            let what = format!("optional parameter {kind}");
            return Err(Error::new(offset, UNSUPPORTED_PARAMETER, what));
        }
        read_capabilities(value, &mut capabilities)?;
    }
    Ok(capabilities)
}

fn read_capabilities(mut value: Reader<'_>, into: &mut Vec<Capability>) -> Result<(), Error> {
    while !value.is_empty() {
        let offset = value.offset();
        let malformed = |what| Error::new(offset, OPEN_UNSPECIFIC, what);
        let code = value.u8();
        let data = value.u8().and_then(|length| value.take(usize::from(length)));
        let (Some(code), Some(data)) = (code, data) else {
            return Err(malformed("a capability that is cut short"));
        };
        into.push(
            Capability::read(code, data)
                .ok_or_else(|| malformed("a capability of the wrong length"))?,
        );
    }
    Ok(())
}
