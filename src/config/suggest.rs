/// What other tools call a key, and what it is called here: FRR, BIRD, GoBGP, ExaBGP, keepalived.
const ELSEWHERE: [(&str, &str); 24] = [
    ("as", "local-as"),
    ("as", "peer-as"),
    ("as-number", "local-as"),
    ("as-number", "peer-as"),
    ("asn", "local-as"),
    ("asn", "peer-as"),
    ("my-as", "local-as"),
    ("remote-as", "peer-as"),
    ("remote-asn", "peer-as"),
    ("neighbor-as", "peer-as"),
    ("ip", "address"),
    ("remote", "address"),
    ("remote-address", "address"),
    ("peer-address", "address"),
    ("update-source", "local-address"),
    ("source-address", "local-address"),
    ("ip", "addresses"),
    ("vip", "addresses"),
    ("virtual-ipaddress", "addresses"),
    ("network", "prefixes"),
    ("md5", "password-file"),
    ("dev", "interface"),
    ("metric", "med"),
    ("uri", "url"),
];

/// The one of `known` that other tools call `word`.
pub(super) fn translated(word: &str, known: impl Fn(&str) -> bool) -> Option<&'static str> {
    let word = normal(word);
    let here = ELSEWHERE.iter().filter(|(there, _)| *there == word);
    here.map(|(_, here)| *here).find(|here| known(here))
}

/// The candidate that `word` was probably meant to be: at most one slip in three letters away, or
/// the beginning or the end of one.
pub(super) fn closest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let wanted = normal(word);
    let measured = candidates.into_iter().filter_map(|candidate| {
        let distance = distance(&wanted, candidate);
        let near = distance <= wanted.chars().count() / 3;
        let part = wanted.len() > 3 && (candidate.contains(&wanted) || wanted.contains(candidate));
        (near || part).then_some((distance, candidate))
    });
    measured.min().map(|(_, candidate)| candidate)
}

fn normal(word: &str) -> String {
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
