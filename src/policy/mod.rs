//! F2: from a verdict and an operator's word to the routes each neighbour should have, with the reason.
//!
//! ```text
//! enabled? ─▶ Override? ─▶ verdict ─▶ State ─▶ state table + neighbour + region ─▶ RouteAttributes
//! ```

mod params;
mod route;
mod state;
mod word;

pub use params::{Drain, Extras, Neighbor, Params, Service, StateAttributes};
pub use route::{announces, attributes, table};
pub use state::{Decision, State, decide};
pub use word::{Effect, Override, Owner};

#[cfg(test)]
mod tests;
