use proptest::prelude::*;

use super::output::{Lines, Output, printable};

fn fed(pieces: &[&[u8]]) -> Output {
    let mut stdout = Lines::default();
    pieces.iter().for_each(|piece| stdout.feed(piece));
    Output { stdout, stderr: Lines::default() }
}

#[test]
fn blank_lines_do_not_count() {
    for text in ["", "\n", " \r\n\t\n", "\0\n"] {
        let output = fed(&[text.as_bytes()]);
        assert_eq!((output.first_line(), output.last_line()), (None, None), "{text:?}");
    }
    let output = fed(&[b"\n one \r\n\ntwo\n \n"]);
    assert_eq!(output.first_line().as_deref(), Some("one"));
    assert_eq!(output.last_line().as_deref(), Some("two"));
}

#[test]
fn what_is_printable_has_no_control_characters() {
    assert_eq!(printable("plain ä"), "plain ä");
    assert_eq!(printable("a\nb\0c\u{1b}d\u{85}"), "a b c d ");
}

proptest! {
    #[test]
    fn lines_are_the_same_in_whatever_pieces_they_come(
        text in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b' '), any::<u8>()], 0..600),
        cuts in proptest::collection::vec(0_usize..600, 0..6),
    ) {
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
        cuts.sort_unstable();
        let (mut pieces, mut begin) = (Vec::new(), 0);
        for cut in cuts {
            pieces.push(&text[begin..cut]);
            begin = cut;
        }
        pieces.push(&text[begin..]);
        let (whole, cut) = (fed(&[&text]), fed(&pieces));
        prop_assert_eq!(whole.first_line(), cut.first_line());
        prop_assert_eq!(whole.last_line(), cut.last_line());
        let lines = [whole.first_line(), whole.last_line()].into_iter().flatten();
        for line in lines {
            prop_assert!(!line.contains(char::is_control) && line.chars().count() <= 400);
        }
    }
}
