use std::fmt::Write;

use super::keys::{Absent, FILE, Form, Key, Table};
use super::reader::takes;
use super::wrap::wrapped;

const HEAD: &str = "\
Every key of herald's configuration file, with its default.

This file is generated from the code that reads it; it is itself a valid configuration. Lines that \
are commented out show the default, or an example where the default depends on something else. The \
other files in this directory are real deployments and a better place to begin.";

/// The text of `configs/reference.toml`: every key with its default and what it means.
pub fn reference() -> String {
    let mut text = String::new();
    comment(&mut text, HEAD);
    for key in FILE.keys {
        write_key(&mut text, "", key);
    }
    text
}

fn write_key(text: &mut String, path: &str, key: &Key) {
    let inside =
        |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match key.form {
        Form::Table(table) => {
            write_table(text, &bracketed(&inside(key.name)), &inside(key.name), table)
        }
        Form::Kind(table) => {
            // Beside the others: in one table they would exclude each other.
            let around = path.rsplit_once('.').map_or("", |(around, _)| around);
            let path = format!("{around}.{}.{}", key.example, key.name);
            write_table(text, &bracketed(&path), &path, table);
        }
        Form::Named(table) => {
            let path = format!("{}.{}", inside(key.name), key.example);
            write_table(text, &bracketed(&path), &path, table);
        }
        Form::Tables(table) => {
            let path = inside(key.name);
            write_table(text, &bracketed(&bracketed(&path)), &path, table);
        }
        Form::Boolean
        | Form::Integer(..)
        | Form::Duration(..)
        | Form::Seconds(..)
        | Form::Share
        | Form::Text(_)
        | Form::List(_)
        | Form::Word(_)
        | Form::Inline(_)
        | Form::Mixed(_) => write_value(text, key),
    }
}

fn bracketed(path: &str) -> String {
    format!("[{path}]")
}

fn write_table(text: &mut String, header: &str, path: &str, table: &Table) {
    text.push('\n');
    comment(text, table.meaning);
    push(text, format_args!("{header}"));
    for key in table.keys {
        write_key(text, path, key);
    }
}

fn write_value(text: &mut String, key: &Key) {
    let left_out = match key.absent {
        Absent::Fault => " Required.".to_owned(),
        Absent::Default(value) if key.set_in_reference => format!(" Left out: {value}."),
        Absent::Default(_) => String::new(),
        Absent::Otherwise(words) => format!(" Left out: {words}."),
    };
    text.push('\n');
    let inside = if let Form::Inline(table) = key.form { inside(table) } else { String::new() };
    comment(text, &format!("{} Takes {}.{inside}{left_out}", key.meaning, takes(key.form)));
    let mark = if key.set_in_reference { "" } else { "# " };
    push(text, format_args!("{mark}{} = {}", key.name, key.example));
}

/// The keys of a table in one line.
fn inside(table: &Table) -> String {
    let keys = table.keys.iter().map(|key| {
        let default = match key.absent {
            Absent::Default(value) => format!("; left out: {value}"),
            Absent::Fault | Absent::Otherwise(_) => String::new(),
        };
        format!(" {}: {}, {}{default}.", key.name, key.meaning, takes(key.form))
    });
    keys.collect()
}

/// Writes a text as comment lines of at most 100 characters.
fn comment(text: &mut String, words: &str) {
    for (index, paragraph) in words.split("\n\n").enumerate() {
        if index > 0 {
            push(text, format_args!("#"));
        }
        push(text, format_args!("{}", wrapped(paragraph, "# ", "# ")));
    }
}

fn push(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}
