//! Compute Engine metadata server.

use super::client::{Answer, AskError, Client};
use super::notice::{Announced, Begins};

/// The request must carry it, and so does a true answer: an unknown host that happens to have the
/// name answers without.
const FLAVOR: (&str, &str) = ("Metadata-Flavor", "Google");
const ZONE: &str = "/computeMetadata/v1/instance/zone";
const MAINTENANCE: &str = "/computeMetadata/v1/instance/maintenance-event";
const PREEMPTED: &str = "/computeMetadata/v1/instance/preempted";

/// The region of `projects/N/zones/europe-west1-b`: `europe-west1`.
pub(super) async fn region(client: &Client) -> Result<String, AskError> {
    let answer = get(client, ZONE).await?;
    let zone = answer.word()?.rsplit('/').next().unwrap_or_default();
    match zone.rsplit_once('-') {
        Some((region, _)) if region.contains('-') => Ok(region.to_owned()),
        Some(_) | None => Err(answer.garbage(format!("{zone:?} is not a zone"))),
    }
}

/// A maintenance event (announced about 60 s ahead, without a time) or a preemption of this instance.
pub(super) async fn announced(client: &Client) -> Result<Vec<Announced>, AskError> {
    let mut announced = Vec::new();
    let event = get(client, MAINTENANCE).await?;
    match event.word()? {
        "NONE" => {}
        event => announced.push(now(format!("Google Cloud announces {event}"))),
    }
    if get(client, PREEMPTED).await?.word()? == "TRUE" {
        announced.push(now("Google Cloud preempts this instance".to_owned()));
    }
    Ok(announced)
}

fn now(what: String) -> Announced {
    Announced { id: what.clone(), what, begins: Begins::Now }
}

async fn get(client: &Client, path: &str) -> Result<Answer, AskError> {
    let answer = client.get(path, FLAVOR).await?;
    match answer.headers.get(FLAVOR.0).is_some_and(|value| value == FLAVOR.1) {
        true => Ok(answer),
        false => Err(answer.garbage("the answer is not Google's: no Metadata-Flavor header")),
    }
}
