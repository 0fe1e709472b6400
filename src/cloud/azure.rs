//! Azure Instance Metadata Service and Scheduled Events. Every primitive of their JSON is a string,
//! and what is missing is the empty one.

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde::Deserialize;

use super::client::{AskError, Client};
use super::notice::{Announced, Begins};

/// Without it the service answers 400.
const HEADER: (&str, &str) = ("Metadata", "true");
const LOCATION: &str = "/metadata/instance/compute/location?api-version=2021-02-01&format=text";
const NAME: &str = "/metadata/instance/compute/name?api-version=2021-02-01&format=text";
const EVENTS: &str = "/metadata/scheduledevents?api-version=2020-07-01";

/// `compute.location`: `westeurope`.
pub(super) async fn region(client: &Client) -> Result<String, AskError> {
    Ok(client.get(LOCATION, HEADER).await?.word()?.to_owned())
}

/// `compute.name`, by which events name the machines they are for.
pub(super) async fn own_name(client: &Client) -> Result<String, AskError> {
    Ok(client.get(NAME, HEADER).await?.word()?.to_owned())
}

/// The events for the machine `own_name`. The document goes to every machine of the availability
/// set or scale set, so most of it may be about others.
pub(super) async fn announced(client: &Client, own_name: &str) -> Result<Vec<Announced>, AskError> {
    let answer = client.get(EVENTS, HEADER).await?;
    let document: Document = answer.json()?;
    let ours = document.events.into_iter().filter(|event| event.is_for(own_name));
    ours.map(|event| event.announced().map_err(|why| answer.garbage(why))).collect()
}

/// Lets an event begin, for every machine it names.
pub(super) async fn acknowledge(client: &Client, id: &str) -> Result<(), AskError> {
    let body = serde_json::json!({ "StartRequests": [{ "EventId": id }] });
    client.post(EVENTS, HEADER, body.to_string()).await.map(|_| ())
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    events: Vec<Event>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    event_id: String,
    event_type: String,
    #[serde(default)]
    resources: Vec<String>,
    #[serde(default)]
    not_before: String,
    #[serde(default)]
    description: String,
}

impl Event {
    fn is_for(&self, own_name: &str) -> bool {
        self.resources.iter().any(|name| name.eq_ignore_ascii_case(own_name))
    }

    fn announced(self) -> Result<Announced, String> {
        let begins = match self.not_before.as_str() {
            // It has started.
            "" => Begins::Now,
            date => Begins::At(timestamp(date)?),
        };
        let mut what = format!("Azure announces {}", self.event_type);
        if !self.description.is_empty() {
            what = format!("{what} ({})", self.description);
        }
        Ok(Announced { id: self.event_id, what, begins })
    }
}

/// `Mon, 11 Apr 2022 22:26:58 GMT`.
fn timestamp(date: &str) -> Result<Timestamp, String> {
    let zoned = rfc2822::parse(date).map_err(|error| format!("NotBefore {date:?}: {error}"))?;
    Ok(zoned.timestamp())
}
