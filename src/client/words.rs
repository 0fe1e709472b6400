use std::io;

use rustls::{CertificateError, Error};

/// What TLS says in an error of a connection, however deep.
pub fn handshake_error(error: &io::Error) -> Option<&Error> {
    let inner = error.get_ref()?;
    let deeper = || inner.downcast_ref::<io::Error>().and_then(handshake_error);
    inner.downcast_ref().or_else(deeper)
}

/// Why a handshake failed, for an operator.
pub fn words(error: &Error) -> String {
    if let Error::InvalidCertificate(fault) = error {
        return format!("certificate {}", certificate(fault));
    }
    if let Error::InvalidMessage(_) = error {
        return "the server does not speak TLS".to_owned();
    }
    format!("TLS: {error}")
}

/// The faults an operator can mend; all others in the words of the library.
fn certificate(fault: &CertificateError) -> String {
    use CertificateError::{
        BadSignature, Expired, ExpiredContext, NotValidForNameContext, NotValidYet,
        NotValidYetContext, UnknownIssuer,
    };
    // Bad is also that of an authority with the name of a trusted one.
    if matches!(fault, UnknownIssuer | BadSignature) {
        return "is signed by nobody that is trusted (ca-file)".to_owned();
    }
    if matches!(fault, Expired | ExpiredContext { .. }) {
        return "has expired".to_owned();
    }
    if matches!(fault, NotValidYet | NotValidYetContext { .. }) {
        return "is not valid yet".to_owned();
    }
    if let NotValidForNameContext { expected, presented } = fault {
        return match presented.as_slice() {
            [] => format!("is not for {}, nor for any name", expected.to_str()),
            names => {
                let names: Vec<_> = names.iter().map(|name| plain(name)).collect();
                format!("is not for {}, but for {}", expected.to_str(), names.join(", "))
            }
        };
    }
    format!("cannot be believed: {fault}")
}

/// The library shows names as `DnsName("www.example.com")`.
fn plain(name: &str) -> &str {
    let inner = name.split_once('(').and_then(|(_, inner)| inner.strip_suffix(')'));
    inner.unwrap_or(name).trim_matches('"')
}
