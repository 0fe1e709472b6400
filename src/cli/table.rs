//! Plain tables, colour and times for people.

use std::io::IsTerminal;

use jiff::Timestamp;

/// The width that tables fit.
const WIDTH: usize = 80;

/// Whether colour is wanted on this stream: a terminal, and NO_COLOR unset or empty
/// (https://no-color.org).
pub(super) fn colour(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// How a cell is meant, shown by its colour where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Good,
    Bad,
    Between,
}

impl Tone {
    /// How a state of a service or of a session is meant.
    pub(super) fn of(state: &str) -> Self {
        match state {
            "up" | "established" | "healthy" => Self::Good,
            "down" | "unhealthy" | "idle" | "active" | "connect" => Self::Bad,
            "disabled" => Self::Plain,
            _ => Self::Between,
        }
    }

    /// The text in its colour (ECMA-48 SGR).
    pub(super) fn paint(self, text: &str, colour: bool) -> String {
        let code = match self {
            Self::Good => 32,
            Self::Bad => 31,
            Self::Between => 33,
            Self::Plain => return text.to_owned(),
        };
        if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// A cell of a table.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    /// A state in its tone.
    pub(super) fn state(state: &str) -> Self {
        Self { text: state.to_owned(), tone: Tone::of(state) }
    }
}

impl<T: ToString> From<T> for Cell {
    fn from(value: T) -> Self {
        Self { text: value.to_string(), tone: Tone::Plain }
    }
}

/// Rows under a heading, columns as wide as their widest cell, two spaces between.
pub(super) fn table(heading: &[&str], rows: &[Vec<Cell>], colour: bool) -> String {
    let mut widths: Vec<usize> = heading.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.text.chars().count());
        }
    }
    let line = |cells: &[Cell]| {
        let last = cells.len().saturating_sub(1);
        let padded = cells.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            let shown = cell.tone.paint(&cell.text, colour);
            let blanks = if column == last { 0 } else { width - cell.text.chars().count() };
            format!("{shown}{:blanks$}", "")
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let heading: Vec<Cell> = heading.iter().map(Cell::from).collect();
    let lines = std::iter::once(line(&heading)).chain(rows.iter().map(|row| line(row)));
    lines.collect::<Vec<_>>().join("\n")
}

/// [`table`] with the last column, whatever is said there, cut to what is left of the width.
pub(super) fn fitted(heading: &[&str], mut rows: Vec<Vec<Cell>>, colour: bool) -> String {
    let before = heading.len().saturating_sub(1);
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|row| Some(row.get(column)?.text.chars().count()));
        cells.chain([heading[column].chars().count()]).max().unwrap_or(0)
    };
    let taken: usize = (0..before).map(|column| widest(column) + 2).sum();
    let room = WIDTH.saturating_sub(taken).max(20);
    for cell in rows.iter_mut().filter_map(|row| row.get_mut(before)) {
        cell.text = cut(&cell.text, room);
    }
    table(heading, &rows, colour)
}

fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room - 1).chain(['…']).collect()
}

/// The time from `then` to `now` in its two largest units: `3d 4h`, `12m 5s`, `0s`; from a hundred days on
/// in days.
pub(super) fn ago(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(then).as_secs().max(0);
    let (days, hours) = (seconds / 86_400, seconds / 3600 % 24);
    let (minutes, seconds) = (seconds / 60 % 60, seconds % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m {seconds}s"),
        (0, _, _) => format!("{hours}h {minutes}m"),
        (..100, _, _) => format!("{days}d {hours}h"),
        (_, _, _) => format!("{days}d"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_lines_end_clean() {
        let rows = [vec!["a".into(), "long cell".into()], vec!["bb".into(), "".into()]];
        assert_eq!(table(&["X", "Y"], &rows, false), "X   Y\na   long cell\nbb");
    }

    #[test]
    fn colour_does_not_shift_columns() {
        let rows = [vec![Cell::state("up"), "a".into()], vec![Cell::state("draining"), "b".into()]];
        let plain = table(&["S", "X"], &rows, false);
        assert_eq!(plain, "S         X\nup        a\ndraining  b");
        let coloured = table(&["S", "X"], &rows, true);
        assert_eq!(
            coloured.replace("\x1b[32m", "").replace("\x1b[33m", "").replace("\x1b[0m", ""),
            plain
        );
        assert!(coloured.contains("\x1b[32mup\x1b[0m"), "{coloured:?}");
    }

    #[test]
    fn a_fitted_table_keeps_to_eighty_columns() {
        let long = "é".repeat(200);
        let text = fitted(&["NAME", "BECAUSE"], vec![vec!["web".into(), long.into()]], false);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.ends_with('…'));
    }

    #[test]
    fn times_show_their_two_largest_units() {
        let now = Timestamp::from_second(1_000_000_000).unwrap();
        let at = |seconds: i64| ago(Timestamp::from_second(1_000_000_000 - seconds).unwrap(), now);
        assert_eq!([at(0), at(59), at(61)], ["0s", "59s", "1m 1s"]);
        assert_eq!([at(3600), at(90_061), at(-5)], ["1h 0m", "1d 1h", "0s"]);
        assert_eq!(at(100 * 86_400 + 7200), "100d");
    }
}
