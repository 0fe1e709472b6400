use tokio::task::JoinSet;

use super::client::{AskError, Client};
use super::{aws, azure, gcp};
use crate::config::{Metadata, Provider};

/// No metadata service has said which region this is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "region = \"auto\": no metadata service says where this is (tried {}); name the region in \
     [agent], or set provider and endpoint in [agent.metadata]",
    .tried.join("; ")
)]
pub struct UnknownRegion {
    /// Each question, and what came of it.
    pub tried: Vec<String>,
}

/// The name of the region as the cloud has it. Without a configured provider all are asked at once,
/// and the first good answer is taken: the others' services do not exist there.
///
/// # Errors
///
/// None has answered, and what was tried.
pub async fn region(metadata: &Metadata) -> Result<String, UnknownRegion> {
    let all = [Provider::Azure, Provider::Aws, Provider::Gcp];
    let asked = all.into_iter().filter(|one| metadata.provider.is_none_or(|only| only == *one));
    let mut questions: JoinSet<_> = asked.map(|one| ask(metadata.clone(), one)).collect();
    let mut tried = Vec::new();
    while let Some(answer) = questions.join_next().await {
        match answer {
            Ok(Ok(region)) => return Ok(region),
            Ok(Err(error)) => tried.push(error.to_string()),
            Err(panicked) => tried.push(panicked.to_string()),
        }
    }
    tried.sort_unstable();
    Err(UnknownRegion { tried })
}

async fn ask(metadata: Metadata, provider: Provider) -> Result<String, AskError> {
    let client = Client::new(&metadata, provider)?;
    match provider {
        Provider::Azure => azure::region(&client).await,
        Provider::Aws => aws::region(&client).await,
        Provider::Gcp => gcp::region(&client).await,
    }
}
