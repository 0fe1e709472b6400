use std::num::{NonZeroU8, NonZeroU32};
use std::time::Duration;

use super::{Diagnostic, Discard, State};

/// Octets of a packet without authentication.
pub const PACKET_LENGTH: usize = 24;

/// The only version there is (RFC 5880 §4.1).
const VERSION: u8 = 1;

const POLL: u8 = 1 << 5;
const FINAL: u8 = 1 << 4;
const AUTHENTICATED: u8 = 1 << 2;
const DEMAND: u8 = 1 << 1;
const MULTIPOINT: u8 = 1;

/// A BFD control packet (RFC 5880 §4.1), as far as herald uses it.
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |Vers |  Diag   |Sta|P|F|C|A|D|M|  Detect Mult  |    Length     |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                       My Discriminator                        |
/// |                      Your Discriminator                       |
/// |                    Desired Min TX Interval                    |
/// |                   Required Min RX Interval                    |
/// |                 Required Min Echo RX Interval                 |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
///
/// C is never set: when herald ends, so does its BFD. Required Min Echo RX is written as zero, which
/// says that nothing would come back, and not read, because herald sends no echo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet {
    /// Why the sender's state changed last.
    pub diagnostic: Diagnostic,
    /// The sender's state.
    pub state: State,
    /// P: the sender wants an answer with [`is_final`](Self::is_final) at once.
    pub poll: bool,
    /// F: this is such an answer.
    pub is_final: bool,
    /// D: the sender asks not to be sent to while both sides are up.
    pub demand: bool,
    /// So many missing packets in a row mean that the sender is gone.
    pub multiplier: NonZeroU8,
    /// The sender's name for the session.
    pub my_discriminator: NonZeroU32,
    /// The receiver's name for the session, once the sender has learned it.
    pub your_discriminator: Option<NonZeroU32>,
    /// The sender does not send more often than this; whole microseconds, up to 2^32 - 1 of them.
    pub desired_min_tx: Duration,
    /// The sender cannot take more than one packet in this time; zero = it wants none.
    pub required_min_rx: Duration,
}

impl Packet {
    /// The packet as it is sent.
    pub fn encode(&self) -> [u8; PACKET_LENGTH] {
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        let flags = flag(self.poll, POLL) | flag(self.is_final, FINAL) | flag(self.demand, DEMAND);
        let head = [
            VERSION << 5 | self.diagnostic.code(),
            self.state.code() << 6 | flags,
            self.multiplier.get(),
            PACKET_LENGTH as u8,
        ];
        let words = [
            self.my_discriminator.get(),
            self.your_discriminator.map_or(0, NonZeroU32::get),
            microseconds(self.desired_min_tx),
            microseconds(self.required_min_rx),
            0,
        ];
        let mut octets = [0; PACKET_LENGTH];
        octets[..4].copy_from_slice(&head);
        for (place, word) in octets[4..].chunks_exact_mut(4).zip(words) {
            place.copy_from_slice(&word.to_be_bytes());
        }
        octets
    }

    /// Reads the payload of a datagram by the rules of RFC 5880 §6.8.6 that need no session, in
    /// their order. Octets behind Length are allowed and ignored.
    pub fn decode(payload: &[u8]) -> Result<Self, Discard> {
        let Some((octets, _)) = payload.split_first_chunk::<PACKET_LENGTH>() else {
            return Err(Discard::Short(payload.len()));
        };
        let [first, flags, multiplier, length, words @ ..] = octets;
        // "If the version number is not correct (1), the packet MUST be discarded."
        if first >> 5 != VERSION {
            return Err(Discard::Version(first >> 5));
        }
        // 24 is the least Length, or 26 with the A bit, whose section has two octets at least.
        let authenticated = flags & AUTHENTICATED != 0;
        let least = if authenticated { PACKET_LENGTH + 2 } else { PACKET_LENGTH };
        if usize::from(*length) < least {
            return Err(Discard::Length(*length));
        }
        if usize::from(*length) > payload.len() {
            return Err(Discard::BeyondPayload(*length, payload.len()));
        }
        let multiplier = NonZeroU8::new(*multiplier).ok_or(Discard::ZeroMultiplier)?;
        if flags & MULTIPOINT != 0 {
            return Err(Discard::Multipoint);
        }
        let my_discriminator =
            NonZeroU32::new(word(words, 0)).ok_or(Discard::ZeroMyDiscriminator)?;
        // "If the A bit is set and no authentication is in use, the packet MUST be discarded."
        if authenticated {
            return Err(Discard::Authenticated);
        }
        Ok(Self {
            diagnostic: Diagnostic::from_code(first & 0x1f),
            state: State::from_code(flags >> 6),
            poll: flags & POLL != 0,
            is_final: flags & FINAL != 0,
            demand: flags & DEMAND != 0,
            multiplier,
            my_discriminator,
            your_discriminator: NonZeroU32::new(word(words, 1)),
            desired_min_tx: Duration::from_micros(word(words, 2).into()),
            required_min_rx: Duration::from_micros(word(words, 3).into()),
        })
    }
}

/// The word at `index` behind the first four octets.
fn word(words: &[u8; PACKET_LENGTH - 4], index: usize) -> u32 {
    let (quads, _) = words.as_chunks::<4>();
    u32::from_be_bytes(quads[index])
}

/// The field takes a little more than 71 minutes.
fn microseconds(interval: Duration) -> u32 {
    u32::try_from(interval.as_micros()).unwrap_or(u32::MAX)
}
