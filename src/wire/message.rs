use super::codes::{BAD_LENGTH, BAD_TYPE, NOT_SYNCHRONIZED};
use super::cursor::{Reader, length16};
use super::{Error, Notification, Open, RouteRefresh, Update};

/// One message of BGP-4.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "messages are handled one by one, never kept")]
pub enum Message {
    /// Introduces a speaker and its capabilities.
    Open(Open),
    /// Announces and withdraws routes.
    Update(Update),
    /// Ends the session and says why.
    Notification(Notification),
    /// Says that the speaker is still there.
    Keepalive,
    /// Asks for routes again, or frames the answer.
    RouteRefresh(RouteRefresh),
}

/// The type of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageKind {
    /// Type 1.
    Open,
    /// Type 2.
    Update,
    /// Type 3.
    Notification,
    /// Type 4.
    Keepalive,
    /// Type 5 (RFC 2918).
    RouteRefresh,
}

/// What both OPENs have agreed on, as far as it changes how octets are read and written. The default
/// is what holds before the OPENs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Context {
    /// Both sides have capability 65: AS numbers in paths have four octets (RFC 6793).
    pub four_octet_asn: bool,
    /// Both sides have capability 6: messages may have 65535 octets (RFC 8654).
    pub extended_messages: bool,
}

impl Context {
    /// Longest message in octets, header included. OPEN and KEEPALIVE stay at 4096 (RFC 8654 §4).
    pub fn max_length(&self) -> usize {
        if self.extended_messages { 65535 } else { 4096 }
    }
}

/// Octets of the message header.
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +---------------------------------------------------------------+
/// |                 marker (16 octets, all ones)                  |
/// +-------------------------------+---------------+---------------+
/// |            length             |     type      |
/// +-------------------------------+---------------+
/// ```
pub const HEADER_LENGTH: usize = 19;

const MARKER_LENGTH: usize = 16;
const TYPE_OFFSET: usize = 18;

/// How many octets the message at the head of a stream has; `None` while its header is incomplete. The
/// message itself may be incomplete too.
///
/// # Errors
///
/// The marker is not all ones (noticed with its first wrong octet), the length does not suit the
/// type, or the type is unknown (RFC 4271 §6.1, RFC 8654 §4): there is no next message in such a stream.
pub fn frame_length(octets: &[u8], context: &Context) -> Result<Option<usize>, Error> {
    header(octets, context).map(|header| header.map(|(_, length)| length))
}

fn header(octets: &[u8], context: &Context) -> Result<Option<(MessageKind, usize)>, Error> {
    let wrong = octets.iter().take(MARKER_LENGTH).position(|octet| *octet != 0xff);
    if let Some(offset) = wrong {
        return Err(Error::new(offset, NOT_SYNCHRONIZED, "a marker that is not all ones"));
    }
    let mut reader = Reader::new(octets, 0);
    let Some([.., high, low, code]) = reader.array::<HEADER_LENGTH>() else { return Ok(None) };
    let field = [high, low];
    let length = usize::from(u16::from_be_bytes(field));
    let bad_length = |what: String| Error::new(MARKER_LENGTH, BAD_LENGTH, what).with_data(field);
    if !(HEADER_LENGTH..=context.max_length()).contains(&length) {
        return Err(bad_length(format!("a message of {length} octets")));
    }
    let Some(kind) = MessageKind::from_code(code) else {
        let what = format!("a message of unknown type {code}");
        return Err(Error::new(TYPE_OFFSET, BAD_TYPE, what).with_data([code]));
    };
    if !kind.lengths(context).contains(&length) {
        return Err(bad_length(format!("{} of {length} octets", kind.as_str())));
    }
    Ok(Some((kind, length)))
}

impl Message {
    /// Its type.
    pub fn kind(&self) -> MessageKind {
        match self {
            Self::Open(_) => MessageKind::Open,
            Self::Update(_) => MessageKind::Update,
            Self::Notification(_) => MessageKind::Notification,
            Self::Keepalive => MessageKind::Keepalive,
            Self::RouteRefresh(_) => MessageKind::RouteRefresh,
        }
    }

    /// Reads one whole message, as long as [`frame_length`] says.
    ///
    /// # Errors
    ///
    /// What ends the session; malformed attributes that do not are in [`Update::faults`].
    pub fn decode(frame: &[u8], context: &Context) -> Result<Self, Error> {
        let whole = header(frame, context)?.filter(|(_, length)| *length == frame.len());
        let Some((kind, _)) = whole else {
            let what = format!("{} octets that are not one message", frame.len());
            let field = length16(frame.len());
            return Err(Error::new(MARKER_LENGTH, BAD_LENGTH, what).with_data(field));
        };
        let body = Reader::new(frame.get(HEADER_LENGTH..).unwrap_or_default(), HEADER_LENGTH);
        Ok(match kind {
            MessageKind::Open => Self::Open(Open::read(body)?),
            MessageKind::Update => Self::Update(Update::read(body, context)?),
            MessageKind::Notification => Self::Notification(Notification::read(body)),
            MessageKind::Keepalive => Self::Keepalive,
            MessageKind::RouteRefresh => Self::RouteRefresh(RouteRefresh::read(body, frame)?),
        })
    }

    /// The octets of the message, header included.
    ///
    /// The value must fit [`Context::max_length`]: UPDATEs from [`pack_announcements`] and
    /// [`pack_withdrawals`] do, and everything that was decoded in the same context does.
    ///
    /// [`pack_announcements`]: super::pack_announcements
    /// [`pack_withdrawals`]: super::pack_withdrawals
    pub fn encode(&self, context: &Context) -> Vec<u8> {
        let mut out = vec![0xff; MARKER_LENGTH];
        out.extend([0, 0, self.kind().code()]);
        match self {
            Self::Open(open) => open.write(&mut out),
            Self::Update(update) => update.write(&mut out, context),
            Self::Notification(notification) => notification.write(&mut out, context),
            Self::Keepalive => {}
            Self::RouteRefresh(refresh) => refresh.write(&mut out),
        }
        let length = length16(out.len());
        if let Some(field) = out.get_mut(MARKER_LENGTH..TYPE_OFFSET) {
            field.copy_from_slice(&length);
        }
        out
    }
}

impl MessageKind {
    /// All types, in the order of their codes.
    pub const ALL: [Self; 5] =
        [Self::Open, Self::Update, Self::Notification, Self::Keepalive, Self::RouteRefresh];

    /// The code on the wire (IANA "BGP Message Types").
    pub fn code(self) -> u8 {
        match self {
            Self::Open => 1,
            Self::Update => 2,
            Self::Notification => 3,
            Self::Keepalive => 4,
            Self::RouteRefresh => 5,
        }
    }

    /// The type with this code.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Its name in logs and counters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Update => "update",
            Self::Notification => "notification",
            Self::Keepalive => "keepalive",
            Self::RouteRefresh => "route-refresh",
        }
    }

    /// Lengths a message of this type can have. A short NOTIFICATION is let through, because there is no
    /// answer to it (RFC 4271 §6.4); a short ROUTE-REFRESH has an error of its own (RFC 7313 §5).
    fn lengths(self, context: &Context) -> std::ops::RangeInclusive<usize> {
        let standard = Context::default().max_length();
        match self {
            Self::Open => 29..=standard,
            Self::Update => 23..=context.max_length(),
            Self::Notification | Self::RouteRefresh => HEADER_LENGTH..=context.max_length(),
            Self::Keepalive => HEADER_LENGTH..=HEADER_LENGTH,
        }
    }
}
