//! Every option of every format that is read, and its fate. One truth: the readers ask it, the notes
//! quote it, and `docs/migration.md` is made from it.

mod anycast;
mod bird;
mod exabgp;
mod healthcheck;
mod keepalived;

pub(super) use anycast::ANYCAST;
pub(super) use bird::BIRD;
pub(super) use exabgp::EXABGP;
pub(super) use healthcheck::HEALTHCHECK;
pub(super) use keepalived::KEEPALIVED;

/// All tables, in the order of the documentation.
pub static TABLES: [&Table; 5] = [&HEALTHCHECK, &EXABGP, &ANYCAST, &BIRD, &KEEPALIVED];

/// The options of one format.
#[derive(Debug)]
pub struct Table {
    /// The format.
    pub name: &'static str,
    /// The options, those of a section together.
    pub rows: &'static [Row],
}

/// An option and its fate.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Where it stands; empty for the outermost level.
    pub section: &'static str,
    /// Its name as the source writes it, without dashes in front.
    pub option: &'static str,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It becomes this.
    Carried(&'static str),
    /// It becomes this, and there is something to know.
    Remark(&'static str, &'static str),
    /// It becomes nothing, for this reason.
    NotCarried(&'static str),
}

impl Table {
    /// The row of an option.
    pub(super) fn row(&self, section: &str, option: &str) -> Option<&'static Row> {
        self.rows.iter().find(|row| row.section == section && row.option == option)
    }
}

const fn carried(section: &'static str, option: &'static str, to: &'static str) -> Row {
    Row { section, option, fate: Fate::Carried(to) }
}

const fn remark(
    section: &'static str,
    option: &'static str,
    to: &'static str,
    remark: &'static str,
) -> Row {
    Row { section, option, fate: Fate::Remark(to, remark) }
}

const fn dropped(section: &'static str, option: &'static str, reason: &'static str) -> Row {
    Row { section, option, fate: Fate::NotCarried(reason) }
}
