use std::error::Error;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use reqwest::{RequestBuilder, Response, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::base::Trust;
use crate::client;
use crate::config::{HaproxyAddress, HaproxyInstance, Login, regular_file};

use super::answer::Answer;
use super::dial::{Connection, dial};
use super::silence::Silence;
use super::stats;

/// Bound of an answer, in octets: some 20,000 servers.
pub(super) const LONGEST_ANSWER: usize = 8 << 20;

/// Octets of a password file that are read: a log or a device given by mistake must not fill the memory.
const LONGEST_PASSWORD_FILE: u64 = 4096;

/// One line, so that HAProxy answers both and closes (management guide §9.3). Each response ends
/// with an empty line.
const QUESTION: &[u8] = b"show info;show stat\n";

/// Asks one HAProxy. Each question takes a fresh connection: an open one would stay with the old
/// worker after a reload, and keep that worker alive.
pub(super) struct Client {
    address: HaproxyAddress,
    timeout: Duration,
}

impl Client {
    /// Nothing is connected before the first question.
    pub(super) fn new(instance: &HaproxyInstance) -> Self {
        Self { address: instance.address.clone(), timeout: instance.timeout }
    }

    /// Asks once; twice when the first answer came from a worker on its way out. Takes up to two
    /// timeouts.
    pub(super) async fn ask(&self) -> Result<Answer, Silence> {
        match self.ask_in_time().await {
            Err(silence) if silence.may_be_a_handover() => self.ask_in_time().await,
            first => first,
        }
    }

    async fn ask_in_time(&self) -> Result<Answer, Silence> {
        let answer = tokio::time::timeout(self.timeout, self.ask_once())
            .await
            .map_err(|_| Silence::TimedOut(self.timeout))??;
        match &answer.worker {
            Some(worker) if worker.stopping => Err(Silence::Stopping(worker.pid)),
            Some(_) | None => Ok(answer),
        }
    }

    async fn ask_once(&self) -> Result<Answer, Silence> {
        let place = match &self.address {
            HaproxyAddress::Unix(path) => path.display().to_string(),
            HaproxyAddress::Tcp(address) => address.clone(),
            HaproxyAddress::Http { url, login, trust } => {
                return ask_page(url, login.as_ref(), trust.as_ref()).await;
            }
        };
        let octets = converse(dial(&self.address).await?, QUESTION, &place).await?;
        let answer = parse(&octets, &place)?;
        match octets.ends_with(b"\n\n") {
            true => Ok(answer),
            false => Err(Silence::Cut(place)),
        }
    }
}

/// Puts a question on a stats socket and reads to its end.
pub(super) async fn converse(
    mut connection: Connection,
    question: &[u8],
    place: &str,
) -> Result<Vec<u8>, Silence> {
    let lost = |error| Silence::from_io(place.to_owned(), &error);
    connection.write_all(question).await.map_err(lost)?;
    let mut octets = Vec::new();
    let read = connection.take(LONGEST_ANSWER as u64 + 1).read_to_end(&mut octets).await;
    match read {
        Err(_) if !octets.is_empty() => Err(Silence::Cut(place.to_owned())),
        Err(error) => Err(lost(error)),
        Ok(0) => Err(Silence::Closed(place.to_owned())),
        Ok(_) => Ok(octets),
    }
}

/// Fetches the stats page's CSV.
async fn ask_page(
    url: &str,
    login: Option<&Login>,
    trust: Option<&Trust>,
) -> Result<Answer, Silence> {
    let failed = |error| from_http(url, &error);
    let client = client::http(trust).build();
    let table = format!("{};csv", url.trim_end_matches(";csv"));
    let request = with_login(client.map_err(failed)?.get(table), login)?;
    read_page(request.send().await.map_err(failed)?, url).await
}

async fn read_page(mut response: Response, url: &str) -> Result<Answer, Silence> {
    let status = response.status();
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        return Err(Silence::Login { url: url.to_owned(), status: status.as_u16() });
    }
    if status != StatusCode::OK {
        return Err(Silence::Status { url: url.to_owned(), status: status.as_u16() });
    }
    let mut octets = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| Silence::Cut(url.to_owned()))? {
        octets.extend_from_slice(&chunk);
        if octets.len() > LONGEST_ANSWER {
            break;
        }
    }
    parse(&octets, url)
}

fn parse(octets: &[u8], place: &str) -> Result<Answer, Silence> {
    let place = place.to_owned();
    if octets.len() > LONGEST_ANSWER {
        return Err(Silence::TooLong { place, limit: LONGEST_ANSWER >> 20 });
    }
    stats::parse(&String::from_utf8_lossy(octets))
        .map_err(|fault| Silence::Malformed { place, fault })
}

fn with_login(request: RequestBuilder, login: Option<&Login>) -> Result<RequestBuilder, Silence> {
    let Some(login) = login else {
        return Ok(request);
    };
    let password = first_line(&login.password_file)
        .map_err(|cause| Silence::PasswordFile { path: login.password_file.clone(), cause })?;
    Ok(request.basic_auth(&login.user, Some(password)))
}

/// The password is read for each question: a few octets from the page cache, and a rotated password
/// needs no reload.
fn first_line(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    regular_file(path)?.take(LONGEST_PASSWORD_FILE).read_to_string(&mut text)?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// Finds the operating system's word in reqwest's chain of causes.
fn from_http(url: &str, error: &reqwest::Error) -> Silence {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    let mut last = error.to_string();
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            if let Some(tls) = client::handshake_error(io) {
                return Silence::Unreachable { place: url.to_owned(), cause: client::words(tls) };
            }
            return Silence::from_io(url.to_owned(), io);
        }
        if inner.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_incomplete_message) {
            return Silence::Closed(url.to_owned());
        }
        last = inner.to_string();
        cause = inner.source();
    }
    Silence::Unreachable { place: url.to_owned(), cause: last }
}
