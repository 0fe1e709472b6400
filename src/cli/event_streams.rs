//! Whether the event streams that a file asks for can bring anything, as far as it can be known now.
//!
//! The agent knows best: it sees when HAProxy changes a server and tells nothing. Without one, HAProxy
//! can be asked for its rings. Where it logs to, it tells nobody.

use crate::config::{Config, HaproxyInstance};
use crate::control;
use crate::probe::haproxy::ring_fault;
use crate::status::{EventStream, Snapshot, StreamKind};

use super::runtime;

/// A line for each stream that brings nothing. Neither an agent nor a HAProxy needs to run.
pub(super) fn troubles(config: &Config) -> Vec<String> {
    let instances = config.haproxy.values();
    let mut asking = instances.filter(|instance| !streams(instance).is_empty()).peekable();
    match (asking.peek().is_some(), runtime()) {
        (true, Ok(runtime)) => runtime.block_on(async {
            let agent = control::get::<Snapshot>(&config.agent.control_socket, control::STATUS);
            let agent = agent.await.ok();
            let mut troubles = Vec::new();
            for instance in asking {
                troubles.extend(of_instance(instance, agent.as_ref()).await);
            }
            troubles
        }),
        (_, _) => Vec::new(),
    }
}

async fn of_instance(instance: &HaproxyInstance, agent: Option<&Snapshot>) -> Vec<String> {
    let mut troubles = Vec::new();
    for (kind, place) in streams(instance) {
        let known = agent.and_then(|agent| watched(agent, instance, kind, &place));
        let because = match (known, kind) {
            (Some(stream), _) => stream.because.clone(),
            (None, StreamKind::Ring) => ring_fault(instance).await,
            (None, StreamKind::Socket) => None,
        };
        let said = |because| format!("haproxy {}: {kind} {place}: {because}", instance.name);
        troubles.extend(because.map(said));
    }
    troubles
}

/// What a running agent knows of the very stream that the file asks for.
fn watched<'a>(
    agent: &'a Snapshot,
    instance: &HaproxyInstance,
    kind: StreamKind,
    place: &str,
) -> Option<&'a EventStream> {
    let known = agent.haproxy.iter().find(|known| known.name == instance.name.as_str())?;
    known.streams.iter().find(|stream| stream.kind == kind.as_str() && stream.place == place)
}

fn streams(instance: &HaproxyInstance) -> Vec<(StreamKind, String)> {
    let socket = instance.event_socket.iter().map(|s| (StreamKind::Socket, s.to_string()));
    let ring = instance.event_ring.iter().map(|ring| (StreamKind::Ring, ring.clone()));
    socket.chain(ring).collect()
}
