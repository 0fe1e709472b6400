use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tempfile::TempDir;

/// A certificate authority of a test's own.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    directory: TempDir,
}

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("a certificate of a test");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a certificate of a test");
        let directory = TempDir::new().expect("a certificate of a test");
        let certificate = params.self_signed(&key).expect("a certificate of a test");
        std::fs::write(directory.path().join("ca.pem"), certificate.pem())
            .expect("a certificate of a test");
        Self { issuer: Issuer::new(params, key), directory }
    }

    /// What `ca-file` names.
    pub(super) fn file(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    /// A server whose certificate is for these names and addresses.
    pub(super) fn server(&self, names: &[&str]) -> ServerConfig {
        self.signed(Self::named(names))
    }

    /// A server whose certificate was valid in another century.
    pub(super) fn expired_server(&self, names: &[&str]) -> ServerConfig {
        let mut params = Self::named(names);
        params.not_before = date_time_ymd(1998, 1, 1);
        params.not_after = date_time_ymd(1999, 1, 1);
        self.signed(params)
    }

    fn named(names: &[&str]) -> CertificateParams {
        CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>())
            .expect("a certificate of a test")
    }

    fn signed(&self, params: CertificateParams) -> ServerConfig {
        let key = KeyPair::generate().expect("a certificate of a test");
        let certificate: CertificateDer<'static> =
            params.signed_by(&key, &self.issuer).expect("a certificate of a test").into();
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a certificate of a test");
        ServerConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .expect("a certificate of a test")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("a certificate of a test")
    }
}
