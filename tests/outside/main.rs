//! Nothing outside of herald may stop the one thread that decides.
//!
//! | file | who is slow, or gone |
//! |---|---|
//! | `log.rs` | whoever reads standard error |
//! | `names.rs` | whoever knows the addresses of names |
//! | `reload.rs` | HAProxy, while the file is read again |

mod log;
mod names;
mod reload;
#[path = "../support/mod.rs"]
mod support;
