//! Nothing outside of herald may stop the one thread that decides.
//!
//! | file | who is slow, or gone |
//! |---|---|
//! | `log.rs` | whoever reads standard error |
//! | `names.rs` | whoever knows the addresses of names |

mod log;
mod names;
#[path = "../support/mod.rs"]
mod support;
