//! A reload on request: the answer tells what it has done or would do.

use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::caller::Caller;
use crate::status::http::Problem;
use crate::status::{ReloadRequest, Reloads};

/// The body of a POST to [`RELOAD`](super::RELOAD); an empty one says no twice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
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
    let ask = match body.is_empty() {
        true => Ok(AskReload::default()),
        false => serde_json::from_slice(&body),
    };
    let AskReload { dry_run, allow_reset } = match ask {
        Ok(ask) => ask,
        Err(error) => {
            let hint = r#"send nothing, or an object such as {"dry-run": true}"#;
            let error = format!("the body cannot be read: {error}");
            return Problem::new(StatusCode::BAD_REQUEST, error, hint).into_response();
        }
    };
    tracing::info!(by = %caller, dry_run, allow_reset, "reload");
    let (answer, done) = oneshot::channel();
    let sent = reloads.send(ReloadRequest { dry_run, allow_reset, answer }).await.is_ok();
    match done.await {
        Ok(reload) if sent => Json(reload).into_response(),
        Ok(_) | Err(_) => Problem::going_down().into_response(),
    }
}
