use std::collections::BTreeSet;
use std::time::Duration;

use tokio::sync::watch;

use super::client::{AskError, Client};
use super::notice::{Announced, due};
use super::{aws, azure, gcp};
use crate::base::Reason;
use crate::clock;
use crate::config::{Maintenance, Metadata, Provider};
use crate::engine::Notice;
use crate::status::Source;

/// The first call turns Azure's service on, which may take two minutes.
const FIRST_ANSWER: Duration = Duration::from_secs(130);

/// Watches for maintenance until the task is dropped. `notices` holds the notice that is due, and
/// `None` while there is none; `source` tells when everything is drained. An answer that does not
/// come, or means nothing, leaves what was known as it is.
pub async fn watch(
    metadata: Metadata,
    maintenance: Maintenance,
    notices: watch::Sender<Option<Notice>>,
    source: Source,
) {
    let mut watcher = match Watcher::new(&metadata, maintenance.clone()) {
        Ok(watcher) => watcher,
        Err(error) => {
            tracing::error!(%error, "maintenance cannot be watched");
            return std::future::pending().await;
        }
    };
    loop {
        match watcher.look().await {
            Ok(announced) => {
                watcher.heard();
                let due = due(&announced, maintenance.lead, clock::wall(), clock::now());
                let notice = due.as_ref().map(|(_, notice)| notice.clone());
                notices.send_if_modified(|known| {
                    let news = said(known.as_ref()) != said(notice.as_ref());
                    if news {
                        *known = notice;
                    }
                    news
                });
                if let Some((announced, _)) = due {
                    watcher.acknowledge(announced, &source).await;
                }
            }
            Err(error) => watcher.failed(&error),
        }
        clock::reached(Some(clock::now() + maintenance.poll_interval)).await;
    }
}

/// What makes a notice another one. Its time is reckoned anew with every look; who announces another
/// time says it in words.
fn said(notice: Option<&Notice>) -> Option<(&BTreeSet<String>, &Reason)> {
    notice.map(|notice| (&notice.events, &notice.because))
}

struct Watcher {
    client: Client,
    patient: Client,
    maintenance: Maintenance,
    /// The name by which Azure's events know this machine, once it is known.
    own_name: Option<String>,
    /// Whether the last look failed, so that each change is said once.
    failing: bool,
    answered: bool,
    acknowledged: Option<String>,
}

impl Watcher {
    fn new(metadata: &Metadata, maintenance: Maintenance) -> Result<Self, AskError> {
        let client = Client::new(metadata, maintenance.provider)?;
        let patient = client.clone().patient(FIRST_ANSWER);
        Ok(Self {
            client,
            patient,
            maintenance,
            own_name: None,
            failing: false,
            answered: false,
            acknowledged: None,
        })
    }

    async fn look(&mut self) -> Result<Vec<Announced>, AskError> {
        match self.maintenance.provider {
            Provider::Azure => {
                let own_name = match self.own_name.take() {
                    Some(known) => known,
                    None => azure::own_name(&self.client).await?,
                };
                let own_name = self.own_name.insert(own_name);
                let client = if self.answered { &self.client } else { &self.patient };
                azure::announced(client, own_name).await
            }
            Provider::Aws => aws::announced(&self.client).await,
            Provider::Gcp => gcp::announced(&self.client).await,
        }
    }

    fn heard(&mut self) {
        if self.failing {
            tracing::info!("maintenance notices can be read again");
        } else if !self.answered {
            tracing::info!("watching for maintenance of the host");
        }
        self.answered = true;
        self.failing = false;
    }

    fn failed(&mut self, error: &AskError) {
        if !self.failing {
            tracing::warn!(%error, "maintenance notices cannot be read; what is known stands");
        }
        self.failing = true;
    }

    /// Tells the provider that it may begin, once, when nothing is announced any more.
    async fn acknowledge(&mut self, announced: &Announced, source: &Source) {
        let done = self.acknowledged.as_ref() == Some(&announced.id);
        if !self.maintenance.acknowledge || done || !is_drained(source).await {
            return;
        }
        match azure::acknowledge(&self.client, &announced.id).await {
            Ok(()) => {
                tracing::info!(event = announced.id, "everything drained: maintenance may begin");
                self.acknowledged = Some(announced.id.clone());
            }
            Err(error) => tracing::warn!(%error, "the maintenance could not be acknowledged"),
        }
    }
}

/// Whether no service is announced to anybody. An agent that is going down gives no answer.
async fn is_drained(source: &Source) -> bool {
    let Some(snapshot) = source.snapshot().await else { return false };
    snapshot.services.iter().flat_map(|service| &service.routes).all(|route| !route.announced)
}
