//! Path attributes from octets, each malformed one treated as RFC 7606 says.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use super::attribute::{self, Raw};
use super::codes::{self, Pair};
use super::cursor::Reader;
use super::nlri::Misread;
use super::{
    Aggregator, AsPath, AttributeFault, Context, Error, MpReach, MpUnreach, Origin, PathAttributes,
    Treatment, UnknownAttribute,
};
use crate::base::{Asn, Community, Family, LargeCommunity};

/// The attributes of an UPDATE as far as they have been read.
#[derive(Debug, Default)]
pub(super) struct Reading<'a> {
    pub(super) attributes: PathAttributes,
    /// The strongest fault of each type, with the octets of the attribute.
    faults: BTreeMap<u8, (AttributeFault, &'a [u8])>,
    seen: BTreeSet<u8>,
}

/// What is wrong with one attribute.
struct Wrong {
    treatment: Treatment,
    pair: Pair,
    what: Cow<'static, str>,
}

impl Wrong {
    fn discard(pair: Pair, what: impl Into<Cow<'static, str>>) -> Self {
        Self { treatment: Treatment::DiscardAttribute, pair, what: what.into() }
    }

    fn withdraw(pair: Pair, what: impl Into<Cow<'static, str>>) -> Self {
        Self { treatment: Treatment::TreatAsWithdraw, pair, what: what.into() }
    }

    fn disable(pair: Pair, what: impl Into<Cow<'static, str>>) -> Self {
        Self { treatment: Treatment::DisableFamily, pair, what: what.into() }
    }
}

/// RFC 7606 §5.3: prefixes that cannot be read; §7.11: nor can they when the next hop is wrong.
impl From<Misread> for Wrong {
    fn from(misread: Misread) -> Self {
        let what = format!("{} at octet {}", misread.what, misread.offset);
        Self::disable(codes::OPTIONAL_ATTRIBUTE, what)
    }
}

impl<'a> Reading<'a> {
    /// Reads the whole list. The only errors are those of MP_REACH_NLRI and MP_UNREACH_NLRI after
    /// which it is unknown which family they are about.
    pub(super) fn read(mut list: Reader<'a>, context: &Context) -> Result<Self, Error> {
        let mut reading = Self::default();
        while !list.is_empty() {
            let (offset, rest) = (list.offset(), list.rest());
            match Raw::read(&mut list) {
                Ok(raw) => reading.attribute(&raw, context)?,
                Err(overrun) => {
                    reading.fault(overrun.code, offset, rest, overrun_wrong(overrun.code));
                    break;
                }
            }
        }
        Ok(reading)
    }

    fn attribute(&mut self, raw: &Raw<'a>, context: &Context) -> Result<(), Error> {
        let multiprotocol = is_multiprotocol(raw.code);
        if multiprotocol && raw.value.remaining() < 3 {
            // RFC 7606 §5.3, and there is no family to disable.
            return Err(Error::new(
                raw.offset,
                codes::OPTIONAL_ATTRIBUTE,
                "an attribute without AFI and SAFI",
            )
            .with_data(raw.octets));
        }
        let wrong = if self.seen.insert(raw.code) {
            self.value(raw, context).err()
        } else if multiprotocol {
            // RFC 7606 §3 (g).
            return Err(Error::new(
                raw.offset,
                codes::MALFORMED_ATTRIBUTE_LIST,
                "a second MP_REACH_NLRI or MP_UNREACH_NLRI",
            ));
        } else {
            Some(Wrong::discard(codes::MALFORMED_ATTRIBUTE_LIST, "it stands there twice"))
        };
        if let Some(wrong) = wrong {
            self.fault(raw.code, raw.offset, raw.octets, wrong);
        }
        Ok(())
    }

    fn fault(&mut self, code: u8, offset: usize, octets: &'a [u8], wrong: Wrong) {
        let Wrong { treatment, pair: (_, subcode), what } = wrong;
        let known = self.faults.get(&code).is_some_and(|(fault, _)| fault.treatment >= treatment);
        if !known {
            self.faults
                .insert(code, (AttributeFault { code, offset, treatment, subcode, what }, octets));
        }
    }

    /// RFC 4271 §5: attributes that must come with routes; `offset` is where they should have been.
    pub(super) fn require(&mut self, codes: &[u8], offset: usize) {
        for code in
            codes.iter().filter(|code| !self.seen.contains(*code)).copied().collect::<Vec<_>>()
        {
            let wrong = Wrong::withdraw(codes::MISSING_WELL_KNOWN, "it is missing");
            self.fault(code, offset, &[], wrong);
        }
    }

    /// The attributes and their faults, strongest first. `routes` says whether the UPDATE announces any.
    ///
    /// # Errors
    ///
    /// RFC 7606 §5.2: routes are to be taken as withdrawn, but the UPDATE has none; those that it is
    /// about may be in the attribute that cannot be read.
    pub(super) fn finish(
        self,
        routes: bool,
    ) -> Result<(PathAttributes, Vec<AttributeFault>), Error> {
        let mut faults: Vec<_> = self.faults.into_values().collect();
        faults.sort_by_key(|(fault, _)| (std::cmp::Reverse(fault.treatment), fault.offset));
        match faults.first() {
            Some((fault, octets)) if fault.treatment == Treatment::TreatAsWithdraw && !routes => {
                let pair = (3, fault.subcode);
                let error = Error::new(fault.offset, pair, format!("{fault}, but it has none"));
                let bare = [codes::MALFORMED_ATTRIBUTE_LIST, codes::MALFORMED_AS_PATH];
                Err(if bare.contains(&pair) { error } else { error.with_data(*octets) })
            }
            Some(_) | None => {
                Ok((self.attributes, faults.into_iter().map(|(fault, _)| fault).collect()))
            }
        }
    }

    fn value(&mut self, raw: &Raw<'_>, context: &Context) -> Result<(), Wrong> {
        check_flags(raw)?;
        let (value, into) = (raw.value, &mut self.attributes);
        match raw.code {
            attribute::ORIGIN => into.origin = Some(origin(value)?),
            attribute::AS_PATH => {
                let path = AsPath::read(value, context.four_octet_asn)
                    .map_err(|what| Wrong::withdraw(codes::MALFORMED_AS_PATH, what))?;
                let objection = path.objection();
                into.as_path = Some(path);
                return objection
                    .map_or(Ok(()), |what| Err(Wrong::withdraw(codes::MALFORMED_AS_PATH, what)));
            }
            attribute::NEXT_HOP => into.next_hop = Some(next_hop(value)?),
            attribute::MED => into.med = Some(number(value)?),
            attribute::LOCAL_PREF | attribute::ORIGINATOR_ID | attribute::CLUSTER_LIST => {
                // RFC 7606 §7.5, §7.9, §7.10.
                return Err(Wrong::discard(
                    codes::OPTIONAL_ATTRIBUTE,
                    "not for an external neighbour",
                ));
            }
            attribute::ATOMIC_AGGREGATE => {
                fixed::<0>(value)
                    .map_err(|_| Wrong::discard(codes::ATTRIBUTE_LENGTH, WRONG_LENGTH))?;
                into.atomic_aggregate = true;
            }
            attribute::AGGREGATOR => {
                into.aggregator = Some(aggregator(value, context.four_octet_asn)?)
            }
            attribute::COMMUNITIES => {
                into.communities =
                    list(value)?.into_iter().map(|c| Community(u32::from_be_bytes(c))).collect();
            }
            attribute::MP_REACH | attribute::MP_UNREACH => return self.multiprotocol(raw),
            attribute::EXTENDED_COMMUNITIES => into.extended_communities = list(value)?,
            attribute::AS4_PATH => into.as4_path = Some(as4_path(value, context)?),
            attribute::AS4_AGGREGATOR => {
                into.as4_aggregator = Some(as4_aggregator(value, context)?)
            }
            attribute::LARGE_COMMUNITIES => {
                into.large_communities = list(value)?.into_iter().map(large_community).collect();
            }
            attribute::ONLY_TO_CUSTOMER => into.only_to_customer = Some(Asn(number(value)?)),
            _ => into.unknown.push(unknown(raw)),
        }
        Ok(())
    }

    fn multiprotocol(&mut self, raw: &Raw<'_>) -> Result<(), Wrong> {
        let mut value = raw.value;
        let family =
            value.u16().zip(value.u8()).and_then(|(afi, safi)| Family::from_afi_safi(afi, safi));
        match family {
            None => self.attributes.unknown.push(unknown(raw)),
            Some(family) if raw.code == attribute::MP_UNREACH => {
                self.attributes.mp_unreach = Some(MpUnreach::read(value, family)?);
            }
            Some(family) => {
                let reach = MpReach::read(value, family)?;
                let host = is_host(reach.next_hop.global);
                self.attributes.mp_reach = Some(reach);
                if !host {
                    return Err(Wrong::withdraw(codes::OPTIONAL_ATTRIBUTE, NO_HOST));
                }
            }
        }
        Ok(())
    }
}

const WRONG_LENGTH: &str = "it has the wrong length";
const NO_HOST: &str = "the next hop is not the address of a host";

fn is_multiprotocol(code: u8) -> bool {
    matches!(code, attribute::MP_REACH | attribute::MP_UNREACH)
}

/// RFC 7606 §4, and §3 (j) when it is the prefixes that are cut short.
fn overrun_wrong(code: u8) -> Wrong {
    let what = "it runs past the end of the attributes";
    if is_multiprotocol(code) {
        Wrong::disable(codes::OPTIONAL_ATTRIBUTE, what)
    } else {
        Wrong::withdraw(codes::ATTRIBUTE_LENGTH, what)
    }
}

/// RFC 7606 §3 (c); §5.3 for the two that hold prefixes. Other flags are of no interest.
fn check_flags(raw: &Raw<'_>) -> Result<(), Wrong> {
    let both = attribute::OPTIONAL | attribute::TRANSITIVE;
    match attribute::specified_flags(raw.code) {
        Some(flags) if flags == raw.flags & both => Ok(()),
        Some(_) if is_multiprotocol(raw.code) => {
            Err(Wrong::disable(codes::ATTRIBUTE_FLAGS, "it has the wrong flags"))
        }
        Some(_) => Err(Wrong::withdraw(codes::ATTRIBUTE_FLAGS, "it has the wrong flags")),
        // RFC 4271 §6.3 ends the session here; the prefixes are readable, so RFC 7606 §2 has a
        // milder way of not using what nobody understands.
        None if raw.flags & attribute::OPTIONAL == 0 => {
            Err(Wrong::withdraw(codes::UNRECOGNIZED_WELL_KNOWN, "it claims to be well-known"))
        }
        None => Ok(()),
    }
}

fn unknown(raw: &Raw<'_>) -> UnknownAttribute {
    UnknownAttribute { flags: raw.flags, code: raw.code, data: raw.value.rest().to_vec() }
}

fn fixed<const N: usize>(value: Reader<'_>) -> Result<[u8; N], Wrong> {
    let octets = value.rest().try_into();
    octets.map_err(|_| Wrong::withdraw(codes::ATTRIBUTE_LENGTH, WRONG_LENGTH))
}

fn number(value: Reader<'_>) -> Result<u32, Wrong> {
    fixed(value).map(u32::from_be_bytes)
}

/// Entries of the same size, at least one (RFC 7606 §7.8 and §7.14, RFC 8092 §6).
fn list<const N: usize>(value: Reader<'_>) -> Result<Vec<[u8; N]>, Wrong> {
    match value.rest().as_chunks() {
        (entries, []) if !entries.is_empty() => Ok(entries.to_vec()),
        _ => Err(Wrong::withdraw(codes::ATTRIBUTE_LENGTH, WRONG_LENGTH)),
    }
}

fn large_community(octets: [u8; 12]) -> LargeCommunity {
    let mut reader = Reader::new(&octets, 0);
    let mut next = || reader.u32().unwrap_or_default();
    LargeCommunity { global: next(), local1: next(), local2: next() }
}

/// RFC 7606 §7.1.
fn origin(value: Reader<'_>) -> Result<Origin, Wrong> {
    let [origin] = fixed(value)?;
    Origin::from_value(origin)
        .ok_or_else(|| Wrong::withdraw(codes::INVALID_ORIGIN, format!("its value is {origin}")))
}

/// RFC 7606 §7.3; RFC 4271 §6.3 for addresses that no host can have.
fn next_hop(value: Reader<'_>) -> Result<Ipv4Addr, Wrong> {
    let address = fixed::<4>(value).map(Ipv4Addr::from)?;
    let host = is_host(address.into());
    host.then_some(address).ok_or_else(|| Wrong::withdraw(codes::INVALID_NEXT_HOP, NO_HOST))
}

fn is_host(address: IpAddr) -> bool {
    let reserved = matches!(address, IpAddr::V4(v4) if v4.is_broadcast());
    !(address.is_unspecified() || address.is_loopback() || address.is_multicast() || reserved)
}

/// RFC 7606 §7.7, RFC 7607 §2.
fn aggregator(mut value: Reader<'_>, four_octets: bool) -> Result<Aggregator, Wrong> {
    let asn = if four_octets { value.u32() } else { value.u16().map(u32::from) };
    match (asn, value.ipv4(), value.is_empty()) {
        (Some(0), Some(_), true) => Err(Wrong::discard(codes::OPTIONAL_ATTRIBUTE, "AS 0")),
        (Some(asn), Some(address), true) => Ok(Aggregator { asn: Asn(asn), address }),
        _ => Err(Wrong::discard(codes::ATTRIBUTE_LENGTH, WRONG_LENGTH)),
    }
}

/// RFC 6793 §4.1 and §6: of no use between speakers with 4-octet numbers, dropped when malformed.
fn as4_path(value: Reader<'_>, context: &Context) -> Result<AsPath, Wrong> {
    no_need_for(context)?;
    let path = AsPath::read(value, true)
        .map_err(|what| Wrong::discard(codes::OPTIONAL_ATTRIBUTE, what))?;
    match path.objection() {
        None => Ok(path),
        Some(what) => Err(Wrong::discard(codes::OPTIONAL_ATTRIBUTE, what)),
    }
}

fn as4_aggregator(value: Reader<'_>, context: &Context) -> Result<Aggregator, Wrong> {
    no_need_for(context)?;
    aggregator(value, true)
}

fn no_need_for(context: &Context) -> Result<(), Wrong> {
    if context.four_octet_asn {
        let what = "not for a session with 4-octet AS numbers";
        return Err(Wrong::discard(codes::OPTIONAL_ATTRIBUTE, what));
    }
    Ok(())
}
