/// A name that a table of the configuration can have: 1 to 64 letters, digits, '-', '_' and '.', the
/// first a letter or digit. `otherwise` is taken when nothing of the text is left.
pub(super) fn name(text: &str, otherwise: &str) -> String {
    let harmless = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let name: String = text.chars().map(harmless).take(56).collect();
    let name = name.trim_matches(['-', '_', '.']);
    if name.is_empty() { otherwise.to_owned() } else { name.to_owned() }
}

/// The name, or the first of `name-2`, `name-3`, … that is not taken.
pub(super) fn free(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(name) {
        return name.to_owned();
    }
    let numbered = (2_usize..).map(|number| format!("{name}-{number}"));
    numbered.filter(|name| !is_taken(name)).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_written_becomes_a_name() {
        for (text, expected) in
            [("haproxy", "haproxy"), ("foo.bar.com", "foo.bar.com"), ("a b/c", "a-b-c"), ("§", "x")]
        {
            assert_eq!(name(text, "x"), expected);
        }
        assert_eq!(free("web", |name| name == "web" || name == "web-2"), "web-3");
    }
}
