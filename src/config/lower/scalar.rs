//! Texts that more than one table holds.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use reqwest::Url;

use crate::base::{Asn, Percent};
use crate::config::notes::Notes;
use crate::config::pattern::Pattern;
use crate::config::reader::{Placed, Refusal, Section};

/// AS numbers that stand for no AS (RFC 6793 §9, RFC 7300).
const NOBODY: [(u32, &str); 3] = [
    (23456, "AS_TRANS stands for AS numbers that do not fit two octets (RFC 6793)"),
    (65535, "the last 2-octet AS number is reserved (RFC 7300)"),
    (4_294_967_295, "the last 4-octet AS number is reserved (RFC 7300)"),
];

/// An AS number that a speaker can have.
pub(super) fn asn(section: &Section<'_>, name: &str) -> Option<Placed<Asn>> {
    let number = section.integer::<u32>(name)?;
    if let Some((_, rule)) = NOBODY.iter().find(|(nobody, _)| *nobody == number.value) {
        let message = format!("{name} cannot be {}", number.shown);
        let help = "AS numbers for private use: 64512 to 65534, 4200000000 to 4294967294";
        section.notes.fault(&number.span, message, *rule, help);
        return None;
    }
    Some(number.map(Asn))
}

/// A share from `"1%"` to `"100%"`.
pub(super) fn share(text: &str) -> Result<Percent, Refusal> {
    let share = text.strip_suffix('%').and_then(|share| share.parse().ok());
    let share = share.and_then(Percent::new).filter(|share| *share > Percent::ZERO);
    share.ok_or_else(Refusal::default)
}

/// `ADDRESS:PORT`, or `None` for `off`.
pub(super) fn endpoint(text: &str) -> Result<Option<SocketAddr>, Refusal> {
    if text == "off" {
        return Ok(None);
    }
    let endpoint = text.parse::<SocketAddr>().map_err(|_| match text.parse::<IpAddr>() {
        Ok(_) => {
            Refusal::rule("the port is missing: ADDRESS:PORT, with an IPv6 address in brackets")
        }
        Err(_) => Refusal::default(),
    })?;
    match endpoint.port() {
        0 => Err(Refusal::rule("a port is a number from 1 to 65535")),
        _ => Ok(Some(endpoint)),
    }
}

/// `HOST:PORT`, the host a name or an address, with an IPv6 address in brackets.
pub(super) fn host_and_port(text: &str) -> Result<String, Refusal> {
    let (host, port) = text.rsplit_once(':').ok_or_else(Refusal::default)?;
    let bare_ipv6 = host.contains(':') && !(host.starts_with('[') && host.ends_with(']'));
    let good = !host.is_empty() && !host.contains(char::is_whitespace) && !bare_ipv6;
    match port.parse::<u16>() {
        Ok(1..) if good => Ok(text.to_owned()),
        Ok(_) | Err(_) => Err(Refusal::default()),
    }
}

/// A regular expression.
pub(super) fn pattern(text: &str) -> Result<Pattern, Refusal> {
    text.parse().map_err(|error: regex::Error| {
        if let regex::Error::CompiledTooBig(_) = error {
            return Refusal::rule("it is too large").help("repeat less in it");
        }
        // The last line says what is wrong; those before draw the expression once more.
        let told = error.to_string();
        let last = told.lines().last().unwrap_or_default();
        let words = last.trim_start_matches("error: ").to_owned();
        Refusal::rule(words).help("a backslash is written twice within \"\", once within ''")
    })
}

/// A path that does not depend on where herald is started.
pub(super) fn path(text: &str) -> Result<PathBuf, Refusal> {
    let path = PathBuf::from(text);
    if path.is_absolute() { Ok(path) } else { Err(Refusal::default()) }
}

/// Why a file cannot be read.
pub(super) fn words(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::NotFound {
        "there is no such file".to_owned()
    } else if error.kind() == io::ErrorKind::PermissionDenied {
        "this user may not read it".to_owned()
    } else {
        error.to_string()
    }
}

/// A page that can be asked for: http or https, and no login in it; `login` says where that goes.
pub(super) fn http_url(text: &str, login: &str) -> Result<Url, Refusal> {
    // The URL standard forgives more than a file should: `http:///page` has the host `page` there.
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let strict = rest.is_some_and(|rest| !rest.starts_with(['/', '\\']))
        && !text.contains(char::is_whitespace);
    let url = Url::parse(text).ok().filter(|_| strict).ok_or_else(Refusal::default)?;
    if !url.username().is_empty() || url.password().is_some() {
        let rule = "a login does not belong in a url: secrets are read from files";
        return Err(Refusal::rule(rule).help(login));
    }
    Ok(url)
}

/// An address that one machine can have on one link: not unspecified, multicast or broadcast.
pub(super) fn unicast(notes: &Notes<'_>, key: &str, address: &Placed<IpAddr>) -> bool {
    let fitting = ["a loopback address", "a link-local address"];
    let Some(kind) = special(address.value).filter(|kind| !fitting.contains(kind)) else {
        return true;
    };
    let message = format!("{key} cannot be {}", address.shown);
    notes.fault(&address.span, message, format!("it is {kind}"), "give a unicast address");
    false
}

/// What an address is when it is not one that traffic from elsewhere can be sent to.
pub(super) fn special(address: IpAddr) -> Option<&'static str> {
    let (loopback, broadcast, link_local) = match address {
        IpAddr::V4(v4) => (v4.is_loopback(), v4.is_broadcast(), v4.is_link_local()),
        IpAddr::V6(v6) => (v6.is_loopback(), false, v6.is_unicast_link_local()),
    };
    let kinds = [
        (address.is_unspecified(), "the unspecified address"),
        (loopback, "a loopback address"),
        (address.is_multicast(), "a multicast address"),
        (broadcast, "the broadcast address"),
        (link_local, "a link-local address"),
    ];
    kinds.into_iter().find(|(is, _)| *is).map(|(_, kind)| kind)
}

/// The name of a network interface as the kernel takes it (IFNAMSIZ is 16 with its final NUL).
pub(super) fn interface(text: &str) -> Result<String, Refusal> {
    let good = |c: char| !c.is_whitespace() && !c.is_control() && !"/:".contains(c);
    match (1..=15).contains(&text.len()) && text.chars().all(good) {
        true => Ok(text.to_owned()),
        false => Err(Refusal::default()),
    }
}

/// A name of something in HAProxy, or free text: anything but nothing.
pub(super) fn word(text: &str) -> Result<String, Refusal> {
    match text.is_empty() || text.chars().any(char::is_control) {
        true => Err(Refusal::rule("it must not be empty or hold control characters")),
        false => Ok(text.to_owned()),
    }
}
