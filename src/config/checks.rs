use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use domain::base::iana::Rtype;
use domain::base::name::Name;
use reqwest::header::HeaderMap;
use reqwest::{Method, Url};
use rustls::pki_types::ServerName;

use super::pattern::Pattern;
use crate::base::{CheckName, CommandLine, ServiceName, Trust};
use crate::health::CheckParams;

/// `[service.X.check.NAME]` of any kind but `haproxy`, whose checks belong to an instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Its service.
    pub service: ServiceName,
    /// Its name.
    pub name: CheckName,
    /// What it looks at.
    pub kind: CheckKind,
    /// When it looks.
    pub cadence: Cadence,
}

/// When a check looks, and how long a look may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cadence {
    /// From the beginning of one look to that of the next.
    pub interval: Duration,
    /// The same while a change is being confirmed; at most `interval`.
    pub fast_interval: Duration,
    /// After this, a look has failed.
    pub timeout: Duration,
    /// How many equal samples confirm a change.
    pub counts: CheckParams,
}

/// What a check looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum CheckKind {
    /// `http`.
    Http(Box<HttpCheck>),
    /// `tcp`.
    Tcp(TcpCheck),
    /// `dns`.
    Dns(DnsCheck),
    /// `exec`.
    Exec(CommandLine),
    /// `file`.
    File(FileCheck),
    /// `process`.
    Process(ProcessCheck),
}

impl CheckKind {
    /// The word in the file and in status.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Http(_) => "http",
            Self::Tcp(_) => "tcp",
            Self::Dns(_) => "dns",
            Self::Exec(_) => "exec",
            Self::File(_) => "file",
            Self::Process(_) => "process",
        }
    }
}

/// An `http` check.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpCheck {
    /// The page, http or https.
    pub url: Url,
    /// The Host header and the name in the certificate, `NAME` or `NAME:PORT`.
    pub host: Option<String>,
    /// The method.
    pub method: Method,
    /// Further headers.
    pub headers: HeaderMap,
    /// The statuses that are healthy.
    pub status: Statuses,
    /// What the body must match.
    pub body: Option<Pattern>,
    /// Whose certificates are believed, with https.
    pub trust: Option<Trust>,
}

/// Statuses of HTTP (RFC 9110 §15).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statuses(pub(super) Vec<RangeInclusive<u16>>);

impl Statuses {
    /// Whether this is one of them.
    pub fn contains(&self, status: u16) -> bool {
        self.0.iter().any(|range| range.contains(&status))
    }
}

/// A `tcp` check.
#[derive(Debug, Clone, PartialEq)]
pub struct TcpCheck {
    /// Where to connect, `HOST:PORT`.
    pub address: String,
    /// What is sent first.
    pub send: Option<String>,
    /// What must be answered.
    pub expect: Option<Pattern>,
    /// TLS on the connection.
    pub tls: Option<TcpTls>,
}

/// TLS of a `tcp` check.
#[derive(Debug, Clone, PartialEq)]
pub struct TcpTls {
    /// For whom the certificate must be.
    pub server_name: ServerName<'static>,
    /// Whose certificates are believed.
    pub trust: Trust,
}

/// A `dns` check.
#[derive(Debug, Clone, PartialEq)]
pub struct DnsCheck {
    /// The server.
    pub server: SocketAddr,
    /// The name that is asked for.
    pub name: Name<Vec<u8>>,
    /// The type of the records.
    pub record_type: Rtype,
    /// What one of them must be, in the form of [`DnsCheck::comparable`].
    pub expect: Option<String>,
}

impl DnsCheck {
    /// The form in which values of records are compared: names count without regard to case and the
    /// final dot (RFC 4343).
    pub fn comparable(value: &str) -> String {
        value.trim_end_matches('.').to_ascii_lowercase()
    }
}

/// A `file` check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileCheck {
    /// The file.
    pub path: PathBuf,
    /// Whether it must be there, or must not.
    pub present: bool,
}

/// A `process` check: how the process is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProcessCheck {
    /// By its number in the first line of a file.
    PidFile {
        /// The file.
        path: PathBuf,
        /// The name that the process must have.
        name: Option<String>,
    },
    /// By its name, of at most 15 octets; any process of that name will do.
    Name(String),
}
