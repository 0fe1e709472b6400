use super::password::Password;

/// What signs the TCP segments of a session, so that nobody else can speak for the neighbour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// TCP-MD5 (RFC 2385), `password-file`.
    Md5(Password),
    /// The authentication option (RFC 5925), `tcp-ao`.
    Ao(AoKey),
}

impl Signature {
    /// The key that asks for it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Md5(_) => "password-file",
            Self::Ao(_) => "tcp-ao",
        }
    }
}

/// A master key tuple (RFC 5925 §3.1) as far as it is not the connection's own addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AoKey {
    /// The master key; Linux takes as many octets of it as of a password.
    pub secret: Password,
    /// KeyID of the segments that we send.
    pub send_id: u8,
    /// KeyID of the segments that the neighbour sends.
    pub recv_id: u8,
    /// How a segment is signed.
    pub algorithm: AoAlgorithm,
}

/// Both algorithms of RFC 5926, each with its key derivation and a MAC of 96 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AoAlgorithm {
    /// HMAC-SHA-1-96 (§3.2.1).
    HmacSha1,
    /// AES-128-CMAC-96 (§3.2.2).
    Aes128Cmac,
}

impl AoAlgorithm {
    /// Both.
    pub const ALL: [Self; 2] = [Self::HmacSha1, Self::Aes128Cmac];

    /// Its name in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha1 => "hmac-sha-1",
            Self::Aes128Cmac => "aes-128-cmac",
        }
    }
}
