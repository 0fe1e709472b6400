use super::encode::Rows;
use crate::status::Snapshot;

/// A metric with all its series.
#[derive(Debug)]
pub struct Family {
    /// Its name as it stands in a query, `_total` included.
    pub name: &'static str,
    /// What kind of number it is.
    pub kind: Kind,
    /// The names of its labels, in order.
    pub labels: &'static [&'static str],
    /// What it tells, in one sentence without a full stop.
    pub help: &'static str,
    /// Its series.
    pub(super) rows: fn(&Snapshot, &mut Rows<'_>),
}

/// The type of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Goes up and down.
    Gauge,
    /// Only grows, until the agent starts anew.
    Counter,
    /// How often something took how long.
    Histogram,
}

impl Kind {
    /// The word for it in the format and in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gauge => "gauge",
            Self::Counter => "counter",
            Self::Histogram => "histogram",
        }
    }
}

impl Family {
    pub(super) const fn gauge(
        name: &'static str,
        labels: &'static [&'static str],
        help: &'static str,
        rows: fn(&Snapshot, &mut Rows<'_>),
    ) -> Self {
        Self { name, kind: Kind::Gauge, labels, help, rows }
    }

    pub(super) const fn counter(
        name: &'static str,
        labels: &'static [&'static str],
        help: &'static str,
        rows: fn(&Snapshot, &mut Rows<'_>),
    ) -> Self {
        Self { name, kind: Kind::Counter, labels, help, rows }
    }

    pub(super) const fn histogram(
        name: &'static str,
        labels: &'static [&'static str],
        help: &'static str,
        rows: fn(&Snapshot, &mut Rows<'_>),
    ) -> Self {
        Self { name, kind: Kind::Histogram, labels, help, rows }
    }

    /// Its unit, which its name ends with; empty for a mere number.
    pub fn unit(&self) -> &'static str {
        let stem = self.name.strip_suffix("_total").unwrap_or(self.name);
        let units = ["seconds", "ratio"];
        units.into_iter().find(|unit| stem.ends_with(unit)).unwrap_or_default()
    }
}
