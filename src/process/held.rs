use std::io;
use std::os::fd::OwnedFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// A process, held by a descriptor (pidfd_open(2), Linux 5.3): unlike its number, which another
/// process gets one day, it stands for this one for ever.
#[derive(Debug)]
pub struct Process {
    descriptor: AsyncFd<OwnedFd>,
}

impl Process {
    /// Takes hold of the process with this number; `None` when there is none. It may have ended
    /// already, as long as its parent has not reaped it.
    ///
    /// # Errors
    ///
    /// No descriptor can be had, or the kernel is too old.
    pub fn open(id: u32) -> io::Result<Option<Self>> {
        let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) else { return Ok(None) };
        let descriptor = match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(descriptor) => descriptor,
            // The second is the number of a thread, the third the same on newer kernels.
            Err(Errno::SRCH | Errno::INVAL | Errno::NOENT) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Ok(Some(Self { descriptor: watched(descriptor)? }))
    }

    /// Whether it has ended, reaped or not.
    pub fn has_ended(&self) -> bool {
        let mut polled = [PollFd::new(&self.descriptor, PollFlags::IN)];
        poll(&mut polled, Some(&Timespec::default())).is_ok_and(|ready| ready > 0)
    }

    /// Waits for its end; ready at once when it has ended. Cancel safe.
    pub async fn ended(&self) {
        // It fails only when the runtime ends, and whoever waits ends with it.
        let _ = self.descriptor.readable().await;
    }
}

/// Tells the runtime to watch a descriptor that is readable at the end of its process.
#[expect(unsafe_code, reason = "tokio has no other way to watch a descriptor that is no socket")]
fn watched(descriptor: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: an `OwnedFd` is open for as long as it lives and always gives the same descriptor, and
    // nothing in this module replaces it.
    Ok(unsafe { AsyncFd::register_with_interest(descriptor, Interest::READABLE) }?)
}
