use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::{files, scalar};
use crate::base::Trust;
use crate::config::reader::{Placed, Section};
use crate::config::regular_file;
use crate::config::surroundings::{Access, Machine};

/// Far more than the authorities of the whole web take.
const LONGEST_FILE: u64 = 4 << 20;

/// Whose certificates are believed, by `ca-file` and `insecure` of a table; nobody's when it is not
/// about TLS, which `with` would change. The outer `None` only after a fault has been noted.
pub(super) fn read(section: &Section<'_>, encrypted: bool, with: &str) -> Option<Option<Trust>> {
    let insecure = section.boolean("insecure");
    let file = section.text("ca-file", scalar::path);
    let insecure = insecure?.value;
    if !encrypted {
        refuse_unused(section, "ca-file", with);
        if insecure {
            refuse_unused(section, "insecure", with);
        }
        return Some(None);
    }
    match (insecure, file) {
        (true, Some(file)) => {
            section.notes.fault(
                &file.span,
                "ca-file and insecure exclude each other",
                "insecure believes any certificate, whoever signed it",
                "leave insecure out",
            );
            None
        }
        (true, None) => Some(Some(Trust::Anyone)),
        (false, Some(file)) => from_file(section, &file).map(Some),
        (false, None) => Some(Some(Trust::Machine)),
    }
}

/// A key that does nothing without TLS.
pub(super) fn refuse_unused(section: &Section<'_>, key: &str, with: &str) {
    if section.has(key) {
        section.notes.fault(
            &section.span_of(key),
            format!("{key} has no use without {with}"),
            "nothing is encrypted, and no certificate is shown",
            format!("leave {key} out, or use {with}"),
        );
    }
}

fn from_file(section: &Section<'_>, file: &Placed<PathBuf>) -> Option<Trust> {
    let help = "make it a PEM file with the certificate of the authority";
    let refuse = |rule: &str| {
        let message = format!("ca-file {} cannot be used", file.shown);
        section.notes.fault(&file.span, message, rule, help);
        None
    };
    let octets = match contents(&file.value) {
        Ok(octets) => octets,
        Err(error) => {
            files::note_unreadable(section, "ca-file", file, &error, help);
            // Elsewhere it will be there; here that was a fault.
            return matches!(section.notes.machine(), Machine::Elsewhere).then_some(Trust::Machine);
        }
    };
    files::worry_about_user(section, "ca-file", file, Access::Read);
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&octets).collect();
    let Ok(certificates) = certificates else { return refuse("it is not PEM") };
    match Trust::authorities(certificates) {
        Some(trust) => Some(trust),
        None => refuse("no certificate is in it"),
    }
}

fn contents(path: &Path) -> io::Result<Vec<u8>> {
    let file = regular_file(path)?;
    let mut octets = Vec::new();
    file.take(LONGEST_FILE).read_to_end(&mut octets)?;
    Ok(octets)
}
