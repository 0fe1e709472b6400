use rustls::pki_types::ServerName;

use super::{scalar, trust};
use crate::config::checks::{TcpCheck, TcpTls};
use crate::config::reader::{Placed, Refusal, Section};

/// The `tcp` table of a check.
pub(super) fn read(section: &Section<'_>) -> Option<TcpCheck> {
    let address = section.text("address", scalar::host_and_port);
    let send = section.text("send", |text| Ok(text.to_owned()));
    let expect = section.text("expect", scalar::pattern);
    let encrypted = section.boolean("tls").is_none_or(|tls| tls.value);
    let trust = trust::read(section, encrypted, "tls = true");
    let name = section.text("server-name", server_name);
    let server_name = match encrypted {
        true => certified(section, name, address.as_ref()),
        false => {
            trust::refuse_unused(section, "server-name", "tls = true");
            None
        }
    };
    Some(TcpCheck {
        address: address?.value,
        send: send.map(|send| send.value),
        expect: expect.map(|expect| expect.value),
        tls: match trust? {
            Some(trust) => Some(TcpTls { server_name: server_name?, trust }),
            None => None,
        },
    })
}

fn server_name(text: &str) -> Result<ServerName<'static>, Refusal> {
    ServerName::try_from(text.to_owned()).map_err(|_| Refusal::default())
}

/// The name that is given, or the host of the address.
fn certified(
    section: &Section<'_>,
    given: Option<Placed<ServerName<'static>>>,
    address: Option<&Placed<String>>,
) -> Option<ServerName<'static>> {
    if section.has("server-name") {
        return given.map(|name| name.value);
    }
    let address = address?;
    let (host, _) = address.value.rsplit_once(':')?;
    let name = server_name(host.trim_matches(['[', ']'])).ok();
    if name.is_none() {
        section.notes.fault(
            &address.span,
            format!("no certificate can be for the host of {}", address.shown),
            "it is neither a host name nor an address",
            "say by server-name for whom the certificate is",
        );
    }
    name
}
