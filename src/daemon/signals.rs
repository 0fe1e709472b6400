use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};

use super::ends::Order;
use super::error::StartError;
use crate::base::Reason;
use crate::status::{ReloadRequest, Reloads};

/// Turns signals into orders and reloads; `stopping` says from when on nothing else is to begin.
pub(super) fn signals(
    orders: mpsc::Sender<Order>,
    reloads: Reloads,
    stopping: watch::Sender<bool>,
) -> Result<impl Future<Output = ()>, StartError> {
    let catch = |kind| signal(kind).map_err(StartError::Signals);
    let mut terminate = catch(SignalKind::terminate())?;
    let mut interrupt = catch(SignalKind::interrupt())?;
    let mut hangup = catch(SignalKind::hangup())?;
    Ok(async move {
        loop {
            let name = tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
                _ = hangup.recv() => {
                    // What comes of it stands in the log. While two reloads wait, this one would
                    // read the same file.
                    let by = "SIGHUP".to_owned();
                    let request =
                        ReloadRequest { by, dry_run: false, allow_reset: false, answer: None };
                    let _ = reloads.try_send(request);
                    continue;
                }
            };
            let order = match stopping.send_replace(true) {
                false => Order::Stop(Reason::from(format!("{name} received"))),
                true => Order::Hurry,
            };
            if orders.send(order).await.is_err() {
                return;
            }
        }
    })
}
