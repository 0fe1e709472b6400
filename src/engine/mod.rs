//! F3: the one decider. It owns health, policy and routes; samples, words of operators and reports
//! come in, tables of wanted routes and addresses go out.

mod address;

pub use address::AddressReport;
