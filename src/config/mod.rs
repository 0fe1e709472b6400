//! F4: the TOML file becomes types that cannot be wrong, or a list of every fault with its place.

mod types;

pub use types::{
    Agent, Bgp, Config, HaproxyAddress, HaproxyCheck, HaproxyInstance, Http, Listen, Login,
    Loopback, MinUp, Neighbor, OnDown, Profile, Service, Transport, Ttl,
};
