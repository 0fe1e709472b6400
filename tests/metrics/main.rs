//! Metrics: what a scrape shows of the running agent, and that the documents, alerts and the dashboard
//! that ship with herald speak of metrics that are there.
//!
//! | file | claims |
//! |---|---|
//! | `agent.rs` | scrapes of the agent beside HAProxy and FRR, and by a real Prometheus |
//! | `fleet.rs` | the figures of docs/scale.md |
//! | `many.rs` | a thousand services and eight neighbours |
//! | `scrape.rs` | asking for metrics and reading them |
//! | `shipped.rs` | docs/metrics.md, the alerts and the dashboard |

mod agent;
mod fleet;
mod many;
mod scrape;
mod shipped;
#[path = "../support/mod.rs"]
mod support;
