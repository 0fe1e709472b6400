use super::super::events::{Heard, Line, Refusal, Transcript};

/// What HAProxy 2.6 answers to `set timeout cli 1d;show info;show events herald -n`.
const INFO: &str = "\nName: HAProxy\nVersion: 2.6.12\nPid: 4711\nStopping: 0\nnode: nva\n\n";
const EVENTS: &str = "Server be/s1 is UP. 1 active\nbackend be has no server available!\n\
10.0.0.1:1 [20/Nov/2026:15:00:48.123] f b/s 0\n";

fn heard(ring: Option<&str>, text: &str) -> Vec<Heard> {
    Transcript::new(ring.map(str::to_owned)).take(text.as_bytes())
}

#[test]
fn a_ring_is_followed_from_the_worker_that_has_it() {
    let whole = heard(Some("herald"), &format!("{INFO}\n{EVENTS}"));
    let lines = [Line::Change, Line::Change, Line::Traffic].map(Heard::Line);
    assert_eq!(whole[0], Heard::Following(4711));
    assert_eq!(whole[1..], lines);
}

#[test]
fn pieces_of_any_length_give_the_same() {
    let text = format!("{INFO}\n{EVENTS}");
    let whole = heard(Some("herald"), &text);
    for length in [1, 2, 7, 100] {
        let mut transcript = Transcript::new(Some("herald".to_owned()));
        let pieces = text.as_bytes().chunks(length);
        let heard: Vec<_> = pieces.flat_map(|piece| transcript.take(piece)).collect();
        assert_eq!(heard, whole, "{length}");
    }
}

#[test]
fn a_ring_that_cannot_be_followed_is_refused_with_the_way_out() {
    for (said, refusal, way_out) in [
        ("No such event sink", Refusal::NoRing, "`log ring@evt local0 notice`"),
        ("Nothing to report for this sink", Refusal::NoRing, "a section `ring evt`"),
        ("Permission denied", Refusal::Level, "`level operator`"),
    ] {
        let heard = heard(Some("evt"), &format!("{INFO}{said}\n"));
        assert_eq!(heard, [Heard::Refused(refusal)]);
        assert!(refusal.words("evt").contains(way_out), "{}", refusal.words("evt"));
    }
}

#[test]
fn an_event_before_the_subscription_stands_is_heard() {
    let text = format!("{INFO}Server be/s1 is UP\n\n");
    let [line, following] = [Heard::Line(Line::Change), Heard::Following(4711)];
    assert_eq!(heard(Some("herald"), &text), [line, following]);
}

#[test]
fn without_a_ring_the_worker_is_all_there_is_to_hear() {
    let text = "\nName: HAProxy\nPid: 7\nStopping: 0\n\n\n> ";
    assert_eq!(heard(None, text), [Heard::Following(7)]);
}

#[test]
fn what_is_no_haproxy_is_not_followed() {
    assert_eq!(heard(Some("herald"), "HTTP/1.1 400 Bad Request\r\n\r\n\n\n"), []);
    assert_eq!(heard(None, "Pid: many\n\n"), []);
}

#[test]
fn a_line_without_an_end_is_taken_in_pieces() {
    let mut transcript = Transcript::new(None);
    assert_eq!(transcript.take(b"Pid: 7\n\n"), [Heard::Following(7)]);
    let endless = vec![b'x'; 1 << 20];
    let pieces: Vec<_> = endless.chunks(4096).flat_map(|piece| transcript.take(piece)).collect();
    assert!((10..20).contains(&pieces.len()), "{}", pieces.len());
}
