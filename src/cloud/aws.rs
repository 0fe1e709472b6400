//! EC2 Instance Metadata Service, version 2: each question carries a token that was asked for first.

use jiff::Timestamp;
use serde::Deserialize;

use super::client::{Answer, AskError, Client};
use super::notice::{Announced, Begins};

const TOKEN: &str = "/latest/api/token";
/// A token is used for one round of questions; seconds.
const TOKEN_LIFETIME: (&str, &str) = ("X-aws-ec2-metadata-token-ttl-seconds", "60");
const REGION: &str = "/latest/meta-data/placement/region";
const SPOT_NOTICE: &str = "/latest/meta-data/spot/instance-action";

/// `placement/region`: `eu-west-1`.
pub(super) async fn region(client: &Client) -> Result<String, AskError> {
    Ok(get(client, REGION).await?.word()?.to_owned())
}

/// The interruption notice of a spot instance, given about two minutes ahead. There is one only for
/// this instance, and 404 as long as there is none.
pub(super) async fn announced(client: &Client) -> Result<Vec<Announced>, AskError> {
    let answer = match get(client, SPOT_NOTICE).await {
        Err(error) if error.is_absent() => return Ok(Vec::new()),
        answer => answer?,
    };
    let action: SpotAction = answer.json()?;
    let what = format!("AWS announces that this spot instance will {}", action.action);
    Ok(vec![Announced { id: action.time.to_string(), what, begins: Begins::At(action.time) }])
}

#[derive(Debug, Deserialize)]
struct SpotAction {
    /// `terminate`, `stop` or `hibernate`.
    action: String,
    time: Timestamp,
}

async fn get(client: &Client, path: &str) -> Result<Answer, AskError> {
    let token = client.put(TOKEN, TOKEN_LIFETIME).await?;
    client.get(path, ("X-aws-ec2-metadata-token", token.word()?)).await
}
