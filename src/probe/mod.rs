//! F5: asks the world how it is and emits samples.

pub mod haproxy;
