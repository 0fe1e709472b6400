//! How long the pure parts take: codec, tables, engine, session. `cargo bench` measures, `cargo test --bench
//! speed` runs each once.

mod codec;
mod engine;
mod session;
mod tables;

use std::net::Ipv4Addr;
use std::time::Duration;

use criterion::Criterion;
use herald::base::Prefix;

/// Enough for two digits; the whole takes less than a minute.
const WARM_UP: Duration = Duration::from_millis(500);
const MEASURED: Duration = Duration::from_secs(2);
const SAMPLES: usize = 30;

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(WARM_UP)
        .measurement_time(MEASURED)
        .sample_size(SAMPLES)
        .configure_from_args();
    codec::measure(&mut criterion);
    tables::measure(&mut criterion);
    engine::measure(&mut criterion);
    session::measure(&mut criterion);
    criterion.final_summary();
}

/// The first `count` addresses of 198.18.0.0/15, which is for measurements (RFC 2544).
fn addresses(count: u32) -> impl Iterator<Item = Prefix> {
    let first = u32::from(Ipv4Addr::new(198, 18, 0, 0));
    (0..count).map(move |n| Prefix::host(Ipv4Addr::from(first + n).into()))
}
