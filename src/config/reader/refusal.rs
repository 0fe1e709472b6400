use std::str::FromStr;

/// Why a text is no good. Without words of its own, the rule and the example of the key are shown.
#[derive(Debug, Default)]
pub(in crate::config) struct Refusal {
    /// The rule; may repeat parts of the text.
    pub(super) rule: Option<String>,
    /// The way out; must not repeat any of the text.
    pub(super) help: Option<String>,
    /// The way out of who meant something near; may repeat parts of the text.
    pub(super) meant: Option<String>,
}

impl Refusal {
    /// Breaks this rule.
    pub(in crate::config) fn rule(rule: impl Into<String>) -> Self {
        Self { rule: Some(rule.into()), ..Self::default() }
    }

    /// And this was probably meant.
    pub(in crate::config) fn meant(mut self, meant: impl Into<String>) -> Self {
        self.meant = Some(meant.into());
        self
    }

    /// And this is the way out.
    pub(in crate::config) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Reads a text by its `FromStr`.
pub(in crate::config) fn plain<T: FromStr>(text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| Refusal::default())
}
