//! Whether this kernel can sign what the configuration wants signed. It is asked before anything
//! starts: a session that cannot be protected as its operator wants must not come up in another way.

use std::io;

use socket2::SockRef;

use super::{socket, sockopt};
use crate::base::NeighborName;
use crate::config::{Neighbor, Signature};

/// Why a session cannot be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// The kernel has no TCP-MD5.
    #[error(
        "neighbour {neighbor} has password-file, and this kernel has no TCP-MD5: run one with CONFIG_TCP_MD5SIG=y, or remove password-file on both sides"
    )]
    Md5 {
        /// Whose.
        neighbor: NeighborName,
        /// The cause.
        source: io::Error,
    },
    /// The kernel has no TCP-AO.
    #[error(
        "neighbour {neighbor} has tcp-ao, and this kernel has no TCP authentication option: run Linux 6.7 or later with CONFIG_TCP_AO=y, or take password-file (TCP-MD5) instead on both sides"
    )]
    Ao {
        /// Whose.
        neighbor: NeighborName,
        /// The cause.
        source: io::Error,
    },
    /// It has TCP-AO without the algorithm, or something else.
    #[error(
        "the kernel refuses the {key} of neighbour {neighbor}: it may lack the algorithm (CONFIG_CRYPTO_HMAC and CONFIG_CRYPTO_SHA1, or CONFIG_CRYPTO_CMAC)"
    )]
    Other {
        /// Whose.
        neighbor: NeighborName,
        /// The key of the configuration.
        key: &'static str,
        /// The cause.
        source: io::Error,
    },
}

/// Tries every password and key on a socket that is never connected.
///
/// # Errors
///
/// The first neighbour whose session this kernel cannot sign.
pub fn check_signatures<'a>(
    neighbors: impl IntoIterator<Item = &'a Neighbor>,
) -> Result<(), SignatureError> {
    for neighbor in neighbors {
        if let Some(signature) = &neighbor.transport.signature {
            let remote = neighbor.transport.remote;
            let signed = socket::unconnected(remote).and_then(|socket| {
                sockopt::sign(&SockRef::from(&socket), remote.is_ipv6(), remote.ip(), signature)
            });
            signed.map_err(|source| SignatureError::new(neighbor, signature, source))?;
        }
    }
    Ok(())
}

impl SignatureError {
    fn new(neighbor: &Neighbor, signature: &Signature, source: io::Error) -> Self {
        let neighbor = neighbor.name.clone();
        match signature {
            _ if source.raw_os_error() != Some(libc::ENOPROTOOPT) => {
                Self::Other { neighbor, key: signature.key(), source }
            }
            Signature::Md5(_) => Self::Md5 { neighbor, source },
            Signature::Ao(_) => Self::Ao { neighbor, source },
        }
    }
}
