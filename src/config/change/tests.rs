//! What the documentation says that a reload does with a key is what it does.

use crate::config::keys::{FILE, Form, Key, Reload, Table};
use crate::config::{Config, duration, read, reference};

/// Values that differ from what the reference has, where the form of the key does not give one. A key of
/// any table of that name takes it.
const OTHERS: [(&str, &str); 32] = [
    ("region", "\"auto\""),
    ("control-socket", "\"/run/other.sock\""),
    ("state-directory", "\"/var/lib/other\""),
    ("http", "\"off\""),
    ("listen", "\"off\""),
    ("router-id", "\"192.0.2.99\""),
    ("shutdown-message", "\"another\""),
    ("address", "\"127.0.0.2:5433\""),
    ("address", "\"192.0.2.77\""),
    ("profile", "\"azure-route-server\""),
    ("socket", "\"/run/haproxy/other.sock\""),
    ("backend", "\"other\""),
    ("min-up", "2"),
    ("interface", "\"dummy0\""),
    ("below", "\"40%\""),
    ("rule", "\"any\""),
    ("url", "\"http://127.0.0.1/other\""),
    ("status", "204"),
    ("server", "\"127.0.0.1:5353\""),
    ("name", "\"other\""),
    ("path", "\"/run/other\""),
    ("pid-file", "\"/run/other.pid\""),
    ("prefixes", "[\"203.0.113.0/24\"]"),
    ("communities", "[\"65010:1\"]"),
    ("large-communities", "[\"65010:1:2\"]"),
    ("families", "[\"ipv4-unicast\", \"ipv6-unicast\"]"),
    ("recover", "\"90%\""),
    ("suppress", "3000"),
    ("reuse", "500"),
    ("addresses", "[\"198.51.100.2\"]"),
    ("command", "[\"/bin/sh\", \"-c\", \"true\"]"),
    ("on", "[\"degraded\"]"),
];

/// Keys that are worth something only beside another one, or that name what is not in the reference or
/// not on this machine. None of them belongs to a session but `tcp-ao`, which has a test of its own.
const NOT_ALONE: [&str; 13] = [
    "acknowledge",
    "ca-file",
    "insecure",
    "instance",
    "lead",
    "neighbors",
    "password-file",
    "poll-interval",
    "server-name",
    "tcp-ao",
    "url",
    "user",
    "watch",
];

/// Every key with a value, in the order of the reference.
fn keys(table: &'static Table) -> Vec<&'static Key> {
    let mut found = Vec::new();
    for key in table.keys {
        match key.form {
            Form::Table(inner) | Form::Kind(inner) | Form::Named(inner) | Form::Tables(inner) => {
                found.extend(keys(inner));
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
            | Form::Mixed(_) => found.push(key),
        }
    }
    found
}

/// Other values that a key could have.
fn others(key: &Key) -> Vec<String> {
    let listed = OTHERS.iter().filter(|(name, _)| *name == key.name);
    let mut values: Vec<String> = listed.map(|(_, value)| (*value).to_owned()).collect();
    values.push(key.example.to_owned());
    match key.form {
        Form::Boolean => values.extend(["true".to_owned(), "false".to_owned()]),
        Form::Integer(least, most) => {
            values.extend([least, least + 1, most].map(|n| n.to_string()))
        }
        Form::Duration(least, most) | Form::Seconds(least, most) => {
            values.extend([least, most].map(|bound| format!("{:?}", duration::show(bound))));
        }
        Form::Word(words) => values.extend(words.iter().map(|word| format!("{word:?}"))),
        Form::Share
        | Form::Text(_)
        | Form::List(_)
        | Form::Mixed(_)
        | Form::Inline(_)
        | Form::Table(_)
        | Form::Kind(_)
        | Form::Named(_)
        | Form::Tables(_) => {}
    }
    values
}

fn config(text: &str) -> Option<Config> {
    read("reference.toml", text, &|_| None).ok().map(|loaded| loaded.config)
}

/// What a reload does with this change.
fn done(old: &Config, new: &Config) -> Reload {
    match (old.restarting(new).is_empty(), old.resetting(new).next()) {
        (false, _) => Reload::Restarts,
        (true, Some(_)) => Reload::Resets,
        (true, None) => Reload::InPlace,
    }
}

#[test]
fn a_reload_does_with_each_key_what_is_said() {
    let text = reference();
    let old = config(&text).expect("the reference");
    let lines: Vec<&str> = text.lines().collect();
    let mut next = 0;
    let mut wrong = Vec::new();
    for key in keys(&FILE) {
        let line =
            |line: &&str| line.trim_start_matches("# ").starts_with(&format!("{} = ", key.name));
        next +=
            lines[next..].iter().position(line).expect("a line for each key, in their order") + 1;
        let changed = others(key).into_iter().filter_map(|value| {
            let mut lines = lines.clone();
            let setting = format!("{} = {value}", key.name);
            lines[next - 1] = &setting;
            config(&lines.join("\n")).filter(|new| *new != old)
        });
        let seen: Vec<Reload> = changed.map(|new| done(&old, &new)).collect();
        let said = key.reload;
        let conditional = matches!(said, Reload::ResetsIf(_));
        if !conditional && seen.iter().any(|seen| *seen != said) {
            wrong.push(format!("line {next}, {}: said {said:?}, done {seen:?}", key.name));
        }
        if seen.is_empty() && !NOT_ALONE.contains(&key.name) {
            wrong.push(format!("line {next}, {}: no other value can be read", key.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The reference with other lines for some of its own.
fn with(changes: &[(&str, &str)]) -> Config {
    let mut text = reference();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    config(&text).expect("a configuration")
}

#[test]
fn what_resets_under_a_condition_does_so_under_that_condition() {
    let plain = with(&[]);
    let azure = with(&[("# profile = \"frr\"", "profile = \"azure-route-server\"")]);
    let frr = with(&[("# profile = \"frr\"", "profile = \"frr\"")]);
    assert_eq!(done(&plain, &azure), Reload::Resets);
    assert_eq!(done(&plain, &frr), Reload::InPlace);

    let ipv6 = ("address = \"192.0.2.1\"", "address = \"2001:db8::1\"");
    let next_hop = ("# next-hop = \"192.0.2.20\"", "next-hop = \"192.0.2.20\"");
    assert_eq!(done(&with(&[ipv6]), &with(&[ipv6, next_hop])), Reload::Resets);
    assert_eq!(done(&plain, &with(&[next_hop])), Reload::InPlace);
}

#[test]
fn a_password_follows_in_place_and_a_key_does_not() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("key");
    std::fs::write(&file, "open sesame\n").expect("a file");
    let address = "address = \"192.0.2.1\"";
    let password = format!("{address}\npassword-file = {file:?}");
    let key = format!("{address}\ntcp-ao = {{ key-file = {file:?}, send-id = 1, recv-id = 1 }}");
    let plain = with(&[]);
    assert_eq!(done(&plain, &with(&[(address, &password)])), Reload::InPlace);
    assert_eq!(done(&plain, &with(&[(address, &key)])), Reload::Resets);
}
