//! A web server that can be killed and brought back, as a thread in a namespace.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::netns::Namespace;

/// Answers every request with its name until it is dropped; afterwards its port refuses.
pub(crate) struct Web {
    namespace: Namespace,
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Web {
    /// Serves `name` on 127.0.0.1:`port` of the namespace.
    pub(crate) fn start(namespace: &Namespace, port: u16, name: &str) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let listener = namespace
            .enter(|| TcpListener::bind(address))
            .unwrap_or_else(|error| panic!("a web server on {address}: {error}"));
        let stopping = Arc::new(AtomicBool::new(false));
        let thread = {
            let (stopping, body) = (Arc::clone(&stopping), name.to_owned());
            thread::spawn(move || serve(&listener, &body, &stopping))
        };
        Self { namespace: namespace.clone(), address, stopping, thread: Some(thread) }
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // The thread sits in accept: one connection wakes it up, and it sees the flag.
        let address = self.address;
        let _ = self.namespace.enter(|| TcpStream::connect(address));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(listener: &TcpListener, body: &str, stopping: &AtomicBool) {
    for connection in listener.incoming() {
        if stopping.load(Ordering::SeqCst) {
            return;
        }
        // A client that goes away is its own affair.
        let _ = connection.and_then(|stream| answer(stream, body));
    }
}

fn answer(mut stream: TcpStream, body: &str) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_millis(200)))?;
    let mut request = [0; 1024];
    if stream.read(&mut request)? == 0 {
        return Ok(());
    }
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())
}
