use std::io::{self, Write};

/// Standard error without the lock of the standard library, which would be held for as long as a write
/// hangs: nobody else who writes a word there, at the end of the process perhaps, is to wait for it.
pub(super) struct StandardError;

impl Write for StandardError {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(io::stderr(), octets)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
