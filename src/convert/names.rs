use std::collections::BTreeMap;

/// A name that a table of the configuration can have: 1 to 64 letters, digits, '-', '_' and '.', the
/// first a letter or digit. `otherwise` is taken when nothing of the text is left.
pub(super) fn name(text: &str, otherwise: &str) -> String {
    let harmless = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let name: String = text.chars().map(harmless).take(56).collect();
    let name = name.trim_matches(['-', '_', '.']);
    if name.is_empty() { otherwise.to_owned() } else { name.to_owned() }
}

/// Names that are taken.
#[derive(Debug, Default)]
pub(super) struct Register {
    /// Each name with the number that the next one of its kind is tried with.
    taken: BTreeMap<String, usize>,
}

impl Register {
    /// Takes the name, or the first of `name-2`, `name-3`, … that is free.
    pub(super) fn take(&mut self, name: &str) -> String {
        let Some(mut number) = self.taken.get(name).copied() else {
            self.taken.insert(name.to_owned(), 2);
            return name.to_owned();
        };
        let mut numbered = format!("{name}-{number}");
        while self.taken.contains_key(&numbered) {
            number += 1;
            numbered = format!("{name}-{number}");
        }
        self.taken.insert(name.to_owned(), number + 1);
        self.taken.insert(numbered.clone(), 2);
        numbered
    }
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
        let mut register = Register::default();
        let taken = ["web", "web-2", "web", "web", "web-2"].map(|name| register.take(name));
        assert_eq!(taken, ["web", "web-2", "web-3", "web-4", "web-2-2"]);
    }
}
