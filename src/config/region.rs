use super::types::{Config, Region};
use crate::base::RegionName;

/// The cloud names a region that the file does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "region = \"auto\": the cloud says {named:?}, and the file has no [region.{named}], only {}; \
     add that table, or name the region in [agent]",
    known.join(", ")
)]
pub struct NoSuchRegion {
    /// What the cloud said.
    pub named: String,
    /// The regions of the file.
    pub known: Vec<String>,
}

impl Region {
    /// The region, once it is known.
    pub fn name(&self) -> Option<&RegionName> {
        match self {
            Self::Named(name) => Some(name),
            Self::None | Self::Auto(_) => None,
        }
    }
}

impl Config {
    /// Settles `region = "auto"`: what is announced gets the attributes of the region of that name.
    /// A region that the file names itself stays.
    ///
    /// # Errors
    ///
    /// The file has no region of that name.
    pub fn in_region(mut self, named: &str) -> Result<Self, NoSuchRegion> {
        let Region::Auto(regions) = &mut self.agent.region else { return Ok(self) };
        let name = RegionName::from(named);
        match regions.remove(&name) {
            Some(extras) => {
                self.policy.region = extras;
                self.agent.region = Region::Named(name);
                Ok(self)
            }
            None => {
                let known = regions.keys().map(ToString::to_string).collect();
                Err(NoSuchRegion { named: named.to_owned(), known })
            }
        }
    }
}
