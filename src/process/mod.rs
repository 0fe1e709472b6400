//! F4: other processes of this machine: [`Running`] is a command, [`Process`] holds one that runs.
//!
//! ```text
//! start (own group) ─▶ Running ── first process ends ──▶ kill the group ─▶ reap ─▶ status
//!                         └────── is dropped ──────────▶ kill the group (reaped by the runtime)
//! ```
//!
//! A command never outlives its [`Running`]: what it has left behind in its process group is killed with
//! SIGKILL when its first process ends, and all of it when that is dropped, as at a timeout. The
//! group is killed before its first process is reaped: until then the kernel gives their number to
//! nobody else. A process that should go on leaves the group, as `systemctl start` and `setsid` do.

mod command;
mod held;
mod output;
mod pipe;

pub use command::{Running, ended};
pub use held::Process;
pub use output::{Output, printable};

#[cfg(test)]
mod tests;
