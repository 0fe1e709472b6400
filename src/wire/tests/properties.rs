//! Whatever a generator can think of.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::generate::{self, below, mutate};
use super::{EXTENDED, FOUR_OCTETS, TWO_OCTETS, frame};
use crate::base::Rng;
use crate::wire::{Context, Message, Treatment, frame_length};

fn identity(message: &Message, context: Context) {
    let octets = message.encode(&context);
    assert_eq!(Message::decode(&octets, &context).as_ref(), Ok(message));
    assert_eq!(frame_length(&octets, &context), Ok(Some(octets.len())));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back_with_four_octet_numbers(message in generate::message(FOUR_OCTETS)) {
        identity(&message, FOUR_OCTETS);
        identity(&message, EXTENDED);
    }

    #[test]
    fn what_is_written_is_read_back_with_two_octet_numbers(message in generate::message(TWO_OCTETS)) {
        identity(&message, TWO_OCTETS);
    }

    #[test]
    fn any_path_survives_an_old_speaker(mut update in generate::update(FOUR_OCTETS)) {
        let octets = Message::Update(update.clone()).encode(&TWO_OCTETS);
        let Ok(Message::Update(read)) = Message::decode(&octets, &TWO_OCTETS) else {
            panic!("an UPDATE of ours that is not read");
        };
        prop_assert_eq!(&read.faults, &[]);
        let asns = |path: Option<crate::wire::AsPath>| path.map(|path| path.asns().collect::<Vec<_>>());
        prop_assert_eq!(asns(read.attributes.full_as_path()), asns(update.attributes.as_path.take()));
    }
}

/// Decodes in every context; whatever comes out can be written, and reading that settles.
fn survives(octets: &[u8]) {
    for context in [TWO_OCTETS, FOUR_OCTETS, EXTENDED] {
        let length = frame_length(octets, &context);
        match Message::decode(octets, &context) {
            Ok(message) => {
                assert_eq!(length, Ok(Some(octets.len())));
                settles(&message, context, octets);
            }
            Err(error) => {
                assert!(error.offset <= octets.len().max(18), "{error} in {octets:02x?}");
                assert!(error.notification().pair().0 > 0);
                assert!(error.data.len() <= octets.len().max(2));
            }
        }
    }
}

fn settles(message: &Message, context: Context, octets: &[u8]) {
    if let Message::Update(update) = message {
        assert!(update.faults.len() <= 257);
        assert!(update.faults.iter().all(|fault| fault.offset < octets.len().max(24)));
        // A malformed attribute is gone when the rest is written again, and the prefixes may need it.
        if update.treatment() >= Some(Treatment::DiscardAttribute) {
            return;
        }
    }
    let again = message.encode(&context);
    assert_eq!(Message::decode(&again, &context).as_ref(), Ok(message), "{octets:02x?}");
}

#[test]
fn mutated_messages_neither_panic_nor_hang_nor_change_when_written_again() {
    let mut runner = TestRunner::deterministic();
    let mut rng = Rng::new(20_260_401);
    let mut kinds = std::collections::BTreeMap::new();
    for context in [TWO_OCTETS, FOUR_OCTETS] {
        for _ in 0..400 {
            let tree = generate::message(context).new_tree(&mut runner).unwrap();
            let octets = tree.current().encode(&context);
            for _ in 0..130 {
                let mutated = mutate(&octets, &mut rng);
                survives(&mutated);
                *kinds.entry(Message::decode(&mutated, &context).is_ok()).or_insert(0u32) += 1;
            }
        }
    }
    // 104 000 in all; a mutation that is always refused, or never, would test little.
    assert!(kinds.values().all(|count| *count > 10_000), "{kinds:?}");
}

#[test]
fn random_octets_neither_panic_nor_hang() {
    let mut rng = Rng::new(7);
    for round in 0..20_000 {
        let body: Vec<u8> = (0..below(&mut rng, 80)).map(|_| rng.next_u64() as u8).collect();
        survives(&body);
        survives(&frame((round % 6) as u8, &body));
    }
}

#[test]
fn the_longest_messages_are_read_in_bounded_memory() {
    // Prefixes of one octet and attributes of three are the most that octets can ask for.
    let zeros = vec![0; 65535 - 19];
    survives(&frame(2, &zeros));
    let prefixes = [&[0, 0, 0, 0][..], &vec![0; 65535 - 23]].concat();
    survives(&frame(2, &prefixes));
    let mut attributes = vec![0, 0, 0xff, 0xe6];
    attributes.extend([0xc0, 99, 0].into_iter().cycle().take(0xffe6));
    survives(&frame(2, &attributes));
}
