//! The pure parts: no netlink, no clock.

mod claims;
mod messages;
mod pauses;
mod plans;
mod world;
