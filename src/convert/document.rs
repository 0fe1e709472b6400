use super::tables::{Fate, Row, TABLES, Table};

/// The tables of `docs/migration.md`: every option of every format with its fate.
pub fn document() -> String {
    TABLES.iter().map(|table| section(table)).collect::<Vec<_>>().join("\n")
}

fn section(table: &Table) -> String {
    let rows: String = table.rows.iter().map(row).collect();
    format!("### {}\n\n| option | becomes | to know |\n|---|---|---|\n{rows}", table.name)
}

fn row(row: &Row) -> String {
    let name = match row.section {
        "" => format!("`{}`", row.option),
        section => format!("{section}: `{}`", row.option),
    };
    let (becomes, know) = match row.fate {
        Fate::Carried(to) => (to, ""),
        Fate::Remark(to, remark) => (to, remark),
        Fate::NotCarried(reason) => ("not carried", reason),
    };
    format!("| {name} | {becomes} | {know} |\n")
}
