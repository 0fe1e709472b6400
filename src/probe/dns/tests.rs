use domain::base::iana::Rtype;
use proptest::prelude::*;

use super::message::{Judgement, Question};
use crate::config::DnsCheck;

fn question() -> Question {
    let check = DnsCheck {
        server: "192.0.2.53:53".parse().expect("an address"),
        name: "www.example.com".parse().expect("a name"),
        record_type: Rtype::A,
        expect: None,
    };
    Question::new(&check, 7)
}

/// An answer with one address, whose owner is a pointer to the question.
fn answer() -> Vec<u8> {
    let mut octets = question().octets().to_vec();
    octets[2] |= 0x80;
    octets[7] = 1;
    octets.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]);
    octets
}

#[test]
fn the_unchanged_answer_is_healthy() {
    let Judgement::Answer(seen) = question().judge(&answer()) else { panic!("an answer") };
    assert_eq!(seen.words, "answered 192.0.2.1");
}

proptest! {
    #[test]
    fn whatever_comes_is_judged_without_a_panic(
        flips in prop::collection::vec((0usize..64, any::<u8>()), 0..8),
        cut in 0usize..64,
        more in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let mut octets = answer();
        for (at, value) in flips {
            let at = at % octets.len();
            octets[at] = value;
        }
        octets.truncate(octets.len() - cut.min(octets.len()));
        octets.extend(more);
        question().judge(&octets);
    }

    #[test]
    fn no_other_identifier_is_believed(id in any::<[u8; 2]>()) {
        prop_assume!(id != [0, 7]);
        let mut octets = answer();
        octets[..2].copy_from_slice(&id);
        prop_assert_eq!(question().judge(&octets), Judgement::NotOurs);
    }
}
