//! Nothing outside of herald may stop the one thread that decides.
//!
//! | file | who is slow, or gone |
//! |---|---|
//! | `log.rs` | whoever reads standard error |

mod log;
#[path = "../support/mod.rs"]
mod support;
