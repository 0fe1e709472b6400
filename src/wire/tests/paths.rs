//! AS paths: as text, towards old speakers and back (RFC 6793 §4.2).

use super::{FOUR_OCTETS, TWO_OCTETS};
use crate::base::{AS_TRANS, Asn};
use crate::wire::{Aggregator, AsPath, Message, PathAttributes, Segment, Update};

fn asns<const N: usize>(numbers: [u32; N]) -> Vec<Asn> {
    numbers.map(Asn).to_vec()
}

fn sequence<const N: usize>(numbers: [u32; N]) -> AsPath {
    AsPath::sequence(&asns(numbers))
}

fn through(attributes: PathAttributes) -> PathAttributes {
    let next_hop = Some([192, 0, 2, 1].into());
    let origin = Some(crate::wire::Origin::Igp);
    let attributes = PathAttributes { next_hop, origin, ..attributes };
    let announced = vec!["9.9.9.9/32".parse().unwrap()];
    let update = Update { attributes, announced, ..Update::default() };
    let octets = Message::Update(update).encode(&TWO_OCTETS);
    match Message::decode(&octets, &TWO_OCTETS) {
        Ok(Message::Update(update)) => {
            assert_eq!(update.faults, []);
            update.attributes
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_path_reads_as_operators_write_it() {
    let path = AsPath {
        segments: vec![
            Segment::ConfedSequence(asns([64512])),
            Segment::Sequence(asns([65515, 65010])),
            Segment::Set(asns([1, 2])),
            Segment::ConfedSet(asns([3])),
        ],
    };
    assert_eq!(path.to_string(), "(64512) 65515 65010 {1 2} [3]");
    assert_eq!(AsPath::default().to_string(), "");
    assert_eq!((path.length(), path.first()), (3, None));
    assert_eq!(sequence([7, 8]).first(), Some(Asn(7)));
    assert!(path.contains(Asn(2)) && !path.contains(Asn(4)));
}

#[test]
fn a_sequence_of_more_than_255_is_split() {
    let path = AsPath::sequence(&vec![Asn(65010); 300]);
    let lengths: Vec<_> = path.segments.iter().map(|segment| segment.asns().len()).collect();
    assert_eq!((lengths, path.length()), (vec![255, 45], 300));
    let whole = AsPath { segments: vec![Segment::Sequence(vec![Asn(65010); 300])] };
    let attributes = through(PathAttributes { as_path: Some(whole), ..PathAttributes::default() });
    assert_eq!(attributes.as_path, Some(path));
}

#[test]
fn an_old_speaker_gets_as_trans_and_the_path_beside_it() {
    let as_path = Some(sequence([65010, 4_200_000_000]));
    let aggregator = Some(Aggregator { asn: Asn(4_200_000_000), address: [9, 9, 9, 9].into() });
    let sent = PathAttributes { as_path: as_path.clone(), aggregator, ..PathAttributes::default() };
    let read = through(sent);
    assert_eq!(read.as_path, Some(AsPath::sequence(&[Asn(65010), AS_TRANS])));
    assert_eq!(read.as4_path, as_path);
    assert_eq!(read.aggregator.map(|a| a.asn), Some(AS_TRANS));
    assert_eq!(read.as4_aggregator, aggregator);
    assert_eq!(read.full_as_path(), as_path);
}

#[test]
fn a_short_path_needs_nothing_beside_it() {
    let as_path = Some(sequence([65010, 65515]));
    let read = through(PathAttributes { as_path: as_path.clone(), ..PathAttributes::default() });
    assert_eq!((read.full_as_path(), read.as4_path), (as_path, None));
}

#[test]
fn confederation_segments_do_not_enter_the_path_beside() {
    let path = AsPath {
        segments: vec![Segment::ConfedSequence(asns([64512])), Segment::Sequence(asns([70000]))],
    };
    assert_eq!(path.as4_path(), Some(sequence([70000])));
}

#[test]
fn paths_are_merged_by_their_length() {
    let old = sequence([100, 200, 23456, 23456]);
    assert_eq!(old.merge(&sequence([70000, 70001])), sequence([100, 200, 70000, 70001]));
    assert_eq!(old.merge(&old), old);
    let longer = sequence([1, 2, 3, 4, 5]);
    assert_eq!(old.merge(&longer), old);
    let set =
        AsPath { segments: vec![Segment::Set(asns([1, 2])), Segment::Sequence(asns([23456]))] };
    let merged =
        AsPath { segments: vec![Segment::Set(asns([1, 2])), Segment::Sequence(asns([70000]))] };
    assert_eq!(set.merge(&sequence([70000])), merged);
    let confederation = AsPath {
        segments: vec![
            Segment::ConfedSequence(asns([64512])),
            Segment::Sequence(asns([100, 23456])),
        ],
    };
    let merged = AsPath {
        segments: vec![
            Segment::ConfedSequence(asns([64512])),
            Segment::Sequence(asns([100, 70000])),
        ],
    };
    assert_eq!(confederation.merge(&sequence([70000])), merged);
}

#[test]
fn an_aggregate_of_an_old_speaker_makes_the_path_beside_worthless() {
    let address = [9, 9, 9, 9].into();
    let attributes = PathAttributes {
        as_path: Some(sequence([100, 23456])),
        as4_path: Some(sequence([70000])),
        aggregator: Some(Aggregator { asn: Asn(100), address }),
        as4_aggregator: Some(Aggregator { asn: Asn(70000), address }),
        ..PathAttributes::default()
    };
    assert_eq!(attributes.full_as_path(), attributes.as_path);
}

#[test]
fn between_new_speakers_the_path_stands_alone() {
    let attributes = PathAttributes {
        as_path: Some(sequence([70000])),
        as4_path: Some(sequence([70000])),
        ..PathAttributes::default()
    };
    let octets = Message::Update(Update { attributes, ..Update::default() }).encode(&FOUR_OCTETS);
    assert_eq!(octets[23..], [0x40, 2, 6, 2, 1, 0, 1, 0x11, 0x70]);
}
