//! Path attributes from octets, each malformed one treated as RFC 7606 says.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::super::cursor::Reader;
use super::super::{AttributeFault, Context, Error, MpReach, MpUnreach, Treatment, codes};
use super::frame::{self, Raw};
use super::values::{self, Wrong};
use super::{PathAttributes, UnknownAttribute};
use crate::base::{Asn, Family};

/// The attributes of an UPDATE as far as they have been read.
#[derive(Debug, Default)]
pub(in crate::wire) struct Reading<'a> {
    pub(in crate::wire) attributes: PathAttributes,
    /// The strongest fault of each type, with the octets of the attribute.
    faults: BTreeMap<u8, (AttributeFault, &'a [u8])>,
    seen: BTreeSet<u8>,
}

impl<'a> Reading<'a> {
    /// Reads the whole list. The only errors are those of MP_REACH_NLRI and MP_UNREACH_NLRI after
    /// which it is unknown which family they are about.
    pub(in crate::wire) fn read(mut list: Reader<'a>, context: &Context) -> Result<Self, Error> {
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
    pub(in crate::wire) fn require(&mut self, codes: &[u8], offset: usize) {
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
    pub(in crate::wire) fn finish(
        mut self,
        routes: bool,
    ) -> Result<(PathAttributes, Vec<AttributeFault>), Error> {
        self.attributes.unknown.sort_by_key(|unknown| unknown.code);
        let mut faults: Vec<_> = self.faults.into_values().collect();
        faults.sort_by_key(|(fault, _)| (Reverse(fault.treatment), fault.offset));
        match faults.first() {
            Some((fault, octets)) if fault.treatment == Treatment::TreatAsWithdraw && !routes => {
                let pair = (3, fault.subcode);
                let what = format!("{} without routes to withdraw: {}", fault.name(), fault.what);
                let error = Error::new(fault.offset, pair, what);
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
        let (value, into, four) = (raw.value, &mut self.attributes, context.four_octet_asn);
        match raw.code {
            frame::ORIGIN => into.origin = Some(values::read_origin(value)?),
            frame::AS_PATH => {
                let path = into.as_path.insert(values::read_path(value, four)?);
                values::check_path(path)?;
            }
            frame::NEXT_HOP => into.next_hop = Some(values::read_next_hop(value)?),
            frame::MED => into.med = Some(values::number(value)?),
            frame::LOCAL_PREF | frame::ORIGINATOR_ID | frame::CLUSTER_LIST => {
                // RFC 7606 §7.5, §7.9, §7.10.
                let what = "not for an external neighbour";
                return Err(Wrong::discard(codes::OPTIONAL_ATTRIBUTE, what));
            }
            frame::ATOMIC_AGGREGATE => {
                into.atomic_aggregate = values::read_atomic_aggregate(value)?
            }
            frame::AGGREGATOR => into.aggregator = Some(values::read_aggregator(value, four)?),
            frame::COMMUNITIES => into.communities = values::read_communities(value)?,
            frame::MP_REACH | frame::MP_UNREACH => return self.multiprotocol(raw),
            frame::EXTENDED_COMMUNITIES => into.extended_communities = values::entries(value)?,
            frame::AS4_PATH => into.as4_path = values::read_as4_path(value, context)?,
            frame::AS4_AGGREGATOR => {
                into.as4_aggregator = Some(values::read_as4_aggregator(value, context)?);
            }
            frame::LARGE_COMMUNITIES => {
                into.large_communities = values::read_large_communities(value)?;
            }
            frame::ONLY_TO_CUSTOMER => into.only_to_customer = Some(Asn(values::number(value)?)),
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
            Some(family) if raw.code == frame::MP_UNREACH => {
                self.attributes.mp_unreach = Some(MpUnreach::read(value, family)?);
            }
            Some(family) => {
                let reach = self.attributes.mp_reach.insert(MpReach::read(value, family)?);
                values::check_next_hop(&reach.next_hop)?;
            }
        }
        Ok(())
    }
}

fn is_multiprotocol(code: u8) -> bool {
    matches!(code, frame::MP_REACH | frame::MP_UNREACH)
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
    let both = frame::OPTIONAL | frame::TRANSITIVE;
    match frame::specified_flags(raw.code) {
        Some(flags) if flags == raw.flags & both => Ok(()),
        Some(_) if is_multiprotocol(raw.code) => {
            Err(Wrong::disable(codes::ATTRIBUTE_FLAGS, "it has the wrong flags"))
        }
        Some(_) => Err(Wrong::withdraw(codes::ATTRIBUTE_FLAGS, "it has the wrong flags")),
        // RFC 4271 §6.3 ends the session here; the prefixes are readable, so RFC 7606 §2 has a
        // milder way of not using what nobody understands.
        None if raw.flags & frame::OPTIONAL == 0 => {
            Err(Wrong::withdraw(codes::UNRECOGNIZED_WELL_KNOWN, "it claims to be well-known"))
        }
        None => Ok(()),
    }
}

fn unknown(raw: &Raw<'_>) -> UnknownAttribute {
    UnknownAttribute { flags: raw.flags, code: raw.code, data: raw.value.rest().to_vec() }
}
