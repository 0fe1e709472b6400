use std::time::Duration;

/// Units in the order in which they may follow each other, with their milliseconds.
const UNITS: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Reads `"200ms"`, `"5s"`, `"1m30s"`: whole numbers, each with its unit, larger units first.
/// `None` for anything else, and for what overflows.
pub fn parse(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut units = UNITS.as_slice();
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let letters = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let position = units.iter().position(|(name, _)| *name == unit)?;
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(units[position].1)?)?;
        units = &units[position + 1..];
        rest = after;
    }
    (!text.is_empty()).then(|| Duration::from_millis(total))
}

/// What a text may mean that lacks its unit or has it in other words: `"500"`, `"5 secs"`, `"1.5h"`.
pub(super) fn near(text: &str) -> Vec<String> {
    let text = text.trim().to_ascii_lowercase();
    let digits = |c: char| c.is_ascii_digit() || c == '.';
    let (number, unit) = text.split_at(text.find(|c| !digits(c)).unwrap_or(text.len()));
    let units: &[&str] = match unit.trim() {
        "" => &["ms", "s"],
        "ms" | "msec" | "msecs" | "milliseconds" => &["ms"],
        "s" | "sec" | "secs" | "second" | "seconds" => &["s"],
        "m" | "min" | "mins" | "minute" | "minutes" => &["m"],
        "h" | "hr" | "hrs" | "hour" | "hours" => &["h"],
        "d" | "day" | "days" => &["d"],
        _ => &[],
    };
    units.iter().filter_map(|unit| with_unit(number, unit)).collect()
}

/// A fraction becomes smaller units.
fn with_unit(number: &str, unit: &str) -> Option<String> {
    let (_, size) = UNITS.iter().find(|(name, _)| *name == unit)?;
    match number.split_once('.') {
        None => Some(format!("{number}{unit}")).filter(|text| parse(text).is_some()),
        Some(_) => {
            let units: f64 = number.parse().ok()?;
            let one = Duration::from_millis(*size).as_secs_f64();
            Duration::try_from_secs_f64(units * one).ok().map(show)
        }
    }
}

/// Writes a duration of whole milliseconds the way [`parse`] reads it.
pub fn show(duration: Duration) -> String {
    let mut left = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let mut shown = String::new();
    for (unit, size) in UNITS {
        if left >= size {
            shown += &format!("{}{unit}", left / size);
            left %= size;
        }
    }
    if shown.is_empty() { "0s".to_owned() } else { shown }
}
