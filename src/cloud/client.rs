use std::error::Error;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;

use crate::client;
use crate::config::{Metadata, Provider};

/// Bound of an answer, in octets; the largest known, Azure's instance document, has some 10 KiB.
const LONGEST_ANSWER: usize = 256 << 10;

/// Why there is no answer that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum AskError {
    /// Nobody there, or not in time.
    #[error("{url}: {why}")]
    Unreachable { url: String, why: String },
    /// Another status than 200.
    #[error("{url}: status {status}")]
    Status { url: String, status: u16 },
    /// An answer that means nothing to us.
    #[error("{url}: {why}")]
    Garbage { url: String, why: String },
}

impl AskError {
    /// What was asked for does not exist, which some answers say by it.
    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Status { status, .. } if *status == StatusCode::NOT_FOUND.as_u16())
    }
}

/// Asks one metadata service.
#[derive(Debug, Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    timeout: Duration,
}

impl Client {
    /// Nothing is connected before the first question.
    pub(super) fn new(metadata: &Metadata, provider: Provider) -> Result<Self, AskError> {
        let base = metadata.endpoint.clone().unwrap_or_else(|| home(provider).to_owned());
        // Metadata services refuse what came by a proxy, and a redirect would leave the host.
        let http = client::http(None).build();
        let http = http.map_err(|error| unreachable(&base, &error))?;
        Ok(Self { http, base, timeout: metadata.timeout })
    }

    /// The same client with more patience.
    pub(super) fn patient(mut self, timeout: Duration) -> Self {
        self.timeout = self.timeout.max(timeout);
        self
    }

    /// A GET with one header.
    pub(super) async fn get(&self, path: &str, header: (&str, &str)) -> Result<Answer, AskError> {
        let url = format!("{}{path}", self.base);
        self.send(&url, self.http.get(&url).header(header.0, header.1)).await
    }

    /// A PUT without a body, with one header.
    pub(super) async fn put(&self, path: &str, header: (&str, &str)) -> Result<Answer, AskError> {
        let url = format!("{}{path}", self.base);
        self.send(&url, self.http.put(&url).header(header.0, header.1)).await
    }

    /// A POST of a JSON text, with one header.
    pub(super) async fn post(
        &self,
        path: &str,
        header: (&str, &str),
        body: String,
    ) -> Result<Answer, AskError> {
        let url = format!("{}{path}", self.base);
        let request = self.http.post(&url).header(header.0, header.1);
        self.send(&url, request.header("Content-Type", "application/json").body(body)).await
    }

    async fn send(&self, url: &str, request: RequestBuilder) -> Result<Answer, AskError> {
        let failed = |error| unreachable(url, &error);
        let mut response = request.timeout(self.timeout).send().await.map_err(failed)?;
        if response.status() != StatusCode::OK {
            let status = response.status().as_u16();
            return Err(AskError::Status { url: url.to_owned(), status });
        }
        let headers = std::mem::take(response.headers_mut());
        let mut octets = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            octets.extend_from_slice(&chunk);
            if octets.len() > LONGEST_ANSWER {
                let why = format!("the answer is longer than {LONGEST_ANSWER} octets");
                return Err(AskError::Garbage { url: url.to_owned(), why });
            }
        }
        let text = String::from_utf8_lossy(&octets).into_owned();
        Ok(Answer { url: url.to_owned(), headers, text })
    }
}

/// A complete answer of status 200.
#[derive(Debug)]
pub(super) struct Answer {
    url: String,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Answer {
    /// The answer as JSON.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, AskError> {
        serde_json::from_str(&self.text).map_err(|error| self.garbage(error.to_string()))
    }

    /// The answer as one word of text.
    pub(super) fn word(&self) -> Result<&str, AskError> {
        let word = self.text.trim();
        let good =
            !word.is_empty() && word.len() <= 128 && word.chars().all(|c| c.is_ascii_graphic());
        good.then_some(word).ok_or_else(|| self.garbage("the answer is not a name"))
    }

    /// The answer is no good.
    pub(super) fn garbage(&self, why: impl Into<String>) -> AskError {
        AskError::Garbage { url: self.url.clone(), why: why.into() }
    }
}

/// Where a provider's metadata service is.
fn home(provider: Provider) -> &'static str {
    match provider {
        Provider::Azure | Provider::Aws => "http://169.254.169.254",
        Provider::Gcp => "http://metadata.google.internal",
    }
}

/// The innermost cause says it best: `connection refused`.
fn unreachable(url: &str, error: &reqwest::Error) -> AskError {
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let why = if error.is_timeout() { "no answer in time".to_owned() } else { cause.to_string() };
    AskError::Unreachable { url: url.to_owned(), why }
}
