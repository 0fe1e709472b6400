//! F2: from a verdict and an operator's word to the routes each neighbour should have.

mod params;

pub use params::{Drain, Extras, Neighbor, Params, Service, StateAttributes};
