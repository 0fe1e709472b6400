//! F5: the control socket: HTTP and JSON over a unix socket, and the client that the command line
//! uses. Readable by `curl --unix-socket`; `docs/control.md` shows it.
//!
//! Mode 0660: whoever may open the socket may use it, and each word is logged with who gave it. The
//! server task ends with the process; a question under way is then cut off, which changes nothing.

mod caller;
mod client;
mod commands;
mod reload;
mod server;

pub use client::{ClientError, follow, get, post};
pub use commands::{Answer, Ask, Commands, MOST_REASON, Obeyed, Request};
pub use reload::AskReload;
pub use server::{Control, ControlError};

pub use crate::status::http::{EVENTS, STATUS};

/// The routes that neighbours have from us; `?neighbor=NAME` and `?prefix=PREFIX` narrow it.
pub const ADVERTISED: &str = "/api/v1/routes/advertised";
/// The routes that we keep of neighbours, narrowed likewise.
pub const RECEIVED: &str = "/api/v1/routes/received";
/// Below it, `NAME/explain` says why a service is what it is, `NAME/sessions` how many sessions
/// HAProxy has for it, and a `POST` of an [`Ask`] to
/// `NAME/drain`, `NAME/withdraw`, `NAME/announce` or `NAME/resume` gives a word.
pub const SERVICES: &str = "/api/v1/services";
/// A `POST` of an [`Ask`] drains every service.
pub const DRAIN: &str = "/api/v1/drain";
/// A `POST` of an [`Ask`] withdraws every service.
pub const WITHDRAW: &str = "/api/v1/withdraw";
/// A `POST` of an [`Ask`] resumes every service.
pub const RESUME: &str = "/api/v1/resume";
/// A `POST` of an [`AskReload`] makes the agent read its file again.
pub const RELOAD: &str = "/api/v1/reload";

#[cfg(test)]
mod tests;
