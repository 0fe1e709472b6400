//! A scripted BGP speaker on raw octets: it sends what the script says, however wrong.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use super::netns::Namespace;
use super::wait::{SOON, eventually};

const MARKER: [u8; 16] = [0xff; 16];
const PORT: u16 = 179;

/// Message types of RFC 4271 §4.1.
pub(crate) const OPEN: u8 = 1;
/// UPDATE.
pub(crate) const UPDATE: u8 = 2;
/// NOTIFICATION.
pub(crate) const NOTIFICATION: u8 = 3;
/// KEEPALIVE.
pub(crate) const KEEPALIVE: u8 = 4;

/// A listening port 179 in a namespace.
pub(crate) struct Listening(TcpListener);

/// One connection.
#[derive(Debug)]
pub(crate) struct Speaker(TcpStream);

/// A message as received, without its header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    /// The type octet.
    pub kind: u8,
    /// What follows the header.
    pub body: Vec<u8>,
}

impl Listening {
    /// Listens on `address`, port 179.
    pub(crate) fn on(namespace: &Namespace, address: IpAddr) -> Self {
        let listener =
            namespace.enter(|| TcpListener::bind((address, PORT))).expect("port 179 is free");
        listener.set_nonblocking(true).expect("a listener may be non-blocking");
        Self(listener)
    }

    /// Waits for the next connection.
    #[track_caller]
    pub(crate) fn accept(&self) -> Speaker {
        let (stream, _) = eventually("a connection", SOON, || self.0.accept());
        stream.set_nonblocking(false).expect("a connection may block");
        Speaker::new(stream)
    }
}

impl Speaker {
    /// Connects to port 179 of `address`.
    pub(crate) fn dial(namespace: &Namespace, address: IpAddr) -> io::Result<Self> {
        let to = SocketAddr::from((address, PORT));
        namespace.enter(|| TcpStream::connect_timeout(&to, SOON)).map(Self::new)
    }

    /// The same from one of several addresses of the namespace.
    pub(crate) fn dial_from(namespace: &Namespace, from: IpAddr, to: IpAddr) -> io::Result<Self> {
        namespace.enter(|| {
            let domain = Domain::for_address((to, PORT).into());
            let socket = Socket::new(domain, Type::STREAM, None)?;
            socket.bind(&SocketAddr::from((from, 0)).into())?;
            socket.connect_timeout(&SocketAddr::from((to, PORT)).into(), SOON)?;
            Ok(Self::new(socket.into()))
        })
    }

    /// A speaker over a connection that the test has made itself.
    pub(crate) fn over(stream: TcpStream) -> Self {
        Self::new(stream)
    }

    fn new(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(SOON)).expect("a read timeout");
        stream.set_nodelay(true).expect("no delay");
        Self(stream)
    }

    /// The connection itself, for what a script cannot say.
    pub(crate) fn stream(&self) -> &TcpStream {
        &self.0
    }

    /// Sends octets as they are.
    pub(crate) fn send(&mut self, octets: &[u8]) {
        self.0.write_all(octets).expect("the connection takes octets");
    }

    /// Sends a message with a right header.
    pub(crate) fn say(&mut self, kind: u8, body: &[u8]) {
        self.send(&message(kind, body));
    }

    /// The next message; `None` when the connection has ended.
    pub(crate) fn hear(&mut self) -> Option<Received> {
        let mut header = [0; 19];
        self.0.read_exact(&mut header).ok()?;
        let length = usize::from(u16::from_be_bytes([header[16], header[17]]));
        let mut body = vec![0; length - header.len()];
        self.0.read_exact(&mut body).ok()?;
        Some(Received { kind: header[18], body })
    }

    /// The next message, which must be of this type.
    #[track_caller]
    pub(crate) fn hears(&mut self, kind: u8) -> Received {
        let heard = self.hear();
        let received = heard.unwrap_or_else(|| panic!("the connection ended before type {kind}"));
        assert_eq!(received.kind, kind, "{received:?}");
        received
    }

    /// Code and subcode of the NOTIFICATION that comes, whatever comes before it.
    #[track_caller]
    pub(crate) fn hears_notification(&mut self) -> (u8, u8) {
        while let Some(received) = self.hear() {
            if received.kind == NOTIFICATION {
                return (received.body[0], received.body[1]);
            }
        }
        panic!("the connection ended without a NOTIFICATION");
    }

    /// Whether the other side has closed the connection, read without more than a moment's wait.
    pub(crate) fn is_closed(&mut self) -> bool {
        self.0.set_read_timeout(Some(Duration::from_millis(100))).expect("a read timeout");
        match self.0.read(&mut [0; 4096]) {
            Ok(octets) => octets == 0,
            Err(error) => {
                !matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
            }
        }
    }

    /// OPEN and KEEPALIVE both ways.
    #[track_caller]
    pub(crate) fn establish(&mut self, open: &[u8]) {
        self.say(OPEN, open);
        self.hears(OPEN);
        self.say(KEEPALIVE, &[]);
        self.hears(KEEPALIVE);
    }
}

impl From<TcpStream> for Speaker {
    /// A connection that was made elsewhere.
    fn from(stream: TcpStream) -> Self {
        Self::new(stream)
    }
}

/// A message with its header (RFC 4271 §4.1).
pub(crate) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(19 + body.len()).expect("a message fits 65535 octets");
    [&MARKER[..], &length.to_be_bytes(), &[kind], body].concat()
}

/// The body of an OPEN of version 4 with the capabilities of IPv4 unicast, IPv6 unicast, route
/// refresh and 4-octet AS numbers.
pub(crate) fn open(asn: u32, hold_time: u16, id: [u8; 4]) -> Vec<u8> {
    let capabilities =
        [&[1, 4, 0, 1, 0, 1, 1, 4, 0, 2, 0, 1, 2, 0, 65, 4][..], &asn.to_be_bytes()].concat();
    let length = u8::try_from(capabilities.len()).expect("short");
    let my_as = u16::try_from(asn).unwrap_or(23456).to_be_bytes();
    let parameters = [&[length + 2, 2, length][..], &capabilities].concat();
    [&[4][..], &my_as, &hold_time.to_be_bytes(), &id, &parameters].concat()
}
