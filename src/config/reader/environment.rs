/// Why a text with `${NAME}` in it cannot be completed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Incomplete {
    /// No such variable.
    Unset(String),
    /// `${` without a name and a brace behind it.
    Malformed,
}

/// Replaces each `${NAME}` by the variable's value. What a variable holds is not looked at again.
pub(super) fn replaced(
    text: &str,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<String, Incomplete> {
    let mut done = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').ok_or(Incomplete::Malformed)?;
        if !is_name(name) {
            return Err(Incomplete::Malformed);
        }
        done += before;
        done += &environment(name).ok_or_else(|| Incomplete::Unset(name.to_owned()))?;
        rest = after;
    }
    Ok(done + rest)
}

/// Names as a shell takes them (POSIX.1-2024, XBD 8.1).
fn is_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
