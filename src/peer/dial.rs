use std::future::pending;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use socket2::SockRef;
use tokio::net::{TcpSocket, TcpStream};

use super::socket;
use crate::base::Reason;
use crate::config::Transport;

/// An attempt to connect, or none.
#[derive(Default)]
pub(super) struct Dial(Option<Attempt>);

type Attempt = Pin<Box<dyn Future<Output = io::Result<TcpStream>> + Send>>;

impl Dial {
    /// Begins; an attempt under way is given up.
    pub(super) fn start(&mut self, transport: &Transport, user_timeout: Option<Duration>) {
        let transport = transport.clone();
        self.0 = Some(Box::pin(async move {
            let remote = socket::reachable(transport.remote, &transport)?;
            let socket = socket::dialling(&transport)?;
            let stream = TcpSocket::from_std_stream(socket.into()).connect(remote).await?;
            // Not earlier: how long an answer may take is the session's decision.
            SockRef::from(&stream).set_tcp_user_timeout(user_timeout)?;
            Ok(stream)
        }));
    }

    /// Gives the attempt up; the kernel forgets the connection.
    pub(super) fn cancel(&mut self) {
        self.0 = None;
    }

    /// Waits for the attempt to end; for ever, when there is none. Cancel safe.
    pub(super) async fn done(&mut self) -> io::Result<TcpStream> {
        let Some(attempt) = &mut self.0 else { return pending().await };
        let result = attempt.await;
        self.0 = None;
        result
    }
}

/// Why an attempt failed, with the way out where there is one.
pub(super) fn words(transport: &Transport, error: &io::Error) -> Reason {
    let Transport { remote, local_interface, .. } = transport;
    if error.kind() == io::ErrorKind::ConnectionRefused {
        Reason::from(format!(
            "{remote} refuses the connection: no BGP speaker listens there, or it does not know us"
        ))
    } else if error.kind() == io::ErrorKind::AddrNotAvailable {
        Reason::from(format!("cannot connect to {remote}: local-address is not on this machine"))
    } else if let (Some(libc::ENODEV), Some(device)) = (error.raw_os_error(), local_interface) {
        Reason::from(format!("cannot connect to {remote}: there is no interface {device}"))
    } else if error.raw_os_error() == Some(libc::ENOPROTOOPT) {
        Reason::from(format!(
            "cannot connect to {remote}: this kernel does not sign as the neighbour wants it (CONFIG_TCP_MD5SIG for password-file, CONFIG_TCP_AO for tcp-ao)"
        ))
    } else {
        Reason::from(format!("cannot connect to {remote}: {error}"))
    }
}
