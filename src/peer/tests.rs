//! The loop that drives a session, over a real connection on a runtime of one thread.

use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::yield_now;
use tokio::time::timeout;

use super::*;
use crate::base::Asn;
use crate::clock;
use crate::config::{self, Neighbor};
use crate::rib::Plan;
use crate::session::{Session, State};
use crate::status::PeerStatus;
use crate::wire::{Context, Message, Open};

const PEER_AS: u32 = 65000;
const KEEPALIVES: usize = 5000;
/// For a few hundred turns, however busy the machine is.
const SOON: Duration = Duration::from_secs(20);

/// Without turns the loop would read all that is there before anybody else runs; with larger ones,
/// others would run too rarely.
#[tokio::test]
async fn others_run_between_any_4096_octets_of_a_flood() {
    let (ours, mut theirs) = connected().await;
    let mut status = driven(ours).await;
    theirs.write_all(&opening()).await.unwrap();
    let established = status.wait_for(|status| status.state.0 == State::Established);
    timeout(SOON, established).await.expect("the session is established in time").unwrap();

    let flood = Message::Keepalive.encode(&Context::default()).repeat(KEEPALIVES);
    // One thread: as nothing is awaited, nothing of it is read before all of it is there.
    let sent = theirs.try_write(&flood).unwrap();
    let keepalives = (sent / (flood.len() / KEEPALIVES)) as u64 + 1;
    let mut turns = 0;
    let everything_is_read = async {
        while status.borrow().traffic.received.keepalive < keepalives {
            turns += 1;
            yield_now().await;
        }
    };
    timeout(SOON, everything_is_read).await.expect("the flood is read in time");
    assert!(turns >= sent / 4096, "{turns} turns while {sent} octets were read");
}

/// Both ends of a connection.
async fn connected() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let theirs = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    (listener.accept().await.unwrap().0, theirs)
}

/// Has a neighbour driven that has made this connection; what is shown of it.
async fn driven(connection: TcpStream) -> watch::Receiver<PeerStatus> {
    let neighbor = neighbor();
    let session = Session::new(neighbor.session.clone(), 0, clock::now());
    let (status, shown) = watch::channel(PeerStatus::of(&neighbor.name, &session));
    let (neighbor, neighbor_in) = watch::channel(neighbor);
    let (plans, plans_in) = watch::channel(Plan::default());
    let (accepted, accepted_in) = mpsc::channel(1);
    let (questions, questions_in) = mpsc::channel(1);
    let (stop, stop_in) = watch::channel(None);
    let (carried, mut carried_in) = mpsc::channel(1);
    let (routes, mut routes_in) = mpsc::channel(1);
    accepted.send(connection).await.unwrap();
    let ends = Ends {
        neighbor: neighbor_in,
        plans: plans_in,
        accepted: accepted_in,
        questions: questions_in,
        stop: stop_in,
        carried,
        shown: routes,
        bfd: None,
        status,
    };
    tokio::spawn(run(Peer { seed: 0, inherited: None, ends }));
    // Whoever holds the other ends stays as long as the test.
    tokio::spawn(async move {
        while carried_in.recv().await.is_some() {}
        while routes_in.recv().await.is_some() {}
        drop((neighbor, plans, accepted, questions, stop));
    });
    shown
}

fn neighbor() -> Neighbor {
    let text = format!(
        "[bgp]\nlocal-as = 65010\nrouter-id = \"192.0.2.1\"\n\
         [neighbor.flood]\naddress = \"127.0.0.1\"\npeer-as = {PEER_AS}\npassive = true\n"
    );
    let loaded = config::read("test.toml", &text, &|_| None);
    let loaded = loaded.unwrap_or_else(|faults| panic!("{faults}"));
    loaded.config.neighbors.into_values().next().unwrap()
}

fn opening() -> Vec<u8> {
    let open = Message::Open(Open {
        my_as: Asn(PEER_AS),
        hold_time: 180,
        identifier: Ipv4Addr::new(192, 0, 2, 2),
        capabilities: Vec::new(),
    });
    [open, Message::Keepalive].iter().flat_map(|it| it.encode(&Context::default())).collect()
}
