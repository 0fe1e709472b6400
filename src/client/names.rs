use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::{Mutex, PoisonError};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::task::spawn_blocking;

/// How many look-ups may hang. Each takes one of the threads on which files are looked at, too.
const MOST: usize = 64;

static PLACES: Semaphore = Semaphore::const_new(MOST);

/// The look-ups under way, by name.
static UNDER_WAY: Mutex<BTreeMap<String, Answered>> = Mutex::new(BTreeMap::new());

type Answered = watch::Receiver<Option<Answer>>;
type Answer = Result<Vec<SocketAddr>, Failure>;

/// An error that can be told to many.
#[derive(Debug, Clone)]
struct Failure {
    code: Option<i32>,
    kind: io::ErrorKind,
    words: String,
}

/// Connects to `address`, a host and a port, by the first of its addresses that answers.
///
/// # Errors
///
/// There is no such host, or none of its addresses takes the connection.
pub async fn connect(address: &str) -> io::Result<TcpStream> {
    if let Ok(address) = address.parse::<SocketAddr>() {
        return TcpStream::connect(address).await;
    }
    let parts = address.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
    let (host, port) = parts.ok_or(io::ErrorKind::InvalidInput)?;
    let mut addresses = look_up(host).await?;
    addresses.iter_mut().for_each(|address| address.set_port(port));
    TcpStream::connect(addresses.as_slice()).await
}

/// The addresses of `host`, with port 0. getaddrinfo(3) takes as long as it likes and cannot be
/// stopped, so a name is looked up once at a time, however many ask for it, and however often.
///
/// # Errors
///
/// There is no such host, or nobody who knows.
pub async fn look_up(host: &str) -> io::Result<Vec<SocketAddr>> {
    if let Ok(address) = host.parse() {
        return Ok(vec![SocketAddr::new(address, 0)]);
    }
    loop {
        let mut answered = under_way(host);
        // It fails when the runtime that looked has ended.
        if let Ok(answer) = answered.wait_for(Option::is_some).await
            && let Some(answer) = answer.clone()
        {
            return answer.map_err(io::Error::from);
        }
    }
}

/// Looks up names for reqwest.
#[derive(Debug)]
pub(super) struct Names;

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The port is that of the URL.
            Ok(Box::new(look_up(name.as_str()).await?.into_iter()) as Addrs)
        })
    }
}

/// The look-up under way, or a new one.
fn under_way(host: &str) -> Answered {
    let mut all = UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(answered) = all.get(host)
        && answered.has_changed().is_ok()
    {
        return answered.clone();
    }
    let (answer, answered) = watch::channel(None);
    all.insert(host.to_owned(), answered.clone());
    // A task of its own: whoever asked first may give up first.
    tokio::spawn(look(host.to_owned(), answer));
    answered
}

async fn look(host: String, answer: watch::Sender<Option<Answer>>) {
    // It is never closed.
    let _place = PLACES.acquire().await;
    let asked = host.clone();
    let found = spawn_blocking(move || Ok((asked.as_str(), 0).to_socket_addrs()?.collect())).await;
    let found = found.unwrap_or_else(|error| Err(io::Error::other(error)));
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).remove(&host);
    answer.send_replace(Some(found.map_err(Failure::from)));
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self { code: error.raw_os_error(), kind: error.kind(), words: error.to_string() }
    }
}

impl From<Failure> for io::Error {
    fn from(Failure { code, kind, words }: Failure) -> Self {
        code.map_or_else(|| Self::new(kind, words), Self::from_raw_os_error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_number_is_its_own_address() {
        let addresses = look_up("2001:db8::1").await.unwrap();
        assert_eq!(addresses, ["[2001:db8::1]:0".parse().unwrap()]);
    }

    #[tokio::test]
    async fn all_who_ask_for_a_name_meanwhile_get_the_same_answer() {
        // Too long for a label (RFC 1035 §2.3.4): refused here, and no server is asked.
        let nowhere = "x".repeat(64);
        let (first, second) = tokio::join!(look_up(&nowhere), look_up(&nowhere));
        let (first, second) = (first.unwrap_err(), second.unwrap_err());
        assert_eq!(first.to_string(), second.to_string());
        let local = look_up("localhost").await.unwrap();
        assert!(local.iter().all(|address| address.ip().is_loopback()), "{local:?}");
        let under_way = UNDER_WAY.lock().unwrap();
        assert!(!under_way.contains_key(&nowhere), "{under_way:?}");
    }

    #[tokio::test]
    async fn an_address_without_a_port_is_no_address() {
        for address in ["localhost", "localhost:x", "localhost:65536"] {
            let kind = connect(address).await.unwrap_err().kind();
            assert_eq!(kind, io::ErrorKind::InvalidInput, "{address}");
        }
    }
}
