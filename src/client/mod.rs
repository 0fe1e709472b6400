//! F4: how herald asks as a client, over HTTP and TLS. Whoever answers must be who was asked, now: so
//! no proxy stands between, no redirect is followed, and nothing is reused: neither a connection,
//! since a fresh one proves that the server still accepts, nor a TLS session, since a resumed one
//! shows no certificate.
//!
//! Names of hosts are looked up here too ([`look_up`]): a resolver that hangs must not take the threads
//! of everybody else.

mod anyone;
mod names;
mod words;

use std::sync::{Arc, LazyLock};

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};
use rustls::client::Resumption;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

use crate::base::Trust;

use anyone::Anyone;
use names::Names;

pub use names::{connect, look_up};
pub use words::{handshake_error, words};

/// What the distribution keeps (ca-certificates), or SSL_CERT_FILE and SSL_CERT_DIR name. Read once
/// and when first needed: some 150 certificates take a few milliseconds.
static MACHINE: LazyLock<Arc<RootCertStore>> = LazyLock::new(|| {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    Arc::new(store)
});

/// An HTTP client, to be completed by `build`. Without `trust` it cannot speak TLS with anybody.
#[expect(clippy::disallowed_methods, reason = "this is the one place that makes HTTP clients")]
pub fn http(trust: Option<&Trust>) -> ClientBuilder {
    let tls = match trust {
        Some(trust) => tls(trust),
        None => believing(Arc::new(RootCertStore::empty())),
    };
    Client::builder()
        .no_proxy()
        .dns_resolver(Arc::new(Names))
        .redirect(Policy::none())
        .pool_max_idle_per_host(0)
        .tls_backend_preconfigured(tls)
}

/// The client's side of TLS 1.2 and 1.3, without a certificate of its own.
pub fn tls(trust: &Trust) -> ClientConfig {
    match trust {
        Trust::Machine => believing(Arc::clone(&MACHINE)),
        Trust::Authorities(authorities) => {
            believing(Arc::new(RootCertStore { roots: authorities.to_vec() }))
        }
        Trust::Anyone => {
            let mut config = believing(Arc::new(RootCertStore::empty()));
            let algorithms = config.crypto_provider().signature_verification_algorithms;
            config.dangerous().set_certificate_verifier(Arc::new(Anyone::new(algorithms)));
            config
        }
    }
}

fn believing(authorities: Arc<RootCertStore>) -> ClientConfig {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has suites for TLS 1.2 and 1.3")
        .with_root_certificates(authorities)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    config
}
