//! F5: the control socket: HTTP and JSON over a unix socket, and the client that the command line
//! uses. Readable by `curl --unix-socket`.
//!
//! Mode 0660: whoever may open the socket may use it. The server task ends with the process; a
//! question under way is then cut off, which changes nothing.

mod client;
mod server;

pub use client::{ClientError, get};
pub use server::{Control, ControlError};

/// The snapshot as JSON.
pub const STATUS: &str = "/api/v1/status";
/// The routes that neighbours have from us; `?neighbor=NAME` and `?prefix=PREFIX` narrow it.
pub const ADVERTISED: &str = "/api/v1/routes/advertised";
/// The routes that we keep of neighbours, narrowed likewise.
pub const RECEIVED: &str = "/api/v1/routes/received";

#[cfg(test)]
mod tests;
