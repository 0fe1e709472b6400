//! Each option alone, beside the little that a configuration needs. The lists stand here, so that an
//! option that vanishes from the code is missed.

mod anycast;
mod bird;
mod exabgp;
mod healthcheck;
mod keepalived;

use std::fmt::Write;

use herald::convert::{Conversion, Format, Kind, Request, TABLES};

use super::{assert_golden, converted, loaded, written};

/// An option as a configuration has it: section, name, and the line that sets it.
type Option = (&'static str, &'static str, &'static str);

/// A format with its options.
struct Sheet {
    /// The name of its table, and of the golden.
    table: &'static str,
    golden: &'static str,
    options: &'static [Option],
    /// The conversion of a configuration with this line in that section; without a line, of what it
    /// is compared with.
    convert: fn(section: &str, line: &str) -> Conversion,
}

const SHEETS: [Sheet; 5] =
    [healthcheck::SHEET, exabgp::SHEET, anycast::SHEET, bird::SHEET, keepalived::SHEET];

fn convert(format: Format, name: &str, text: String) -> Conversion {
    let request = Request { files: vec![written(name, text)], ..Request::default() };
    converted(format, request)
}

#[test]
fn every_option_that_is_listed_has_a_fate_and_the_other_way_round() {
    for (sheet, table) in SHEETS.iter().zip(TABLES) {
        assert_eq!(sheet.table, table.name);
        let listed: Vec<_> =
            sheet.options.iter().map(|(section, name, _)| (*section, *name)).collect();
        let known: Vec<_> = table.rows.iter().map(|row| (row.section, row.option)).collect();
        let unknown: Vec<_> = listed.iter().filter(|option| !known.contains(option)).collect();
        assert!(unknown.is_empty(), "{}: listed here, without a fate: {unknown:?}", table.name);
        let untested: Vec<_> = known.iter().filter(|option| !listed.contains(option)).collect();
        assert!(untested.is_empty(), "{}: without an example here: {untested:?}", table.name);
    }
}

#[test]
fn what_comes_of_each_option_is_in_its_golden() {
    for sheet in SHEETS {
        let mut golden = String::new();
        for (section, name, line) in sheet.options {
            let plain = (sheet.convert)(section, "");
            let with = (sheet.convert)(section, line);
            assert!(with.faults.is_none(), "{name}: {}", with.faults.unwrap());
            loaded(&with.toml);
            let shown = outcome(&plain, &with);
            let _ = writeln!(
                golden,
                "=== {}\n{}\n---\n{shown}",
                format!("{section} {name}").trim(),
                line.trim_end()
            );
        }
        assert_golden(&format!("tests/convert/options/{}.txt", sheet.golden), &golden);
    }
}

#[test]
fn no_option_is_ignored_in_silence() {
    let mut silent = Vec::new();
    for sheet in SHEETS {
        for (section, name, line) in sheet.options {
            let shown = outcome(&(sheet.convert)(section, ""), &(sheet.convert)(section, line));
            if shown.is_empty() {
                silent.push((sheet.golden, *section, *name));
            }
        }
    }
    assert_eq!(silent, NEUTRAL);
}

/// Options whose example changes nothing: what they say is so without them.
const NEUTRAL: [(&str, &str, &str); 2] =
    [("exabgp", "family", "all"), ("exabgp", "family", "minimal")];

/// The lines that the option adds and takes away, and what is said of it.
fn outcome(plain: &Conversion, with: &Conversion) -> String {
    let lines = |conversion: &Conversion| -> Vec<String> {
        let body = conversion.toml.lines().skip_while(|line| line.starts_with('#'));
        body.filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    let (before, after) = (lines(plain), lines(with));
    let mut shown = String::new();
    let mut rest = before.clone();
    let mut added = Vec::new();
    for line in after {
        match rest.iter().position(|other| *other == line) {
            Some(at) => drop(rest.remove(at)),
            None => added.push(line),
        }
    }
    for line in rest {
        let _ = writeln!(shown, "- {line}");
    }
    for line in added {
        let _ = writeln!(shown, "+ {line}");
    }
    for note in
        with.notes.iter().filter(|note| !plain.notes.iter().any(|old| old.words == note.words))
    {
        let kind = match note.kind {
            Kind::FillIn => "to do",
            Kind::NotCarried => "not carried",
            Kind::Remark => "remark",
        };
        let _ = writeln!(shown, "{kind}: {}", note.words);
    }
    shown
}
