use super::password;
use crate::config::reader::{Placed, Refusal, Section};
use crate::config::signature::{AoAlgorithm, AoKey, Signature};

/// What signs the session, by `password-file` or `tcp-ao`.
pub(super) fn read(section: &Section<'_>) -> Option<Placed<Signature>> {
    let md5 = password::read(section, "password-file", "password");
    let ao = tcp_ao(section);
    if section.has("password-file") && section.has("tcp-ao") {
        section.notes.fault(
            &section.span_of("tcp-ao"),
            "tcp-ao excludes password-file",
            "a segment is signed in one way (RFC 5925 §1)",
            "keep the one that the neighbour is configured with",
        );
    }
    md5.map(|password| password.map(Signature::Md5)).or(ao)
}

fn tcp_ao(section: &Section<'_>) -> Option<Placed<Signature>> {
    let table = section.inline("tcp-ao")?;
    let secret = password::read(&table, "key-file", "key");
    let (send_id, recv_id) = (table.integer("send-id"), table.integer("recv-id"));
    let algorithm = table.text("algorithm", algorithm);
    let key = AoKey {
        secret: secret?.value,
        send_id: send_id?.value,
        recv_id: recv_id?.value,
        algorithm: algorithm?.value,
    };
    let span = section.span_of("tcp-ao");
    Some(Placed { value: Signature::Ao(key), span, shown: String::new(), given: true })
}

fn algorithm(text: &str) -> Result<AoAlgorithm, Refusal> {
    let mut all = AoAlgorithm::ALL.into_iter();
    all.find(|algorithm| algorithm.as_str() == text).ok_or_else(Refusal::default)
}
