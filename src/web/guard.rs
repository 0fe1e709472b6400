//! What keeps the pages of other sites, open in the same browser, away from the agent.
//!
//! Nothing here is secret, and nothing can be changed. What stands behind a loopback address is
//! nevertheless meant for this machine alone: a page of another site could have its own name resolve
//! to 127.0.0.1 and would then be of the same origin (DNS rebinding). So a listener on a loopback
//! address answers to `localhost` and to addresses only, which no other site can be called. A listener
//! on any other address is there for whoever can reach it, by names that herald does not know.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::uri::Authority;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::status::http::Problem;

/// The headers of every answer. Everything that the page needs comes from the agent itself, and none
/// of it is written into the page: whatever a reason or a name holds is not run.
const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
         img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    // The next agent on this address may have another page.
    (header::CACHE_CONTROL, "no-store"),
];

/// Admits a request or not, by where the listener is; every answer gets its headers.
pub(super) async fn guard(
    State(listens_on): State<IpAddr>,
    request: Request,
    next: Next,
) -> Response {
    let mut answer = match is_meant(listens_on, request.headers()) {
        true => next.run(request).await,
        false => refusal().into_response(),
    };
    for (name, value) in HEADERS {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// Whether a request is for this listener by name. Whoever names none is no browser.
fn is_meant(listens_on: IpAddr, headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST) else { return true };
    !listens_on.is_loopback() || host.to_str().is_ok_and(is_local)
}

fn is_local(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host();
    let address = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok()
}

fn refusal() -> Problem {
    let error = "on a loopback address herald answers to localhost and to IP addresses only";
    let hint = "ask http://localhost:PORT; a proxy in front of it sends Host: localhost";
    Problem::new(StatusCode::MISDIRECTED_REQUEST, error, hint)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn meant(listens_on: IpAddr, host: &str) -> bool {
        let host = HeaderValue::from_str(host).unwrap();
        is_meant(listens_on, &HeaderMap::from_iter([(header::HOST, host)]))
    }

    #[test]
    fn a_loopback_listener_has_no_name_that_another_site_could_have() {
        let here = IpAddr::from(Ipv4Addr::LOCALHOST);
        for own in ["127.0.0.1:9642", "[::1]:9642", "localhost:9642", "LocalHost", "192.0.2.1"] {
            assert!(meant(here, own), "{own}");
        }
        let others = ["evil.example:9642", "localhost.evil.example", "127.0.0.1.nip.io", "", "a b"];
        for other in others {
            assert!(!meant(here, other), "{other:?}");
        }
        assert!(is_meant(here, &HeaderMap::new()), "HTTP/1.0 of a health check");
    }

    #[test]
    fn another_listener_has_names_that_herald_does_not_know() {
        for there in [Ipv4Addr::UNSPECIFIED, Ipv4Addr::new(192, 0, 2, 1)] {
            assert!(meant(there.into(), "node1.example.net:9642"));
        }
    }
}
