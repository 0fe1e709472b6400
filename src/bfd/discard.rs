/// Why a packet was thrown away (RFC 5880 §6.8.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Discard {
    /// The datagram cannot hold a packet.
    #[error("{0} octets, and a control packet has 24 at least")]
    Short(usize),
    /// Not version 1.
    #[error("version {0}, and only 1 is known")]
    Version(u8),
    /// Length is less than the mandatory section, or than that and an authentication section.
    #[error("a length field of {0}, which is too small")]
    Length(u8),
    /// Length says more than there is.
    #[error("a length field of {0} in a datagram of {1} octets")]
    BeyondPayload(u8, usize),
    /// Detect Mult is zero.
    #[error("a detection multiplier of zero")]
    ZeroMultiplier,
    /// M is reserved for point-to-multipoint.
    #[error("the multipoint bit is set")]
    Multipoint,
    /// My Discriminator is zero.
    #[error("the sender's discriminator is zero")]
    ZeroMyDiscriminator,
    /// A is set; herald uses no authentication.
    #[error("the packet is authenticated, and authentication is not in use here")]
    Authenticated,
    /// Your Discriminator is that of no session, or of another one.
    #[error("it names a session that is not this one")]
    OtherSession,
    /// Your Discriminator may be zero only while the sender is Down or AdminDown.
    #[error("it names no session, though its sender claims to know one")]
    NoSession,
    /// We are AdminDown and listen to nobody.
    #[error("the session is held down here")]
    HeldDown,
}
