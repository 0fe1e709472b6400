use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::{attributes, cloud, scalar};
use crate::base::{RegionName, closest};
use crate::config::reader::{Placed, Section, plain};
use crate::config::types::{Agent, Http, Region};
use crate::policy::Extras;

const DEFAULT_STATE_DIRECTORY: &str = "/var/lib/herald";

/// `[region.*]`; a region with a fault has no attributes.
pub(super) type Regions = BTreeMap<String, Option<Extras>>;

pub(super) fn regions(root: &Section<'_>) -> Regions {
    let regions = root.named("region");
    regions.into_iter().map(|(name, section)| (name, attributes::extras(&section))).collect()
}

/// `[agent]`, and what its region adds to every route.
pub(super) fn read(agent: &Section<'_>, regions: &Regions) -> Option<(Agent, Extras)> {
    let region = region(agent, regions);
    let control_socket = control_socket(agent);
    let state_directory = state_directory(agent);
    let http = agent.text("http", scalar::endpoint);
    worry_about_every_address(agent, http.as_ref());
    let grace = agent.duration("grace");
    let metadata = cloud::metadata(&agent.section("metadata"));
    let maintenance = cloud::maintenance(&agent.section("maintenance"));

    let region = region?;
    let extras = match &region {
        Region::Named(name) => regions.get(name.as_str())?.clone()?,
        Region::None | Region::Auto(_) => Extras::default(),
    };
    let lowered = Agent {
        region,
        control_socket: control_socket?,
        state_directory: state_directory?,
        http: http?.value.map_or(Http::Off, Http::On),
        grace: grace?.value,
        metadata: metadata?,
        maintenance: maintenance?,
    };
    Some((lowered, extras))
}

pub(super) fn control_socket(agent: &Section<'_>) -> Option<PathBuf> {
    Some(agent.text("control-socket", scalar::path)?.value)
}

/// Whoever means other machines names the address that they come by.
fn worry_about_every_address(agent: &Section<'_>, http: Option<&Placed<Option<SocketAddr>>>) {
    let Some(Placed { value: Some(address), span, shown, .. }) = http else { return };
    if address.ip().is_unspecified() {
        agent.notes.worry(
            span,
            format!("http {shown} serves everybody, on the anycast addresses too"),
            "nobody has to log in to see services, neighbours and routes",
            format!("take 127.0.0.1:{0}, or the one address that you read it by", address.port()),
        );
    }
}

/// systemd.exec(5): STATE_DIRECTORY holds the directories of StateDirectory=, with colons between.
fn state_directory(agent: &Section<'_>) -> Option<PathBuf> {
    if agent.has("state-directory") {
        return Some(agent.text("state-directory", scalar::path)?.value);
    }
    let given = agent.notes.environment("STATE_DIRECTORY");
    let first = given.as_deref().and_then(|list| list.split(':').next());
    let first = first.map(Path::new).filter(|directory| directory.is_absolute());
    Some(first.unwrap_or(Path::new(DEFAULT_STATE_DIRECTORY)).to_owned())
}

fn region(agent: &Section<'_>, regions: &Regions) -> Option<Region> {
    if !agent.has("region") {
        return match regions.keys().next() {
            None => Some(Region::None),
            Some(first) => {
                let message = "[agent] region is missing";
                let help = format!("for example region = {first:?}");
                agent.notes.fault(
                    agent.span(),
                    message,
                    "the file has regions, and this agent must know which is its own",
                    help,
                );
                None
            }
        };
    }
    let region: Placed<String> = agent.text("region", plain)?;
    if regions.contains_key(&region.value) {
        return Some(Region::Named(RegionName::from(region.value.as_str())));
    }
    if region.value == "auto" {
        return auto(agent, regions, &region);
    }
    let help = match closest(&region.value, regions.keys().map(String::as_str)) {
        Some(meant) => format!("did you mean {meant:?}?"),
        None => format!("add a table [region.NAME] for {}", region.shown),
    };
    let message = format!("there is no region {}", region.shown);
    agent.notes.fault(&region.span, message, "not one of the [region.NAME] tables", help);
    None
}

fn auto(agent: &Section<'_>, regions: &Regions, region: &Placed<String>) -> Option<Region> {
    if regions.is_empty() {
        agent.notes.fault(
            &region.span,
            "region = \"auto\" has nothing to choose from",
            "the cloud names one of the [region.NAME] tables, and the file has none",
            "add one for each region, named as the cloud names it: [region.westeurope]",
        );
        return None;
    }
    let all = regions.iter().map(|(name, extras)| {
        let extras = extras.clone()?;
        Some((RegionName::from(name.as_str()), extras))
    });
    all.collect::<Option<_>>().map(Region::Auto)
}
