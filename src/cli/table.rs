//! Plain tables, colour and times for people.

use std::io::IsTerminal;

use jiff::Timestamp;

/// The least width of a screen that tables make use of.
const NARROW: usize = 80;
/// The blanks between two columns.
const GAP: usize = 2;

/// What is known of where the output goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Screen {
    /// Whether colour is wanted.
    pub(super) colour: bool,
    /// The width that tables fit, in characters; a pipe has none.
    pub(super) columns: Option<usize>,
}

impl Screen {
    /// That of standard output.
    pub(super) fn of_output() -> Self {
        let output = std::io::stdout();
        let terminal = output.is_terminal();
        let size = rustix::termios::tcgetwinsize(&output).ok();
        let columns = terminal.then(|| size.map_or(0, |size| size.ws_col.into()).max(NARROW));
        Self { colour: colour(&output), columns }
    }
}

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

    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

impl<T: ToString> From<T> for Cell {
    fn from(value: T) -> Self {
        Self { text: value.to_string(), tone: Tone::Plain }
    }
}

/// What a column gives when a table is wider than the screen.
#[derive(Debug, Clone, Copy)]
pub(super) enum Gives {
    /// Itself.
    All,
    /// The ends of its cells, down to this width.
    Ends(usize),
    /// The middles of its cells, down to this width: of names and addresses, both ends tell.
    Middles(usize),
}

/// Rows under a heading, columns as wide as their widest cell, two spaces between. On a screen that is
/// too narrow the columns named give, in this order, and no more than is needed; in a pipe none does.
pub(super) fn table(
    heading: &[&str],
    mut rows: Vec<Vec<Cell>>,
    giving: &[(&str, Gives)],
    screen: Screen,
) -> String {
    rows.insert(0, heading.iter().map(Cell::from).collect());
    let mut table = Table { rows };
    for (name, gives) in giving {
        let excess = screen.columns.map_or(0, |columns| table.width().saturating_sub(columns));
        let column = table.rows[0].iter().position(|cell| cell.text == *name);
        if let (1.., Some(column)) = (excess, column) {
            table.give(column, *gives, excess);
        }
    }
    table.lines(screen.colour).join("\n")
}

/// The heading, then the rows.
struct Table {
    rows: Vec<Vec<Cell>>,
}

impl Table {
    fn column_widths(&self) -> Vec<usize> {
        let mut widths = vec![0; self.rows[0].len()];
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        widths
    }

    fn width(&self) -> usize {
        let widths = self.column_widths();
        widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
    }

    fn give(&mut self, column: usize, gives: Gives, excess: usize) {
        let goal = self.column_widths()[column].saturating_sub(excess);
        for row in self.rows.iter_mut().filter(|row| column < row.len()) {
            match gives {
                Gives::All => drop(row.remove(column)),
                Gives::Ends(least) => row[column].text = cut(&row[column].text, goal.max(least)),
                Gives::Middles(least) => {
                    row[column].text = without_middle(&row[column].text, goal.max(least));
                }
            }
        }
    }

    fn lines(&self, colour: bool) -> Vec<String> {
        let widths = self.column_widths();
        let line = |row: &Vec<Cell>| {
            let cells = row.iter().zip(&widths).map(|(cell, width)| {
                let blanks = width - cell.width();
                format!("{}{:blanks$}", cell.tone.paint(&cell.text, colour), "")
            });
            cells.collect::<Vec<_>>().join(&" ".repeat(GAP)).trim_end().to_owned()
        };
        self.rows.iter().map(line).collect()
    }
}

/// A text of at most `room` characters, at least one.
pub(super) fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room - 1).chain(['…']).collect()
}

fn without_middle(text: &str, room: usize) -> String {
    let length = text.chars().count();
    if length <= room {
        return text.to_owned();
    }
    let tail = (room - 1) / 2;
    let head = text.chars().take(room - 1 - tail).chain(['…']);
    head.chain(text.chars().skip(length - tail)).collect()
}

/// `1 session`, `2 sessions`.
pub(super) fn count(number: u64, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
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

    const PIPE: Screen = Screen { colour: false, columns: None };
    const TERMINAL: Screen = Screen { colour: false, columns: Some(80) };

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_lines_end_clean() {
        let rows = vec![vec!["a".into(), "long cell".into()], vec!["bb".into(), "".into()]];
        assert_eq!(table(&["X", "Y"], rows, &[], PIPE), "X   Y\na   long cell\nbb");
    }

    #[test]
    fn colour_does_not_shift_columns() {
        let rows =
            || vec![vec![Cell::state("up"), "a".into()], vec![Cell::state("draining"), "b".into()]];
        let plain = table(&["S", "X"], rows(), &[], PIPE);
        assert_eq!(plain, "S         X\nup        a\ndraining  b");
        let coloured = table(&["S", "X"], rows(), &[], Screen { colour: true, columns: None });
        assert_eq!(
            coloured.replace("\x1b[32m", "").replace("\x1b[33m", "").replace("\x1b[0m", ""),
            plain
        );
        assert!(coloured.contains("\x1b[32mup\x1b[0m"), "{coloured:?}");
    }

    #[test]
    fn columns_give_in_turn_and_no_more_than_is_needed() {
        let row = || vec!["n".repeat(30).into(), "é".repeat(60).into(), "last".into()];
        let shown = |giving: &[(&str, Gives)], screen| {
            let text = table(&["NAME", "WHY", "X"], vec![row()], giving, screen);
            text.lines().nth(1).unwrap().to_owned()
        };
        let giving = [("WHY", Gives::Ends(50)), ("NAME", Gives::Middles(9)), ("X", Gives::All)];
        let (n, e) = ("n".repeat(30), "é".repeat(60));
        assert_eq!(shown(&giving, PIPE), format!("{n}  {e}  last"));
        let (n, e) = ("n".repeat(10), "é".repeat(49));
        assert_eq!(shown(&giving, TERMINAL), format!("{n}n…{n}  {e}…  last"));
        let gone = shown(&[("X", Gives::All), ("WHY", Gives::Ends(7))], TERMINAL);
        assert_eq!(gone, format!("{}  {}…", "n".repeat(30), "é".repeat(47)));
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
