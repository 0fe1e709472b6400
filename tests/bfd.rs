//! BFD against FRR's bfdd and BIRD 2, each in network namespaces of its own.
//!
//! | file | claims |
//! |---|---|
//! | `sessions.rs` | sessions come up on one link and across a router, and both sides agree on every time |
//! | `failures.rs` | what ends the BGP session, how soon, and what does not |
//! | `forgeries.rs` | what somebody who is not the neighbour can do, and what not |
//! | `detector.rs` | what the tests ask of the other side, whoever made it |

#[path = "bfd/bird.rs"]
mod bird;
#[path = "bfd/detector.rs"]
mod detector;
#[path = "bfd/failures.rs"]
mod failures;
#[path = "bfd/forgeries.rs"]
mod forgeries;
#[path = "bfd/frr.rs"]
mod frr;
#[path = "bfd/sessions.rs"]
mod sessions;
mod support;
