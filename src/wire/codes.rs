//! Error codes and subcodes of the NOTIFICATION message (IANA "BGP Error (Notification) Codes" and the
//! subcode registries below it), as pairs: `(code, subcode)`.

/// A code and a subcode.
pub type Pair = (u8, u8);

/// Error code of Cease, the orderly end.
pub const CEASE: u8 = 6;

macro_rules! codes {
    ($( $(#[$doc:meta])* $name:ident = ($code:literal, $subcode:literal) $text:literal; )*) => {
        $( $(#[$doc])* pub const $name: Pair = ($code, $subcode); )*

        /// The registry's name of a pair, `None` for one that it does not know.
        pub fn subcode_name(pair: Pair) -> Option<&'static str> {
            match pair {
                $( $name => Some($text), )*
                _ => None,
            }
        }
    };
}

codes! {
    /// RFC 4271 §6.1: the marker is not all ones.
    NOT_SYNCHRONIZED = (1, 1) "Connection Not Synchronized";
    /// RFC 4271 §6.1, data: the length field.
    BAD_LENGTH = (1, 2) "Bad Message Length";
    /// RFC 4271 §6.1, data: the type field.
    BAD_TYPE = (1, 3) "Bad Message Type";
    /// RFC 4271 §6.2: something in the OPEN for which there is no subcode.
    OPEN_UNSPECIFIC = (2, 0) "Unspecific";
    /// RFC 4271 §6.2, data: the version we speak.
    UNSUPPORTED_VERSION = (2, 1) "Unsupported Version Number";
    /// RFC 4271 §6.2, RFC 7607.
    BAD_PEER_AS = (2, 2) "Bad Peer AS";
    /// RFC 4271 §6.2, RFC 6286.
    BAD_IDENTIFIER = (2, 3) "Bad BGP Identifier";
    /// RFC 4271 §6.2.
    UNSUPPORTED_PARAMETER = (2, 4) "Unsupported Optional Parameter";
    /// RFC 4271 §6.2: a hold time of one or two seconds.
    UNACCEPTABLE_HOLD_TIME = (2, 6) "Unacceptable Hold Time";
    /// RFC 5492 §5, data: the capabilities that are missing.
    UNSUPPORTED_CAPABILITY = (2, 7) "Unsupported Capability";
    /// RFC 9234 §4.2.
    ROLE_MISMATCH = (2, 11) "Role Mismatch";
    /// RFC 4271 §6.3: the lengths inside the UPDATE contradict each other.
    MALFORMED_ATTRIBUTE_LIST = (3, 1) "Malformed Attribute List";
    /// RFC 4271 §6.3, data: the attribute.
    UNRECOGNIZED_WELL_KNOWN = (3, 2) "Unrecognized Well-known Attribute";
    /// RFC 4271 §6.3, data: the type code.
    MISSING_WELL_KNOWN = (3, 3) "Missing Well-known Attribute";
    /// RFC 4271 §6.3, data: the attribute.
    ATTRIBUTE_FLAGS = (3, 4) "Attribute Flags Error";
    /// RFC 4271 §6.3, data: the attribute.
    ATTRIBUTE_LENGTH = (3, 5) "Attribute Length Error";
    /// RFC 4271 §6.3, data: the attribute.
    INVALID_ORIGIN = (3, 6) "Invalid ORIGIN Attribute";
    /// RFC 4271 §6.3, data: the attribute.
    INVALID_NEXT_HOP = (3, 8) "Invalid NEXT_HOP Attribute";
    /// RFC 4271 §6.3, data: the attribute.
    OPTIONAL_ATTRIBUTE = (3, 9) "Optional Attribute Error";
    /// RFC 4271 §6.3: a prefix that is too long or cut short.
    INVALID_NETWORK_FIELD = (3, 10) "Invalid Network Field";
    /// RFC 4271 §6.3.
    MALFORMED_AS_PATH = (3, 11) "Malformed AS_PATH";
    /// RFC 4271 §6.5.
    HOLD_TIMER_EXPIRED = (4, 0) "Hold Timer Expired";
    /// RFC 6608 §3, data: the message type.
    UNEXPECTED_IN_OPEN_SENT = (5, 1) "Receive Unexpected Message in OpenSent State";
    /// RFC 6608 §3, data: the message type.
    UNEXPECTED_IN_OPEN_CONFIRM = (5, 2) "Receive Unexpected Message in OpenConfirm State";
    /// RFC 6608 §3, data: the message type.
    UNEXPECTED_IN_ESTABLISHED = (5, 3) "Receive Unexpected Message in Established State";
    /// RFC 4486 §3, data may be AFI, SAFI and the limit.
    MAXIMUM_PREFIXES = (6, 1) "Maximum Number of Prefixes Reached";
    /// RFC 4486 §3, data may be a text (RFC 9003).
    ADMINISTRATIVE_SHUTDOWN = (6, 2) "Administrative Shutdown";
    /// RFC 4486 §3.
    PEER_DECONFIGURED = (6, 3) "Peer De-configured";
    /// RFC 4486 §3, data may be a text (RFC 9003).
    ADMINISTRATIVE_RESET = (6, 4) "Administrative Reset";
    /// RFC 4486 §3.
    CONNECTION_REJECTED = (6, 5) "Connection Rejected";
    /// RFC 4486 §3.
    OTHER_CONFIGURATION_CHANGE = (6, 6) "Other Configuration Change";
    /// RFC 4486 §3, RFC 4271 §6.8.
    CONNECTION_COLLISION = (6, 7) "Connection Collision Resolution";
    /// RFC 4486 §3.
    OUT_OF_RESOURCES = (6, 8) "Out of Resources";
    /// RFC 8538 §3.1, data: code, subcode and data of the real reason.
    HARD_RESET = (6, 9) "Hard Reset";
    /// RFC 9384 §3.
    BFD_DOWN = (6, 10) "BFD Down";
    /// RFC 7313 §5, data: the whole message.
    REFRESH_LENGTH = (7, 1) "Invalid Message Length";
    /// RFC 9687 §4.
    SEND_HOLD_TIMER_EXPIRED = (8, 0) "Send Hold Timer Expired";
}

/// The registry's name of an error code, `None` for one that it does not know.
pub fn code_name(code: u8) -> Option<&'static str> {
    Some(match code {
        1 => "Message Header Error",
        2 => "OPEN Message Error",
        3 => "UPDATE Message Error",
        4 => "Hold Timer Expired",
        5 => "Finite State Machine Error",
        CEASE => "Cease",
        7 => "ROUTE-REFRESH Message Error",
        8 => "Send Hold Timer Expired",
        _ => return None,
    })
}
