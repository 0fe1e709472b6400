//! The file read again on an operator's word.

use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router, body::Bytes};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::caller::Caller;
use crate::status::http::Problem;
use crate::status::{Reload, ReloadRequest, Reloads};

/// The body of a POST; an empty one asks for neither.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct AskReload {
    /// Only tell what would be done.
    pub dry_run: bool,
    /// Sessions may be reset.
    pub allow_reset: bool,
}

pub(super) fn router(reloads: Reloads) -> Router {
    Router::new().route(super::RELOAD, post(reload)).with_state(reloads)
}

async fn reload(
    State(reloads): State<Reloads>,
    Extension(caller): Extension<Caller>,
    body: Bytes,
) -> Response {
    let answer = match ask(&body) {
        Ok(ask) => give(&reloads, &caller, ask).await,
        Err(problem) => Err(problem),
    };
    match answer {
        Ok(reload) => Json(reload).into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn give(reloads: &Reloads, caller: &Caller, ask: AskReload) -> Result<Reload, Problem> {
    let AskReload { dry_run, allow_reset } = ask;
    let by = caller.to_string();
    tracing::info!(%by, dry_run, allow_reset, "reload asked for");
    let (answer, reloaded) = oneshot::channel();
    let request = ReloadRequest { by, dry_run, allow_reset, answer: Some(answer) };
    let sent = reloads.send(request).await;
    sent.map_err(|_| Problem::going_down())?;
    reloaded.await.map_err(|_| Problem::going_down())
}

fn ask(body: &[u8]) -> Result<AskReload, Problem> {
    if body.is_empty() {
        return Ok(AskReload::default());
    }
    serde_json::from_slice(body).map_err(|error| {
        let hint = r#"send nothing, or an object such as {"dry-run": true}"#;
        Problem::new(StatusCode::BAD_REQUEST, format!("the body cannot be read: {error}"), hint)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_strict_and_say_nothing_when_empty() {
        assert_eq!(ask(b""), Ok(AskReload::default()));
        assert_eq!(
            ask(br#"{"dry-run":true}"#),
            Ok(AskReload { dry_run: true, allow_reset: false })
        );
        for body in [&b"{"[..], br#"{"dry_run":true}"#, b"true"] {
            assert_eq!(ask(body).unwrap_err().status, 400, "{body:?}");
        }
    }
}
