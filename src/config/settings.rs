use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::secrets::blanked;

/// The settings of a file, by their full key, as they are written: what a reload changes is told by
/// comparing two of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings(BTreeMap<String, String>);

impl Settings {
    pub(super) fn of(table: &DeTable<'_>) -> Self {
        let mut settings = BTreeMap::new();
        collect("", table, &mut settings);
        Self(settings)
    }

    /// What differs in `new`, a line for each setting, in the order of the keys.
    pub fn changes(&self, new: &Self) -> Vec<String> {
        let mut keys: Vec<&String> = self.0.keys().chain(new.0.keys()).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.into_iter().filter_map(|key| line(key, self.0.get(key), new.0.get(key))).collect()
    }
}

fn line(key: &str, old: Option<&String>, new: Option<&String>) -> Option<String> {
    match (old, new) {
        (Some(old), Some(new)) if old != new => {
            Some(format!("{key}: {} -> {}", shown(key, old), shown(key, new)))
        }
        (None, Some(new)) => Some(format!("{key}: added, {}", shown(key, new))),
        (Some(old), None) => Some(format!("{key}: removed, was {}", shown(key, old))),
        (Some(_), Some(_)) | (None, None) => None,
    }
}

/// The value, with what looks like a secret as asterisks: changes are logged.
fn shown(key: &str, value: &str) -> String {
    let around = format!("{key} = ");
    let line = blanked(&format!("{around}{value}"));
    line[around.len()..].to_owned()
}

fn collect(path: &str, table: &DeTable<'_>, settings: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        let key = key.get_ref();
        let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
        if let DeValue::Table(inner) = value.get_ref() {
            collect(&path, inner, settings);
        } else {
            settings.insert(path, written(value.get_ref()));
        }
    }
}

/// A value in the manner of TOML.
fn written(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(yes) => yes.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(values) => {
            let values: Vec<_> = values.iter().map(|value| written(value.get_ref())).collect();
            format!("[{}]", values.join(", "))
        }
        DeValue::Table(table) => {
            let mut inner = BTreeMap::new();
            collect("", table, &mut inner);
            let inner: Vec<_> =
                inner.iter().map(|(key, value)| format!("{key} = {value}")).collect();
            format!("{{ {} }}", inner.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(old: &str, new: &str) -> Vec<String> {
        let settings = |text| Settings::of(DeTable::parse(text).unwrap().get_ref());
        settings(old).changes(&settings(new))
    }

    #[test]
    fn how_a_file_is_written_makes_no_difference() {
        let old = "[service.web]\naddresses = [\"192.0.2.1\"]\nup = { prepend = 1 }\n";
        let new = "# moved\nservice.web.up.prepend = 1\nservice.web.addresses = ['192.0.2.1']\n";
        assert_eq!(changes(old, new), Vec::<String>::new());
    }

    #[test]
    fn what_looks_like_a_secret_is_not_shown() {
        let old = "[http.headers]\nx-api-key = \"abc\"\nuser-agent = \"a\"\n";
        let new = "[http.headers]\nx-api-key = \"defg\"\nuser-agent = \"b\"\nx-token = \"h\"\n";
        assert_eq!(
            changes(old, new),
            [
                "http.headers.user-agent: \"a\" -> \"b\"",
                "http.headers.x-api-key: \"***\" -> \"****\"",
                "http.headers.x-token: added, \"*\""
            ]
        );
    }

    #[test]
    fn each_setting_that_differs_has_its_line() {
        let old = "[a]\nkept = 1\nchanged = \"1s\"\ngone = [1, 2]\n";
        let new = "[a]\nkept = 1\nchanged = \"2s\"\nlist = [{ x = true }]\n";
        assert_eq!(
            changes(old, new),
            [
                "a.changed: \"1s\" -> \"2s\"",
                "a.gone: removed, was [1, 2]",
                "a.list: added, [{ x = true }]"
            ]
        );
    }
}
