//! F2: the BGP state machine of one neighbour (RFC 4271), without IO.

mod params;

pub use params::{HoldTime, Params};
