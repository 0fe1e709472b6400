//! One server for all three metadata services, each as strict as the real one about its headers.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::{Timestamp, ToSpan};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::support::netns::Namespace;

const TOKEN: &str = "a-token-of-imds-v2";

/// What the cloud says, changed by the test as it goes.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    /// Azure's `compute.location`.
    pub location: Option<String>,
    /// Azure's `compute.name`.
    pub name: String,
    /// Azure's scheduled events document; `None` is a service that does not answer well.
    pub events: Option<String>,
    /// AWS's `placement/region`.
    pub aws_region: Option<String>,
    /// AWS's `spot/instance-action`.
    pub spot: Option<String>,
    /// Google's `zone`.
    pub zone: Option<String>,
    /// Google's `maintenance-event`.
    pub maintenance: String,
    /// Whether Google's server says that it is Google's.
    pub forgets_flavor: bool,
    /// Bodies that were posted.
    pub posted: Vec<String>,
    /// Questions so far.
    pub asked: u64,
}

/// The server; it ends with the value.
pub(crate) struct Fake {
    pub address: SocketAddr,
    world: Arc<Mutex<World>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Fake {
    /// Serves `world` on a free port of 127.0.0.1, in a namespace if one is given.
    pub(crate) fn start(namespace: Option<&Namespace>, world: World) -> Self {
        let bind = || std::net::TcpListener::bind("127.0.0.1:0").expect("a port on the loopback");
        let listener = namespace.map_or_else(bind, |namespace| namespace.enter(bind));
        listener.set_nonblocking(true).expect("a listener for tokio");
        let address = listener.local_addr().expect("its address");
        let world = Arc::new(Mutex::new(world));
        let (stop, stopped) = oneshot::channel::<()>();
        let router = Router::new().fallback(answer).with_state(Arc::clone(&world));
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let listener = TcpListener::from_std(listener).expect("a listener");
                let server = axum::serve(listener, router).with_graceful_shutdown(async {
                    let _ = stopped.await;
                });
                server.await.expect("the server serves");
            });
        });
        Self { address, world, stop: Some(stop), thread: Some(thread) }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut World)) {
        change(&mut self.world.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn world(&self) -> World {
        self.world.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn answer(
    State(world): State<Arc<Mutex<World>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
    world.asked += 1;
    let has = |name: &str, value: &str| headers.get(name).is_some_and(|found| found == value);
    let path = uri.path();
    if path.starts_with("/metadata/") {
        if !has("Metadata", "true") || headers.contains_key("X-Forwarded-For") {
            return StatusCode::BAD_REQUEST.into_response();
        }
        return azure(&mut world, &method, &uri, &body);
    }
    if path.starts_with("/latest/") {
        return match path.strip_prefix("/latest/") {
            Some("api/token") if method == Method::PUT => found(Some(TOKEN)),
            Some(_) if !has("X-aws-ec2-metadata-token", TOKEN) => {
                StatusCode::UNAUTHORIZED.into_response()
            }
            Some("meta-data/placement/region") => found(world.aws_region.as_deref()),
            Some("meta-data/spot/instance-action") => found(world.spot.as_deref()),
            Some(_) | None => StatusCode::NOT_FOUND.into_response(),
        };
    }
    if !has("Metadata-Flavor", "Google") {
        return StatusCode::FORBIDDEN.into_response();
    }
    let flavor = (HeaderName::from_static("metadata-flavor"), "Google");
    let said = match path.strip_prefix("/computeMetadata/v1/instance/") {
        Some("zone") => found(world.zone.as_deref()),
        Some("maintenance-event") => found(Some(&world.maintenance)),
        Some("preempted") => found(Some("FALSE")),
        Some(_) | None => StatusCode::NOT_FOUND.into_response(),
    };
    if world.forgets_flavor { said } else { ([flavor], said).into_response() }
}

fn azure(world: &mut World, method: &Method, uri: &Uri, body: &Bytes) -> Response {
    if !uri.query().unwrap_or_default().contains("api-version=") {
        return StatusCode::BAD_REQUEST.into_response();
    }
    match (method, uri.path()) {
        (&Method::GET, "/metadata/instance/compute/location") => found(world.location.as_deref()),
        (&Method::GET, "/metadata/instance/compute/name") => found(Some(&world.name)),
        (&Method::GET, "/metadata/scheduledevents") => match &world.events {
            Some(events) => found(Some(events)),
            None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        },
        (&Method::POST, "/metadata/scheduledevents") => {
            world.posted.push(String::from_utf8_lossy(body).into_owned());
            StatusCode::OK.into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn found(text: Option<&str>) -> Response {
    match text {
        Some(text) => text.to_owned().into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Azure's document with one event for this machine's neighbour and one for `resource`.
pub(crate) fn events(resource: &str, not_before: &str) -> String {
    let event = |id: &str, resource: &str, not_before: &str| {
        format!(
            r#"{{"EventId":"{id}","EventType":"Freeze","ResourceType":"VirtualMachine",
                "Resources":["{resource}"],"EventStatus":"Scheduled","NotBefore":"{not_before}",
                "Description":"Host server is undergoing maintenance.","EventSource":"Platform",
                "DurationInSeconds":5}}"#
        )
    };
    let other = event("C7061BAC-0000", "another-vm", "");
    format!(
        r#"{{"DocumentIncarnation":1,"Events":[{other},{}]}}"#,
        event("C7061BAC-AFDC", resource, not_before)
    )
}

/// A time as Azure writes it.
pub(crate) fn gmt(seconds_from_now: i64) -> String {
    let at = Timestamp::now() + seconds_from_now.seconds();
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
