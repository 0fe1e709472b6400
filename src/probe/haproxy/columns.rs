use std::collections::BTreeMap;
use std::str::FromStr;

use csv::StringRecord;

use super::answer::{Check, CheckResult, Malformed, Server};

/// Characters kept of what a check said.
const LONGEST_INFO: usize = 80;

/// Where each column stands in this version's table.
pub(super) struct Columns {
    /// `pxname`.
    pub(super) proxy: usize,
    name: usize,
    /// `type`.
    pub(super) kind: usize,
    /// `status`.
    pub(super) status: usize,
    weight: usize,
    backup: usize,
    check_status: usize,
    /// Columns whose absence costs precision, not the verdict.
    optional: BTreeMap<String, usize>,
}

impl Columns {
    /// Reads the header line.
    pub(super) fn find(header: &StringRecord) -> Result<Self, Malformed> {
        let optional: BTreeMap<String, usize> =
            header.iter().enumerate().map(|(at, name)| (name.to_owned(), at)).collect();
        let need = |name| optional.get(name).copied().ok_or(Malformed::NoColumn(name));
        Ok(Self {
            proxy: need("pxname")?,
            name: need("svname")?,
            kind: need("type")?,
            status: need("status")?,
            weight: need("weight")?,
            backup: need("bck")?,
            check_status: need("check_status")?,
            optional,
        })
    }

    /// Reads a row of type 2.
    pub(super) fn server(&self, record: &StringRecord) -> Server {
        let text = |column: usize| record.get(column).unwrap_or_default();
        Server {
            name: text(self.name).to_owned(),
            status: text(self.status).to_owned(),
            weight: text(self.weight).parse().unwrap_or(0),
            backup: text(self.backup) == "1",
            tracked: Some(self.text(record, "tracked")).filter(|t| !t.is_empty()),
            check: self.check(record),
            downs: self.number(record, "chkdown"),
            last_change: self.number(record, "lastchg"),
        }
    }

    /// Sessions of any row.
    pub(super) fn sessions(&self, record: &StringRecord) -> u64 {
        self.number(record, "scur")
    }

    fn check(&self, record: &StringRecord) -> Option<Check> {
        let written = record.get(self.check_status).unwrap_or_default();
        let (running, status) = match written.strip_prefix("* ") {
            Some(status) => (true, status),
            None => (false, written),
        };
        if status.is_empty() {
            return None;
        }
        let said = self.text(record, "last_chk");
        let info = if said.is_empty() { self.text(record, "check_desc") } else { said };
        let shown = |c: &char| !c.is_control();
        // A check that has just begun shows code 0.
        let code = Some(self.text(record, "check_code")).filter(|code| code != "0");
        Some(Check {
            result: CheckResult {
                status: status.to_owned(),
                code: code.unwrap_or_default(),
                duration: self.text(record, "check_duration"),
                // A checked server may have written this; it goes to logs and terminals.
                info: info.chars().filter(shown).take(LONGEST_INFO).collect(),
            },
            running,
            failures: self.number(record, "chkfail"),
            rise: self.number(record, "check_rise"),
            fall: self.number(record, "check_fall"),
            health: self.number(record, "check_health"),
        })
    }

    fn text(&self, record: &StringRecord, name: &str) -> String {
        let column = self.optional.get(name);
        column.and_then(|at| record.get(*at)).unwrap_or_default().to_owned()
    }

    fn number<T: FromStr + Default>(&self, record: &StringRecord, name: &str) -> T {
        self.text(record, name).parse().unwrap_or_default()
    }
}
