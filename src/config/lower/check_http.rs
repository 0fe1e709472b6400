use std::ops::RangeInclusive;

use reqwest::header::{HOST, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use toml::de::DeValue;

use super::{scalar, trust};
use crate::config::checks::{HttpCheck, Statuses};
use crate::config::pattern::Pattern;
use crate::config::reader::{Item, Placed, Refusal, Section};

/// Headers that hold a login or a session.
const SECRETS: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// The `http` table of a check.
pub(super) fn read(section: &Section<'_>) -> Option<HttpCheck> {
    let url = section.text("url", page);
    let status = section.mixed("status", statuses);
    let body = section.text("body", scalar::pattern);
    let host = section.text("host", host);
    let headers = section.mixed("headers", headers);
    let method = section.text("method", method);
    if let (Some(body), Some(method)) = (&body, &method) {
        refuse_unread_body(section, body, method);
    }
    let encrypted = url.as_ref().is_none_or(|url| url.value.scheme() == "https");
    let trust = trust::read(section, encrypted, "https");
    Some(HttpCheck {
        url: url?.value,
        host: host.map(|host| host.value),
        method: method?.value,
        headers: headers.map(|headers| headers.value).unwrap_or_default(),
        status: status?.value,
        body: body.map(|body| body.value),
        trust: trust?,
    })
}

fn page(text: &str) -> Result<Url, Refusal> {
    let url = scalar::http_url(text, "let the server show its health without a login")?;
    match url.fragment() {
        Some(_) => {
            Err(Refusal::rule("what follows # is not sent to a server").help("leave it out"))
        }
        None => Ok(url),
    }
}

/// A name, since with https the certificate is asked for by it.
fn host(text: &str) -> Result<String, Refusal> {
    let url = Url::parse(&format!("http://{text}/")).map_err(|_| Refusal::default())?;
    let only_host = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    match url.domain() {
        Some(_) if only_host && !text.contains(['@', '/']) => Ok(text.to_owned()),
        Some(_) | None => Err(Refusal::default()),
    }
}

fn method(text: &str) -> Result<Method, Refusal> {
    match text {
        "GET" => Ok(Method::GET),
        "HEAD" => Ok(Method::HEAD),
        "OPTIONS" => Ok(Method::OPTIONS),
        "POST" => Ok(Method::POST),
        _ => Err(Refusal::default()),
    }
}

fn statuses(item: &Item<'_>) -> Option<Placed<Statuses>> {
    match &*item.value {
        DeValue::Integer(_) => {
            let status = item.integer::<u16>()?;
            match (100..=599).contains(&status.value) {
                true => Some(status.map(|status| Statuses(vec![status..=status]))),
                false => item.refuse(&status.shown, Refusal::default()),
            }
        }
        DeValue::String(_) => item.text(|text| {
            let ranges: Option<Vec<_>> = text.split(',').map(|part| range(part.trim())).collect();
            ranges.map(Statuses).ok_or_else(|| {
                Refusal::rule(
                    "a status has three digits, 100 to 599; a range begins with the lower",
                )
            })
        }),
        DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_)
        | DeValue::Table(_) => item.refuse_type(),
    }
}

fn range(text: &str) -> Option<RangeInclusive<u16>> {
    let status = |text: &str| text.parse().ok().filter(|status| (100..=599).contains(status));
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let range = status(first.trim_end())?..=status(last.trim_start())?;
    (!range.is_empty()).then_some(range)
}

fn headers(item: &Item<'_>) -> Option<Placed<HeaderMap>> {
    let fields = item.entries(|name, value| {
        let name = HeaderName::try_from(name)
            .map_err(|_| Refusal::rule("a header has no such name (RFC 9110 §5.1)"))?;
        if name == HOST {
            return Err(Refusal::rule("the Host header has a key of its own").help("use host"));
        }
        if SECRETS.contains(&name.as_str()) {
            let rule = "secrets do not belong in this file";
            return Err(Refusal::rule(rule).help("let the server show its health without a login"));
        }
        let value = HeaderValue::try_from(value)
            .map_err(|_| Refusal::rule("a header holds visible characters and blanks"))?;
        Ok((name, value))
    })?;
    Some(fields.map(|fields| fields.into_iter().collect()))
}

fn refuse_unread_body(section: &Section<'_>, body: &Placed<Pattern>, method: &Placed<Method>) {
    if method.value == Method::HEAD {
        section.notes.fault(
            &body.span,
            "body can never match",
            "the answer to HEAD has no body (RFC 9110 §9.3.2)",
            "leave out body, or method",
        );
    }
}
