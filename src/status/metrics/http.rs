use std::fmt;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, stream};
use tokio::task::yield_now;

use super::{Family, Format, families};
use crate::status::http::Problem;
use crate::status::{Snapshot, Source};

/// Octets that are put together before they are sent, and before everybody else has a turn: routes
/// are decided on the same thread.
const PIECE: usize = 32 * 1024;

/// Answers a scrape with every metric of the moment.
pub async fn scrape(State(source): State<Source>, headers: HeaderMap) -> Response {
    let Some(snapshot) = source.snapshot().await else {
        return Problem::going_down().into_response();
    };
    let format = Format::accepted(headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()));
    let body = Body::from_stream(pieces(format, Arc::new(snapshot)));
    ([(header::CONTENT_TYPE, format.content_type())], body).into_response()
}

/// The text, a piece at a time: with a thousand services it is megabytes, and nobody needs them at
/// once.
fn pieces(
    format: Format,
    snapshot: Arc<Snapshot>,
) -> impl Stream<Item = Result<String, fmt::Error>> {
    let left: Vec<&'static Family> = families().collect();
    stream::unfold(Some(left.into_iter()), move |left| {
        let snapshot = Arc::clone(&snapshot);
        async move {
            let mut left = left?;
            yield_now().await;
            let mut text = String::new();
            for family in left.by_ref() {
                if let Err(error) = format.write(&mut text, family, &snapshot) {
                    return Some((Err(error), None));
                }
                if text.len() >= PIECE {
                    return Some((Ok(text), Some(left)));
                }
            }
            Some((format.finish(&mut text).map(|()| text), None))
        }
    })
}
