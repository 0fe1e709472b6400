use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use domain::base::iana::Rtype;
use domain::base::name::Name;

use super::scalar;
use crate::config::checks::DnsCheck;
use crate::config::reader::{Refusal, Section, plain};

/// The `dns` table of a check.
pub(super) fn read(section: &Section<'_>) -> Option<DnsCheck> {
    let server = section.text("server", server);
    let name = section.text("name", name);
    let record_type = section.text("type", record_type).map(|record_type| record_type.value);
    let expect = section.text("expect", |text| expected(record_type, text));
    Some(DnsCheck {
        server: server?.value,
        name: name?.value,
        record_type: record_type?,
        expect: expect.map(|expect| expect.value),
    })
}

/// A name could hold any octet (RFC 2181 §11); one with a blank in it is a slip.
fn name(text: &str) -> Result<Name<Vec<u8>>, Refusal> {
    match text.contains(|c: char| !c.is_ascii_graphic()) {
        true => Err(Refusal::rule("a name has neither blanks nor letters beyond ASCII")),
        false => plain(text),
    }
}

fn server(text: &str) -> Result<SocketAddr, Refusal> {
    scalar::endpoint(text)?.ok_or_else(Refusal::default)
}

fn record_type(text: &str) -> Result<Rtype, Refusal> {
    match text {
        "A" => Ok(Rtype::A),
        "AAAA" => Ok(Rtype::AAAA),
        "CNAME" => Ok(Rtype::CNAME),
        "MX" => Ok(Rtype::MX),
        "NS" => Ok(Rtype::NS),
        "PTR" => Ok(Rtype::PTR),
        "SOA" => Ok(Rtype::SOA),
        "SRV" => Ok(Rtype::SRV),
        "TXT" => Ok(Rtype::TXT),
        _ => Err(Refusal::default()),
    }
}

/// Addresses have one form that is shown, whatever way they are written.
fn expected(record_type: Option<Rtype>, text: &str) -> Result<String, Refusal> {
    let text = match record_type {
        Some(Rtype::A) => address::<Ipv4Addr>(text, "an A record is an IPv4 address")?,
        Some(Rtype::AAAA) => address::<Ipv6Addr>(text, "an AAAA record is an IPv6 address")?,
        _ => scalar::word(text)?,
    };
    Ok(DnsCheck::comparable(&text))
}

fn address<T: FromStr + ToString>(text: &str, rule: &str) -> Result<String, Refusal> {
    let address = text.parse::<T>().map_err(|_| Refusal::rule(rule))?;
    Ok(address.to_string())
}
