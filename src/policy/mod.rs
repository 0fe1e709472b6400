//! F2: from a verdict and an operator's word to the routes each neighbour should have, with the reason.
//!
//! ```text
//! enabled? ─▶ Override? ─▶ verdict, Turn ─▶ State ─▶ state table + neighbour + region ─▶ RouteAttributes
//! ```

mod claim;
mod params;
mod route;
mod state;
mod word;

pub use claim::Claim;
pub use params::{Drain, Extras, Neighbor, Params, Service, StateAttributes, Watch};
pub use route::{announces, attributes, table};
pub use state::{Decision, State, Turn, decide};
pub use word::{Effect, Override, Owner};

#[cfg(test)]
mod tests;
