//! F4: users and groups by name, as /etc/passwd and /etc/group have them.

use std::fs;

/// The name of a user, if it has one here.
pub fn user(uid: u32) -> Option<String> {
    name(&fs::read_to_string("/etc/passwd").ok()?, uid)
}

/// The name of a group, if it has one here.
pub fn group(gid: u32) -> Option<String> {
    name(&fs::read_to_string("/etc/group").ok()?, gid)
}

/// passwd(5), group(5): name, password, number, and more, with colons between.
fn name(entries: &str, number: u32) -> Option<String> {
    let mut entries = entries.lines().map(|line| line.split(':'));
    entries.find_map(|mut entry| {
        let name = entry.next()?;
        (entry.nth(1)?.parse() == Ok(number)).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_the_name_of_its_line() {
        let users = "root:x:0:0:root:/root:/bin/sh\nbroken\ndaemon:x:1:1::/:\n";
        assert_eq!(name(users, 1).as_deref(), Some("daemon"));
        assert_eq!(name(users, 7), None);
        assert_eq!(name("root:x:0:\nherald:x:991:alice,bob\n", 991).as_deref(), Some("herald"));
    }
}
