use std::net::Ipv4Addr;

/// A place in the octets of a message. Reading past the end yields `None`; what that means (which
/// error, which treatment) is known only to the caller.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    octets: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    /// Reads `octets`, of which the first stands at `offset` of the message.
    pub(super) fn new(octets: &'a [u8], offset: usize) -> Self {
        Self { octets, offset }
    }

    /// Where in the message the next octet stands, counted from the first of the marker.
    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    pub(super) fn remaining(&self) -> usize {
        self.octets.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }

    /// What has not been read yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.octets
    }

    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.octets.split_at_checked(length)?;
        self.octets = tail;
        self.offset += length;
        Some(head)
    }

    /// A reader for the next `length` octets alone.
    pub(super) fn part(&mut self, length: usize) -> Option<Reader<'a>> {
        let offset = self.offset;
        self.take(length).map(|octets| Reader { octets, offset })
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array().map(|[octet]| octet)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn ipv4(&mut self) -> Option<Ipv4Addr> {
        self.array::<4>().map(Ipv4Addr::from)
    }
}

/// A length as a field of two octets. No message is longer than 65535 octets, so nothing in one is.
pub(super) fn length16(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes()
}
