use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, TrustAnchor};

/// Whose certificates are believed over TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// Those that an authority has signed which this machine trusts, for the name that was asked for.
    Machine,
    /// The same with these authorities and no others; at least one.
    Authorities(Arc<[TrustAnchor<'static>]>),
    /// Any, for whatever name (`insecure`): proves that a server answers, not which.
    Anyone,
}

impl Trust {
    /// Only these authorities; those that are no X.509 certificate are left out. `None` without any.
    pub fn authorities<'a>(
        certificates: impl IntoIterator<Item = CertificateDer<'a>>,
    ) -> Option<Self> {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(certificates);
        (!store.is_empty()).then(|| Self::Authorities(store.roots.into()))
    }
}
