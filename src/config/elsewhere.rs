use crate::base::hyphenated;

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
    let word = hyphenated(word);
    let here = ELSEWHERE.iter().filter(|(there, _)| *there == word);
    here.map(|(_, here)| *here).find(|here| known(here))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_other_tools_are_known_where_ours_would_stand() {
        let bgp = |word: &str| word == "local-as";
        let neighbor = |word: &str| word == "peer-as" || word == "address";
        assert_eq!(translated("as_number", bgp), Some("local-as"));
        assert_eq!(translated("as-number", neighbor), Some("peer-as"));
        assert_eq!(translated("Remote-AS", neighbor), Some("peer-as"));
        assert_eq!(translated("remote-as", bgp), None);
        assert_eq!(translated("ip", neighbor), Some("address"));
    }
}
