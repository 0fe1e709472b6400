use crate::config::reader::{Refusal, Section};
use crate::config::types::{Maintenance, Metadata, Provider};

/// `[agent.metadata]`.
pub(super) fn metadata(section: &Section<'_>) -> Option<Metadata> {
    let provider = section.text("provider", provider);
    let endpoint = section.text("endpoint", endpoint);
    let timeout = section.duration("timeout");
    Some(Metadata {
        provider: provider.map(|given| given.value),
        endpoint: endpoint.map(|given| given.value),
        timeout: timeout?.value,
    })
}

/// `[agent.maintenance]`; the inner `None` when maintenance is not watched.
pub(super) fn maintenance(section: &Section<'_>) -> Option<Option<Maintenance>> {
    let source = section.text("source", source);
    let lead = section.duration("lead");
    let poll_interval = section.duration("poll-interval");
    let acknowledge = section.boolean("acknowledge");
    let Some(source) = source else {
        complain_without_source(section);
        return Some(None);
    };
    let acknowledge = acknowledge?;
    if acknowledge.value && source.value != Provider::Azure {
        section.notes.fault(
            &acknowledge.span,
            "acknowledge has no use here",
            format!("{} takes no acknowledgement; only azure-scheduled-events does", source.shown),
            "leave it out",
        );
    }
    Some(Some(Maintenance {
        provider: source.value,
        lead: lead?.value,
        poll_interval: poll_interval?.value,
        acknowledge: acknowledge.value,
    }))
}

/// A table whose other keys would silently do nothing.
fn complain_without_source(section: &Section<'_>) {
    let Some(given) = ["lead", "poll-interval", "acknowledge"].iter().find(|key| section.has(key))
    else {
        return;
    };
    section.notes.fault(
        &section.span_of(given),
        format!("{given} is given without source"),
        "maintenance is watched only where source says so",
        "add source = \"azure-scheduled-events\", or leave the table out",
    );
}

fn provider(text: &str) -> Result<Provider, Refusal> {
    match text {
        "azure" => Ok(Provider::Azure),
        "aws" => Ok(Provider::Aws),
        "gcp" => Ok(Provider::Gcp),
        _ => Err(Refusal::default()),
    }
}

fn source(text: &str) -> Result<Provider, Refusal> {
    match text {
        "azure-scheduled-events" => Ok(Provider::Azure),
        "aws-spot-notice" => Ok(Provider::Aws),
        "gcp-maintenance-event" => Ok(Provider::Gcp),
        _ => Err(Refusal::default()),
    }
}

/// The services speak plain HTTP on a link-local address that no packet leaves the host for.
fn endpoint(text: &str) -> Result<String, Refusal> {
    let bare = text.strip_suffix('/').unwrap_or(text);
    let host = bare.strip_prefix("http://").ok_or_else(Refusal::default)?;
    let readable = bare.parse::<hyper::Uri>().is_ok_and(|uri| uri.host().is_some());
    match readable && !host.contains(['/', '?', '#', '@']) {
        true => Ok(bare.to_owned()),
        false => Err(Refusal::default()),
    }
}
