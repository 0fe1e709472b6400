//! F4: what the kernel lets herald do, and no more of it, nor longer, than herald needs.
//!
//! ```text
//! start ─▶ CAP_NET_ADMIN, CAP_NET_BIND_SERVICE ─▶ ports bound ─▶ CAP_NET_ADMIN     the thread that decides
//!              └─▶ none                                 threads that wait for files and commands, and the log
//! ```
//!
//! CAP_NET_ADMIN changes addresses by netlink, for as long as herald runs. CAP_NET_BIND_SERVICE takes
//! ports below 1024 and is given up once they are bound; none of them is bound again by a reload,
//! except an `event-socket` on such a UDP port. Passwords (TCP_MD5SIG), hop limits (IP_MINTTL) and
//! the first SO_BINDTODEVICE ask for no capability. Capabilities belong to a thread, and a thread has
//! at its start those of the thread that made it: so [`keep_needed`] comes before any other thread, and
//! every other thread begins with [`give_up`].
//!
//! Inheritable and ambient sets are empty from the start, so that a hook or an exec check that runs as
//! a user of its own has no capability at all. This holds for root too, who then opens, overwrites and
//! signals only what is root's: whoever takes over the process by what a neighbour sends is not to have
//! all of the machine at once. What root *runs* is another matter: the kernel gives a program that root
//! starts everything in the bounding set (capabilities(7)), and herald leaves that set and
//! `no_new_privs` alone, because hooks of a herald that is started by hand are the administrator's own
//! commands. The systemd unit, where herald is not root, bounds both.
//!
//! The process holds passwords, so it leaves no core dump, and no other process of the same user may
//! trace it or read its memory (PR_SET_DUMPABLE).

use std::io;

use rustix::process::{DumpableBehavior, set_dumpable_behavior};
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, clear_ambient_capability_set, set_capabilities,
};

/// Keeps what herald needs for its start, as far as it has it, and gives up the rest.
///
/// # Errors
///
/// The kernel, or a system call filter, does not allow it.
pub fn keep_needed() -> io::Result<()> {
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    clear_ambient_capability_set()?;
    keep(CapabilitySet::NET_ADMIN | CapabilitySet::NET_BIND_SERVICE)
}

/// Keeps what herald needs once its ports are bound.
///
/// # Errors
///
/// As with [`keep_needed`].
pub fn keep_needed_once_bound() -> io::Result<()> {
    keep(CapabilitySet::NET_ADMIN)
}

/// Gives up all capabilities of this thread.
///
/// # Errors
///
/// As with [`keep_needed`].
pub fn give_up() -> io::Result<()> {
    keep(CapabilitySet::empty())
}

fn keep(needed: CapabilitySet) -> io::Result<()> {
    let kept = capabilities(None)?.permitted & needed;
    let inheritable = CapabilitySet::empty();
    set_capabilities(None, CapabilitySets { effective: kept, permitted: kept, inheritable })?;
    Ok(())
}
