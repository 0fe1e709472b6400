use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// How a server answers, once on each connection.
#[derive(Clone)]
pub(super) enum Manner {
    /// With these octets, then it closes.
    Says(Vec<u8>),
    /// With these octets, then it keeps the connection open in silence.
    SaysAndStays(Vec<u8>),
    /// With these octets, one every few milliseconds, without end.
    Drips(Vec<u8>, u8),
    /// With these octets, then more of the kind as fast as they are taken, without end.
    Floods(Vec<u8>),
}

/// An HTTP answer.
pub(super) fn page(status: &str, body: &str) -> Manner {
    let length = body.len();
    Manner::Says(
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes(),
    )
}

/// Where a server listens, and how many connections it has taken.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) connections: Arc<AtomicUsize>,
}

impl Server {
    /// Answers everybody in this manner, once something has been said to it if `asked`.
    pub(super) async fn start(manner: Manner, asked: bool) -> Self {
        Self::listen(manner, asked, None, local().await)
    }

    /// The same within TLS.
    pub(super) async fn start_tls(manner: Manner, tls: ServerConfig) -> Self {
        Self::on(local().await, manner, tls)
    }

    /// The same with a listener from elsewhere.
    pub(super) fn on(listener: TcpListener, manner: Manner, tls: ServerConfig) -> Self {
        Self::listen(manner, true, Some(TlsAcceptor::from(Arc::new(tls))), listener)
    }

    fn listen(
        manner: Manner,
        asked: bool,
        tls: Option<TlsAcceptor>,
        listener: TcpListener,
    ) -> Self {
        let address = listener.local_addr().expect("a socket on the loopback");
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                let (manner, tls) = (manner.clone(), tls.clone());
                tokio::spawn(async move {
                    let Some(tls) = tls else { return answer(stream, manner, asked).await };
                    // A client that does not believe the certificate hangs up, and rightly so.
                    if let Ok(stream) = tls.accept(stream).await {
                        answer(stream, manner, asked).await;
                    }
                });
            }
        });
        Self { address, connections }
    }

    pub(super) fn taken(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

/// A port where nobody listens.
pub(super) async fn nobody() -> SocketAddr {
    local().await.local_addr().expect("its address")
}

async fn local() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.expect("a socket on the loopback")
}

/// Clients hang up when they have seen enough: errors of writing are theirs to have.
async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, manner: Manner, asked: bool) {
    if asked && !matches!(stream.read(&mut [0; 4096]).await, Ok(1..)) {
        return;
    }
    match manner {
        Manner::Says(octets) => {
            let _ = stream.write_all(&octets).await;
            let _ = stream.shutdown().await;
        }
        Manner::SaysAndStays(octets) => {
            let _ = stream.write_all(&octets).await;
            let _ = stream.flush().await;
            std::future::pending().await
        }
        Manner::Drips(octets, more) => {
            let _ = stream.write_all(&octets).await;
            while stream.write_all(&[more]).await.is_ok() && stream.flush().await.is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        Manner::Floods(octets) => {
            let mut next = octets;
            while stream.write_all(&next).await.is_ok() {
                next = vec![b'x'; 16 << 10];
            }
        }
    }
}
