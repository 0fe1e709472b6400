use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{attributes, scalar};
use crate::base::RegionName;
use crate::config::reader::{Placed, Section, plain};
use crate::config::suggest::closest;
use crate::config::types::{Agent, Http};
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
    let control_socket = agent.text("control-socket", scalar::path);
    let state_directory = state_directory(agent);
    let http = agent.text("http", scalar::endpoint);
    let grace = agent.duration("grace");

    let region = region?;
    let extras = match &region {
        Some(name) => regions.get(name.as_str())?.clone()?,
        None => Extras::default(),
    };
    let lowered = Agent {
        region,
        control_socket: control_socket?.value,
        state_directory: state_directory?,
        http: http?.value.map_or(Http::Off, Http::On),
        grace: grace?.value,
    };
    Some((lowered, extras))
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

fn region(agent: &Section<'_>, regions: &Regions) -> Option<Option<RegionName>> {
    if !agent.has("region") {
        return match regions.keys().next() {
            None => Some(None),
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
        return Some(Some(RegionName::from(region.value.as_str())));
    }
    refuse(agent, regions, &region);
    None
}

fn refuse(agent: &Section<'_>, regions: &Regions, region: &Placed<String>) {
    if region.value == "auto" {
        agent.notes.fault(
            &region.span,
            "region = \"auto\" is not part of this version",
            "a later version of herald has it: the region is asked of the cloud",
            "name the region",
        );
        return;
    }
    let help = match closest(&region.value, regions.keys().map(String::as_str)) {
        Some(meant) => format!("did you mean {meant:?}?"),
        None => format!("add a table [region.NAME] for {}", region.shown),
    };
    let message = format!("there is no region {}", region.shown);
    agent.notes.fault(&region.span, message, "not one of the [region.NAME] tables", help);
}
