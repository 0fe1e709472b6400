use super::attributes::{self, Reading, frame};
use super::cursor::{Reader, length16};
use super::nlri::{self, Misread};
use super::{AttributeFault, Context, Error, MpUnreach, PathAttributes, Treatment, codes};
use crate::base::{Family, Prefix};

/// An UPDATE message (RFC 4271 §4.3).
///
/// ```text
/// +-------------------------------+
/// |       withdrawn length        |
/// +-------------------------------+---------------- - -
/// | withdrawn IPv4 prefixes (variable)
/// +-------------------------------+---------------- - -
/// |       attributes length       |
/// +-------------------------------+---------------- - -
/// | path attributes (variable)
/// +------------------------------------------------ - -
/// | announced IPv4 prefixes (the rest)
/// +------------------------------------------------ - -
/// ```
///
/// Prefixes of other families are in [`PathAttributes::mp_reach`] and
/// [`PathAttributes::mp_unreach`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Update {
    /// IPv4 prefixes that are no longer reachable.
    pub withdrawn: Vec<Prefix>,
    /// What is said about the announced routes. A malformed attribute is left out, except where
    /// its value is needed: prefixes, and a path that is readable but not acceptable.
    pub attributes: PathAttributes,
    /// IPv4 prefixes that are reachable.
    pub announced: Vec<Prefix>,
    /// Malformed attributes, strongest treatment first; nothing of it is written.
    pub faults: Vec<AttributeFault>,
}

impl Update {
    /// The marker that the table of a family is complete (RFC 4724 §2).
    pub fn end_of_rib(family: Family) -> Self {
        let mut update = Self::default();
        match family {
            Family::Ipv4Unicast => {}
            Family::Ipv6Unicast => {
                update.attributes.mp_unreach = Some(MpUnreach { family, prefixes: Vec::new() });
            }
        }
        update
    }

    /// The family whose table is complete, if this is such a marker.
    pub fn as_end_of_rib(&self) -> Option<Family> {
        let family = self.attributes.mp_unreach.as_ref().map(|unreach| unreach.family);
        let empty = family.map_or_else(Self::default, |family| {
            let mut update = Self::default();
            update.attributes.mp_unreach = Some(MpUnreach { family, prefixes: Vec::new() });
            update
        });
        (*self == empty).then_some(family.unwrap_or(Family::Ipv4Unicast))
    }

    /// All prefixes that are announced.
    pub fn prefixes(&self) -> impl Iterator<Item = &Prefix> {
        let others = self.attributes.mp_reach.iter().flat_map(|reach| &reach.prefixes);
        self.announced.iter().chain(others)
    }

    /// The strongest treatment that a fault asks for.
    pub fn treatment(&self) -> Option<Treatment> {
        self.faults.iter().map(|fault| fault.treatment).max()
    }

    pub(super) fn read(mut body: Reader<'_>, context: &Context) -> Result<Self, Error> {
        let withdrawn = part(&mut body, "withdrawn prefixes that run past the message")?;
        let withdrawn = nlri::read(withdrawn, Family::Ipv4Unicast).map_err(invalid_network)?;
        let list = part(&mut body, "attributes that run past the message")?;
        let announced = nlri::read(body, Family::Ipv4Unicast).map_err(invalid_network)?;
        let mut reading = Reading::read(list, context)?;
        if !announced.is_empty() {
            let mandatory = [frame::ORIGIN, frame::AS_PATH, frame::NEXT_HOP];
            reading.require(&mandatory, list.offset());
        }
        let reach = reading.attributes.mp_reach.as_ref();
        let reachable = reach.is_some_and(|reach| !reach.prefixes.is_empty());
        if reachable {
            reading.require(&[frame::ORIGIN, frame::AS_PATH], list.offset());
        }
        // Routes of a family that we cannot read are routes all the same.
        let mut unknown = reading.attributes.unknown.iter();
        let foreign = unknown.any(|unknown| unknown.code == frame::MP_REACH);
        let routes = reachable || foreign || !announced.is_empty();
        let (attributes, faults) = reading.finish(routes)?;
        Ok(Self { withdrawn, attributes, announced, faults })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>, context: &Context) {
        let mut withdrawn = Vec::new();
        nlri::write(&self.withdrawn, &mut withdrawn);
        let attributes = attributes::write(&self.attributes, context);
        for part in [withdrawn, attributes] {
            out.extend(length16(part.len()));
            out.extend(part);
        }
        nlri::write(&self.announced, out);
    }
}

/// A part with its length before it (RFC 4271 §6.3: both must fit the message).
fn part<'a>(body: &mut Reader<'a>, what: &'static str) -> Result<Reader<'a>, Error> {
    let offset = body.offset();
    let length = body.u16().map(usize::from);
    let part = length.and_then(|length| body.part(length));
    part.ok_or_else(|| Error::new(offset, codes::MALFORMED_ATTRIBUTE_LIST, what))
}

/// RFC 7606 §3 (i): the one thing that cannot be treated in a milder way.
fn invalid_network(misread: Misread) -> Error {
    Error::new(misread.offset, codes::INVALID_NETWORK_FIELD, misread.what)
}
