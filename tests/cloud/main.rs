//! Regions and maintenance notices, asked of local servers that answer as the clouds document.
//!
//! | file | claims |
//! |---|---|
//! | `region.rs` | who is asked, with which headers, and what is said when nobody answers |
//! | `maintenance.rs` | which notices count, when they are due, when they are acknowledged |
//! | `agent.rs` | the agent itself: `region = "auto"`, and a drain before maintenance |
//! | `fake.rs` | the servers |

mod agent;
mod fake;
mod maintenance;
mod region;
#[path = "../support/mod.rs"]
mod support;
