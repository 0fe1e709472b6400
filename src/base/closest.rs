/// The candidate that `word` was probably meant to be: at most one slip in three letters away, or
/// the beginning or the end of one.
pub fn closest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let wanted = hyphenated(word);
    let measured = candidates.into_iter().filter_map(|candidate| {
        let distance = distance(&wanted, candidate);
        let near = distance <= wanted.chars().count() / 3;
        let part = wanted.len() > 3 && (candidate.contains(&wanted) || wanted.contains(candidate));
        (near || part).then_some((distance, candidate))
    });
    measured.min().map(|(_, candidate)| candidate)
}

/// A word as names are written: in lower case, with hyphens.
pub fn hyphenated(word: &str) -> String {
    word.to_ascii_lowercase().replace('_', "-")
}

/// Slips between two words: letters added, lost, changed, or swapped with their neighbour.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows = vec![(0..=to.len()).collect::<Vec<usize>>()];
    for i in 1..=from.len() {
        let mut row = vec![i];
        for j in 1..=to.len() {
            let changed = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut least = changed.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            let swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
            if swapped {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_the_word_that_was_meant() {
        let words = ["hold-time", "keepalive", "password-file", "peer-as", "port"];
        for (slip, meant) in [
            ("hold_time", Some("hold-time")),
            ("holdtime", Some("hold-time")),
            ("keepaliev", Some("keepalive")),
            ("Peer-AS", Some("peer-as")),
            ("password", Some("password-file")),
            ("prot", Some("port")),
            ("colour", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(closest(slip, words), meant, "{slip}");
        }
    }
}
