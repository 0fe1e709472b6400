//! What looks like a secret is blanked before a line of the file is quoted: files that hold one are
//! refused, and the refusal must not publish it.

/// Words that mark a key as a secret, unless it goes on with `-file`.
const MARKS: [&str; 7] =
    ["authorization", "cookie", "password", "passwd", "secret", "token", "key"];

/// The text with every secret as asterisks; octet positions stay what they are.
pub(super) fn blanked(text: &str) -> String {
    text.split_inclusive('\n').map(blanked_line).collect()
}

fn blanked_line(line: &str) -> String {
    let mut octets = line.as_bytes().to_vec();
    for (start, end) in values_of_marked_keys(line).chain(passwords_in_urls(line)) {
        for octet in &mut octets[start..end] {
            if !octet.is_ascii_whitespace() && !matches!(octet, b'"' | b'\'') {
                *octet = b'*';
            }
        }
    }
    // Only whole characters were overwritten; anything else would be a mistake, and then the line is
    // better lost than shown.
    String::from_utf8(octets).unwrap_or_else(|_| "*".repeat(line.len()))
}

/// From the equals sign of a key that sounds like a secret, or the colon that some write there, to the
/// end of the line.
fn values_of_marked_keys(line: &str) -> impl Iterator<Item = (usize, usize)> {
    let lower = line.to_ascii_lowercase();
    let starts: Vec<usize> = MARKS
        .iter()
        .flat_map(|mark| lower.match_indices(mark).map(|(at, mark)| at + mark.len()))
        .filter_map(|after| value_start(&lower, after))
        .collect();
    let end = line.len();
    starts.into_iter().map(move |start| (start, end))
}

fn value_start(line: &str, after: usize) -> Option<usize> {
    let rest = &line[after..];
    let key = rest.split(['=', ':']).next()?;
    let is_key = key.chars().all(|c| c.is_ascii_alphanumeric() || "-_\"' \t".contains(c));
    let is_value = rest.len() > key.len() && is_key && !key.trim_end().ends_with("-file");
    is_value.then_some(after + key.len() + 1)
}

/// The part between the colon and the at sign of `//user:password@host`.
fn passwords_in_urls(line: &str) -> impl Iterator<Item = (usize, usize)> {
    line.match_indices("//").filter_map(|(at, slashes)| {
        let start = at + slashes.len();
        let authority = line[start..].split(['/', '"', '\'', ' ', '\n']).next()?;
        let (login, _) = authority.rsplit_once('@')?;
        let (user, _) = login.split_once(':')?;
        Some((start + user.len() + 1, start + login.len()))
    })
}
