use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::geteuid;

use crate::accounts;
use crate::health::Outcome;

use super::answer::Malformed;

/// Why a question got no answer that can be believed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Silence {
    /// The socket's path does not exist: HAProxy is not running, or runs with another path.
    #[error("HAProxy is gone: no socket {}", .0.display())]
    NoSocket(PathBuf),
    /// Nobody listens.
    #[error("HAProxy is gone: connection refused at {0}")]
    Refused(String),
    /// The connection ended before the first octet of an answer.
    #[error("HAProxy is gone: it closed the connection at {0} without an answer")]
    Closed(String),
    /// The answer began and broke off.
    #[error("HAProxy's answer at {0} broke off")]
    Cut(String),
    /// The socket may not be opened.
    #[error("permission denied at {}: {way_out}", .path.display())]
    Denied { path: PathBuf, way_out: String },
    /// No complete answer in time.
    #[error("HAProxy gave no answer within {0:?}")]
    TimedOut(Duration),
    /// Anything else between us and HAProxy.
    #[error("cannot ask HAProxy at {place}: {cause}")]
    Unreachable { place: String, cause: String },
    /// What answered does not speak as HAProxy does.
    #[error("{place}: {fault}")]
    Malformed { place: String, fault: Malformed },
    /// More than [`super::client::LONGEST_ANSWER`].
    #[error("HAProxy's answer at {place} is longer than {limit} MiB")]
    TooLong { place: String, limit: usize },
    /// Only an old worker answers; its checks have stopped.
    #[error("HAProxy worker {0} is stopping")]
    Stopping(u32),
    /// HTTP 401 or 403.
    #[error(
        "{url} answered {status}: `user` and `password-file` must match HAProxy's `stats auth`"
    )]
    Login { url: String, status: u16 },
    /// Another HTTP status than 200.
    #[error("{url} answered {status}: `url` must be the page that HAProxy's `stats uri` names")]
    Status { url: String, status: u16 },
    /// The password cannot be read.
    #[error("cannot read password-file {}: {cause}", .path.display())]
    PasswordFile { path: PathBuf, cause: io::Error },
}

impl Silence {
    /// What the silence says about health. Only a dead end at HAProxy itself is a death; whatever
    /// may lie between it and us proves nothing.
    pub(super) fn outcome(&self) -> Outcome {
        match self {
            Self::NoSocket(_) | Self::Refused(_) | Self::Closed(_) => Outcome::Gone,
            Self::Cut(_)
            | Self::Denied { .. }
            | Self::TimedOut(_)
            | Self::Unreachable { .. }
            | Self::Malformed { .. }
            | Self::TooLong { .. }
            | Self::Stopping(_)
            | Self::Login { .. }
            | Self::Status { .. }
            | Self::PasswordFile { .. } => Outcome::Unknown,
        }
    }

    /// Whether the worker that took the question may have ended meanwhile, at a reload for example,
    /// while another one is ready to answer.
    pub(super) fn may_be_a_handover(&self) -> bool {
        matches!(self, Self::Closed(_) | Self::Cut(_) | Self::Stopping(_))
    }

    /// Reads the error of a connection to the unix socket at `path`.
    pub(super) fn from_unix(path: &Path, error: &io::Error) -> Self {
        let kind = error.kind();
        if kind == io::ErrorKind::NotFound {
            Self::NoSocket(path.to_owned())
        } else if kind == io::ErrorKind::PermissionDenied {
            let mut way_out = way_in(path);
            if geteuid().is_root() {
                // See `privileges`.
                way_out.push_str("; as root it opens only what is root's: run it as its own user");
            }
            Self::Denied { path: path.to_owned(), way_out }
        } else {
            Self::from_io(path.display().to_string(), error)
        }
    }

    /// Reads the error of a connection.
    pub(super) fn from_io(place: String, error: &io::Error) -> Self {
        use io::ErrorKind::{BrokenPipe, ConnectionRefused, ConnectionReset, UnexpectedEof};
        let kind = error.kind();
        if kind == ConnectionRefused {
            Self::Refused(place)
        } else if matches!(kind, ConnectionReset | BrokenPipe | UnexpectedEof) {
            Self::Closed(place)
        } else {
            Self::Unreachable { place, cause: error.to_string() }
        }
    }
}

/// How to be let in at a socket that refused us.
fn way_in(socket: &Path) -> String {
    const GROUP_WRITES: u32 = 0o020;
    const ROOT: u32 = 0;
    let Ok(about) = fs::metadata(socket) else {
        return "its directory is closed to herald's user".to_owned();
    };
    let group = accounts::group(about.gid()).unwrap_or_else(|| about.gid().to_string());
    if about.mode() & GROUP_WRITES == 0 || about.gid() == ROOT {
        return format!(
            "it belongs to group {group} with mode {:04o}; HAProxy's line must say \
             `stats socket {} mode 660 group herald`",
            about.mode() & 0o7777,
            socket.display()
        );
    }
    format!("join its group with `usermod -aG {group} herald` and restart herald")
}
