//! Our codec beside two others, over the same octets: messages as they should be, damaged ones, and
//! some chosen by hand. Where they differ, `known.rs` says who, what and why. A difference that does
//! not stand there fails the test, and so does an entry that no longer happens.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enums of the other codecs have many variants that are not compared"
)]

extern crate herald;

#[path = "../src/wire/tests/generate.rs"]
mod generate;
#[path = "wire_differential/known.rs"]
mod known;
#[path = "wire_differential/netgauze.rs"]
mod netgauze;
#[path = "wire_differential/rustbgpd.rs"]
mod rustbgpd;
#[path = "wire_differential/view.rs"]
mod view;

use std::collections::BTreeSet;
use std::panic::catch_unwind;

use herald::base::Rng;
use herald::wire::{Context, Message};
use known::{KNOWN, Known};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use view::{View, difference};

const CONTEXTS: [Context; 2] = [
    Context { four_octet_asn: false, extended_messages: false },
    Context { four_octet_asn: true, extended_messages: false },
];
const MESSAGES: usize = 3000;
const DAMAGED_COPIES: usize = 20;

/// Another codec: its name, whether it knows only right and wrong, and how it reads.
type Oracle = (&'static str, bool, fn(&[u8], Context) -> (View, String));

const ORACLES: [Oracle; 2] =
    [("rustbgpd-wire", false, rustbgpd::view), ("netgauze-bgp-pkt", true, netgauze::view)];

#[test]
fn differences_from_other_codecs_are_all_known_and_all_real() {
    let mut report = Report::default();
    let mut runner = TestRunner::deterministic();
    let mut rng = Rng::new(4271);
    for context in CONTEXTS {
        for octets in chosen() {
            report.compare(&octets, context);
        }
        for _ in 0..MESSAGES {
            let tree = generate::message(context).new_tree(&mut runner).expect("a message");
            let octets = tree.current().encode(&context);
            assert!(Message::decode(&octets, &context).is_ok(), "we refuse our own {octets:02x?}");
            report.compare(&octets, context);
            for _ in 0..DAMAGED_COPIES {
                report.compare(&generate::mutate(&octets, &mut rng), context);
            }
        }
    }
    report.judge();
}

#[derive(Default)]
struct Report {
    compared: usize,
    /// Places of the entries of `KNOWN` that were met.
    met: BTreeSet<usize>,
    unknown: Vec<String>,
}

impl Report {
    fn compare(&mut self, octets: &[u8], context: Context) {
        let result = Message::decode(octets, &context);
        let ours = view::words(&result);
        for (oracle, strict, read) in ORACLES {
            self.compared += 1;
            let panicked = (View::Panicked, "it panics".to_owned());
            let (theirs, words) = catch_unwind(|| read(octets, context)).unwrap_or(panicked);
            let Some(does) = difference(&view::ours(&result, !strict), &theirs, strict) else {
                continue;
            };
            let fits = |known: &Known| {
                (known.oracle, known.does) == (oracle, does)
                    && ours.contains(known.ours)
                    && words.contains(known.theirs)
            };
            match KNOWN.iter().position(fits) {
                Some(place) => {
                    self.met.insert(place);
                }
                None => self.unknown.push(format!(
                    "{oracle}: {does}\n  ours: {ours}\n  theirs: {words}\n  octets: {}",
                    hex(octets)
                )),
            }
        }
    }

    fn judge(&self) {
        let known = |place: usize| {
            let Known { oracle, does, ours, theirs, why } = &KNOWN[place];
            format!("{oracle} {does} ({ours:?}, {theirs:?}): {why}")
        };
        let shown: Vec<_> = self.unknown.iter().take(20).map(String::as_str).collect();
        let (count, compared) = (self.unknown.len(), self.compared);
        assert!(shown.is_empty(), "{count} of {compared} differ:\n{}", shown.join("\n"));
        let stale = (0..KNOWN.len()).filter(|place| !self.met.contains(place));
        let stale: Vec<_> = stale.map(known).collect();
        assert!(stale.is_empty(), "known, but it does not happen:\n{}", stale.join("\n"));
    }
}

/// What damage done at random is unlikely to hit.
fn chosen() -> Vec<Vec<u8>> {
    let open = |my_as: u8, hold: u8, id: u8| frame(1, &[4, 0, my_as, 0, hold, id, id, id, id, 0]);
    let route = |path: &[u8], extra: &[u8]| {
        let path = [&[0x40, 2, path.len() as u8][..], path].concat();
        let attributes = [&[0x40, 1, 1, 0][..], &path, &[0x40, 3, 4, 192, 0, 2, 1], extra].concat();
        let length = (attributes.len() as u16).to_be_bytes();
        frame(2, &[&[0, 0], &length[..], &attributes, &[32, 9, 9, 9, 9]].concat())
    };
    let zero = [2, 1, 0, 0, 0, 0];
    let sound = [2, 2, 0, 100, 0, 200, 0, 0, 0, 0];
    vec![
        open(0, 90, 9),
        open(10, 1, 9),
        open(10, 90, 0),
        route(&zero, &[]),
        route(&[2, 1, 0, 100], &[0x40, 5, 4, 0, 0, 0, 100]),
        route(&[2, 1, 0, 100], &[0x40, 6, 1, 0]),
        route(&[1, 1, 0, 100], &[]),
        route(&[3, 1, 0, 100], &[]),
        route(&sound[..6], &[0xc0, 7, 5, 0, 1, 1, 1, 1]),
        route(&[], &[]),
    ]
}

fn frame(code: u8, body: &[u8]) -> Vec<u8> {
    let length = (19 + body.len() as u16).to_be_bytes();
    [&[0xff; 16][..], &length, &[code], body].concat()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
