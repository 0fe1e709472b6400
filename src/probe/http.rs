use std::error::Error;
use std::io;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HOST, HeaderValue};
use reqwest::{Client, Request, Response, StatusCode, Url};

use crate::client;
use crate::config::{HttpCheck, Pattern, Statuses};

use super::seen::Seen;

/// How much of a body is read and matched, in octets; what follows is left to the server.
const LONGEST_BODY: usize = 64 << 10;

/// Asks for a page on a fresh connection and judges its status and body.
pub(super) struct Http {
    subject: String,
    /// Otherwise the words of why there is none.
    client: Result<Client, String>,
    request: Request,
    status: Statuses,
    body: Option<Pattern>,
}

impl Http {
    pub(super) fn new(check: &HttpCheck) -> Self {
        let server = check.url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let client = client::http(check.trust.as_ref())
            .dns_resolver(Arc::new(Always(server)))
            .build()
            .map_err(|error| deepest(&error));
        Self {
            subject: subject(&check.url),
            client,
            request: request(check),
            status: check.status.clone(),
            body: check.body.clone(),
        }
    }

    pub(super) fn subject(&self) -> &str {
        &self.subject
    }

    pub(super) async fn look(&mut self) -> Seen {
        let client = match &self.client {
            Ok(client) => client,
            Err(words) => return Seen::unknown(words),
        };
        let request = self.request.try_clone().expect("a request without a body can be repeated");
        match client.execute(request).await {
            Ok(response) => self.judge(response).await,
            Err(error) => failed(&error),
        }
    }

    async fn judge(&self, response: Response) -> Seen {
        let status = response.status();
        if !self.status.contains(status.as_u16()) {
            return Seen::unhealthy(match status.is_redirection() {
                true => format!("{} (redirects are not followed)", worded(status)),
                false => worded(status),
            });
        }
        let Some(pattern) = &self.body else { return Seen::healthy(worded(status)) };
        match beginning(response).await {
            Ok(body) if pattern.matches(&body) => Seen::healthy(worded(status)),
            Ok(_) => Seen::unhealthy(format!("body does not match {:?}", pattern.to_string())),
            Err(error) => failed(&error),
        }
    }
}

/// The body, or as much of it as is looked at.
async fn beginning(mut response: Response) -> reqwest::Result<Vec<u8>> {
    let mut body = Vec::new();
    while body.len() < LONGEST_BODY
        && let Some(chunk) = response.chunk().await?
    {
        let room = LONGEST_BODY - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    Ok(body)
}

/// The request of each look. Over TLS, a server shows the certificate of the name in the URL: so that
/// is `host` when there is one, and [`Always`] leads to the server nevertheless.
fn request(check: &HttpCheck) -> Request {
    let mut url = check.url.clone();
    let mut headers = check.headers.clone();
    if let Some(host) = &check.host {
        let (name, _) = host.split_once(':').unwrap_or((host, ""));
        url.set_host(Some(name)).expect("the configuration takes names of hosts only");
        let value = HeaderValue::try_from(host).expect("a name of a host fits a header");
        headers.insert(HOST, value);
    }
    let mut request = Request::new(check.method.clone(), url);
    *request.headers_mut() = headers;
    request
}

/// Leads every name to one server.
struct Always(String);

impl Resolve for Always {
    fn resolve(&self, _: Name) -> Resolving {
        let server = self.0.clone();
        Box::pin(async move {
            // The port is that of the URL.
            Ok(Box::new(client::look_up(&server).await?.into_iter()) as Addrs)
        })
    }
}

/// The page without its query, which may hold what need not be seen.
fn subject(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.to_string()
}

/// `503 Service Unavailable`.
fn worded(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(reason) => format!("{} {reason}", status.as_u16()),
        None => status.as_u16().to_string(),
    }
}

/// Finds the cause that says most in reqwest's chain.
fn failed(error: &reqwest::Error) -> Seen {
    for cause in causes(error) {
        if let Some(io) = cause.downcast_ref::<io::Error>() {
            return Seen::io(io);
        }
        if let Some(error) = cause.downcast_ref::<hyper::Error>()
            && error.is_incomplete_message()
        {
            return Seen::unhealthy("closed in the middle");
        }
    }
    Seen::unhealthy(deepest(error))
}

fn deepest(error: &reqwest::Error) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}
