use std::convert::Infallible;
use std::future::pending;
use std::io::{self, PipeWriter};
use std::time::Duration;

use tokio::net::unix::pipe::Receiver;
use tokio::time::sleep;

use super::output::Lines;

/// Octets that are read at once.
const BLOCK: usize = 16 << 10;
/// Octets that are read as they come. What follows is read a block at a time with pauses, so that
/// a command that prints without end costs little, and one that prints much still gets through.
const PROMPT: usize = 256 << 10;
const PAUSE: Duration = Duration::from_millis(1);

/// Our end of a pipe that a command prints to.
#[derive(Debug)]
pub(super) struct Pipe(Receiver);

impl Pipe {
    /// A new pipe; the other end is for the command.
    pub(super) fn new() -> io::Result<(Self, PipeWriter)> {
        let (reader, writer) = io::pipe()?;
        Ok((Self(Receiver::from_owned_fd(reader.into())?), writer))
    }

    /// Reads what is printed, as long as it is not dropped.
    pub(super) async fn listen(&self, lines: &mut Lines) -> Infallible {
        let mut block = [0; BLOCK];
        let mut total = 0_usize;
        while self.0.readable().await.is_ok() {
            match self.0.try_read(&mut block) {
                Ok(read @ 1..) => {
                    lines.feed(&block[..read]);
                    total = total.saturating_add(read);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(0) | Err(_) => break,
            }
            if total > PROMPT {
                sleep(PAUSE).await;
            }
        }
        pending().await
    }

    /// Reads what has been printed and not been read. The command may still hold the pipe, by a
    /// process that has left its group, so the end is not waited for. The runtime is not asked either:
    /// it may not have heard of the last octets.
    pub(super) fn drain(&self, lines: &mut Lines) {
        let mut block = [0; BLOCK];
        for _ in 0..PROMPT / BLOCK {
            match rustix::io::read(&self.0, &mut block) {
                Ok(read @ 1..) => lines.feed(&block[..read]),
                Ok(0) | Err(_) => return,
            }
        }
    }
}
