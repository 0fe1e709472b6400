//! F0: the words of the domain, shared by every floor above. Pure values, no behaviour of the world.

mod asn;
mod backoff;
mod closest;
mod command_line;
mod community;
mod family;
mod histogram;
mod loopback;
mod name;
mod percent;
mod prefix;
mod reason;
mod route;
mod throttle;
mod timers;
mod trust;

pub use asn::{AS_TRANS, Asn};
pub use backoff::{Backoff, Rng};
pub use closest::{closest, hyphenated};
pub use command_line::CommandLine;
pub use community::{Community, CommunityError, LargeCommunity};
pub use family::{Family, is_link_local};
pub use histogram::Histogram;
pub use loopback::{LoopbackAddress, Scope};
pub use name::{CheckName, InstanceName, NeighborName, RegionName, ServiceName};
pub use percent::Percent;
pub use prefix::{Prefix, PrefixError};
pub use reason::Reason;
pub use route::{NextHop, RouteAttributes, RouteTable};
pub use throttle::Throttle;
pub use timers::Timers;
pub use trust::Trust;

#[cfg(test)]
mod tests;
