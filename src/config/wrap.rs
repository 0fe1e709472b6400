/// The width of lines in generated files.
const WIDTH: usize = 100;

/// Words as lines, the first after `first` and the others after `next`. What stands between backticks
/// stays in one line.
pub(super) fn wrapped(words: &str, first: &str, next: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut line = first.to_owned();
    let mut fresh = true;
    for word in unbroken(words) {
        let length = line.chars().count() + usize::from(!fresh) + word.chars().count();
        if !fresh && length > WIDTH {
            lines.push(std::mem::replace(&mut line, next.to_owned()));
            fresh = true;
        }
        if !fresh {
            line.push(' ');
        }
        line += &word;
        fresh = false;
    }
    lines.push(line);
    lines.join("\n")
}

/// The words of a text; one that opens a backtick goes on until it is closed.
fn unbroken(words: &str) -> Vec<String> {
    let mut units: Vec<String> = Vec::new();
    let mut open = false;
    for word in words.split_whitespace() {
        match units.last_mut() {
            Some(unit) if open => {
                unit.push(' ');
                *unit += word;
            }
            Some(_) | None => units.push(word.to_owned()),
        }
        open ^= word.matches('`').count() % 2 == 1;
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_before_the_width_and_code_is_not_broken() {
        let words = format!("{} `a b c d e f` end", "word ".repeat(18).trim_end());
        let lines = wrapped(&words, "- ", "  ");
        let expected = format!("- {}\n  `a b c d e f` end", "word ".repeat(18).trim_end());
        assert_eq!(lines, expected);
    }
}
