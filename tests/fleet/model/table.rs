//! The results of many runs, as people read them.

use std::fmt;
use std::time::Duration;

use super::run::{Run, Span, compare};
use super::settings::Settings;
use super::story::Story;

/// Stories and what they came to.
pub(crate) struct Table(Vec<[String; COLUMNS]>);

const COLUMNS: usize = 9;
const HEAD: [&str; COLUMNS] = [
    "story",
    "damping",
    "changes of state",
    "UPDATEs in (most in 1 s)",
    "UPDATEs out",
    "dead, but routed (worst site)",
    "well, not routed (worst site)",
    "clients led to a dead site",
    "clients without a route",
];

impl Table {
    /// Plays the stories without damping and with it.
    pub(crate) fn of(settings: &Settings, stories: &[Story]) -> Self {
        let mut rows = vec![HEAD.map(str::to_owned)];
        for (story, [without, with]) in stories.iter().zip(compare(settings, stories)) {
            if without == with {
                rows.push(row(story, "either", &without));
            } else {
                rows.push(row(story, "off", &without));
                rows.push(row(story, "on", &with));
            }
        }
        Self(rows)
    }

    /// For a document.
    pub(crate) fn markdown(&self) -> String {
        let mut lines: Vec<_> =
            self.0.iter().map(|row| format!("| {} |\n", row.join(" | "))).collect();
        lines.insert(1, format!("|{}\n", "---|".repeat(COLUMNS)));
        lines.concat()
    }
}

fn row(story: &Story, damping: &str, run: &Run) -> [String; COLUMNS] {
    let of_sites = |span: &Span| match span.sum {
        Duration::ZERO => NONE.to_owned(),
        sum => format!("{} ({})", time(sum), time(span.worst)),
    };
    [
        story.name.to_owned(),
        damping.to_owned(),
        run.transitions.to_string(),
        format!("{} ({})", run.updates, run.peak),
        run.told.to_string(),
        of_sites(&run.present),
        of_sites(&run.absent),
        time(run.dead.worst),
        time(run.nowhere.worst),
    ]
}

const NONE: &str = "–";

/// A time, as exact as it matters.
fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        0.0 => NONE.to_owned(),
        ..1.0 => format!("{:.0} ms", seconds * 1000.0),
        ..100.0 => format!("{seconds:.1} s"),
        _ => format!("{seconds:.0} s"),
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| self.0.iter().map(|row| row[column].chars().count()).max();
        for row in &self.0 {
            for (column, cell) in row.iter().enumerate() {
                write!(f, "{cell:<width$}  ", width = width(column).unwrap_or(0))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
