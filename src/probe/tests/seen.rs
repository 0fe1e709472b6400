use std::io;

use crate::health::Outcome;
use crate::probe::seen::Seen;

#[test]
fn what_we_lack_says_nothing_about_the_other_side() {
    for (code, outcome, words) in [
        (libc::ECONNREFUSED, Outcome::Unhealthy, "connection refused"),
        (libc::ENETUNREACH, Outcome::Unhealthy, "network is unreachable"),
        (libc::EMFILE, Outcome::Unknown, "cannot look: too many open files"),
        (libc::EADDRNOTAVAIL, Outcome::Unknown, "cannot look: cannot assign requested address"),
    ] {
        let words = words.to_owned();
        assert_eq!(Seen::io(&io::Error::from_raw_os_error(code)), Seen { outcome, words });
    }
}
