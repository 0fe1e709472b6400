use domain::base::iana::{Rcode, Rtype};
use domain::base::message::Message;
use domain::base::message_builder::MessageBuilder;
use domain::base::name::ParsedName;
use domain::base::wire::ParseError;
use domain::rdata::ZoneRecordData;

use crate::config::DnsCheck;
use crate::probe::seen::Seen;

/// How many values of a record are shown.
const SHOWN: usize = 4;

/// A question on its way, and what its answer must be.
pub(super) struct Question {
    message: Message<Vec<u8>>,
    record_type: Rtype,
    expect: Option<String>,
}

/// What a message is to a question.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// Its answer.
    Answer(Seen),
    /// The beginning of its answer; the whole can be had over TCP.
    Truncated,
    /// No answer to it: another identifier or question, or no message at all.
    NotOurs,
}

impl Question {
    pub(super) fn new(check: &DnsCheck, id: u16) -> Self {
        let mut builder = MessageBuilder::new_vec();
        builder.header_mut().set_id(id);
        builder.header_mut().set_rd(true);
        let mut builder = builder.question();
        builder
            .push((&check.name, check.record_type))
            .expect("one question fits a message of 64 KiB");
        let (record_type, expect) = (check.record_type, check.expect.clone());
        Self { message: builder.into_message(), record_type, expect }
    }

    pub(super) fn octets(&self) -> &[u8] {
        self.message.as_slice()
    }

    /// Reads what came back.
    pub(super) fn judge(&self, octets: &[u8]) -> Judgement {
        let Ok(message) = Message::from_octets(octets) else { return Judgement::NotOurs };
        // A server that cannot read a question may repeat none of it (RFC 1035 §4.1.1).
        let header = message.header();
        let empty = message.header_counts().qdcount() == 0 && header.rcode() != Rcode::NOERROR;
        let ours = header.qr() && header.id() == self.message.header().id();
        if !(message.is_answer(&self.message) || ours && empty) {
            return Judgement::NotOurs;
        }
        if header.rcode() != Rcode::NOERROR {
            return Judgement::Answer(Seen::unhealthy(format!("{}", header.rcode())));
        }
        if header.tc() {
            return Judgement::Truncated;
        }
        Judgement::Answer(match self.values(&message) {
            Ok(values) => self.compare(&values),
            Err(_) => Seen::unhealthy("the answer is malformed"),
        })
    }

    /// The values of the records of the type that was asked for; an alias may stand before them.
    fn values(&self, message: &Message<&[u8]>) -> Result<Vec<String>, ParseError> {
        let mut values = Vec::new();
        for record in message.answer()?.limit_to_in::<ZoneRecordData<_, ParsedName<_>>>() {
            let record = record?;
            if record.rtype() == self.record_type {
                values.push(value(record.data()));
            }
        }
        Ok(values)
    }

    fn compare(&self, values: &[String]) -> Seen {
        if values.is_empty() {
            return Seen::unhealthy(format!("no {} record", self.record_type));
        }
        let found = |value: &String| Some(DnsCheck::comparable(value)) == self.expect;
        let shown = match values {
            few if few.len() <= SHOWN => few.join(", "),
            many => format!("{} and {} more", many[..SHOWN].join(", "), many.len() - SHOWN),
        };
        match &self.expect {
            Some(expect) if !values.iter().any(found) => {
                Seen::unhealthy(format!("answered {shown}, not {expect}"))
            }
            Some(_) | None => Seen::healthy(format!("answered {shown}")),
        }
    }
}

/// As in a zone file, with the strings of a text in one. What could move a terminal is shown as `?`.
fn value<O: AsRef<[u8]>, N: std::fmt::Display>(data: &ZoneRecordData<O, N>) -> String {
    let text = if let ZoneRecordData::Txt(text) = data {
        String::from_utf8_lossy(&text.text::<Vec<u8>>()).into_owned()
    } else {
        data.to_string()
    };
    text.replace(char::is_control, "?")
}
