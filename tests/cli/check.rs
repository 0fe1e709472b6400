//! `herald check` in a pipeline, and on the machine that the configuration is for.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::herald::{BINARY, directory, write_config};
use crate::support::process::output;
use crate::{herald, said, usual};

fn answer(arguments: &[&str], file: &Path, code: i32) -> Value {
    let answer = herald(&[&["check", "--json"], arguments].concat(), Some(file));
    assert_eq!(answer.status.code(), Some(code), "{}", said(&answer));
    assert!(answer.stderr.is_empty(), "{}", said(&answer));
    serde_json::from_slice(&answer.stdout).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
}

#[test]
fn errors_and_warnings_come_as_json() {
    let directory = directory("cli");
    let config = usual().set("neighbor.peer", "keepalive", "\"4s\"");
    let file = write_config(directory.path(), &config);
    let good = answer(&[], &file, 0);
    assert_eq!(good["good"], true, "{good}");
    assert_eq!(good["errors"], Value::Array(Vec::new()), "{good}");
    assert!(good["warnings"][0]["message"].as_str().unwrap().contains("keepalive"), "{good}");

    let file = write_config(directory.path(), &config.set("bgp", "hold-time", "\"2s\""));
    let bad = answer(&[], &file, 1);
    assert_eq!(bad["good"], false, "{bad}");
    assert_eq!(bad["file"], file.display().to_string(), "{bad}");
    let error = &bad["errors"][0];
    let line = usize::try_from(error["line"].as_u64().unwrap()).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(text.lines().nth(line - 1), error["quoted"].as_str(), "{bad}");
    assert_eq!(error["quoted"], "hold-time = \"2s\"");
    assert_eq!(error["column"], 13, "{bad}");
    for part in ["file", "message", "rule", "help"] {
        assert!(!error[part].as_str().unwrap().is_empty(), "{part}: {bad}");
    }

    let absent = answer(&[], &directory.path().join("absent.toml"), 1);
    assert_eq!(absent["errors"][0]["line"], Value::Null, "{absent}");
}

#[test]
fn files_of_another_machine_are_warnings_when_offline() {
    let directory = directory("cli");
    let config = usual()
        .set("neighbor.peer", "password-file", "\"/etc/herald/absent.password\"")
        .set("service.web.loopback", "interface", "\"dummy-eu\"")
        .set(
            "service.web.check.page",
            "http",
            "{ url = \"https://127.0.0.1/\", ca-file = \"/etc/herald/absent.pem\" }",
        );
    let file = write_config(directory.path(), &config);
    let here = answer(&[], &file, 1);
    assert_eq!(here["errors"].as_array().unwrap().len(), 2, "{here}");
    let elsewhere = answer(&["--offline"], &file, 0);
    let warnings = elsewhere["warnings"].as_array().unwrap();
    let told: Vec<_> = warnings.iter().map(|w| w["message"].as_str().unwrap()).collect();
    assert_eq!(
        told,
        [
            "password-file \"/etc/herald/absent.password\" could not be looked at",
            "ca-file \"/etc/herald/absent.pem\" could not be looked at",
        ]
    );
}

#[test]
fn an_interface_that_is_not_there_is_a_warning() {
    let directory = directory("cli");
    let config = usual().set("service.web.loopback", "interface", "\"eth99\"");
    let warned = answer(&[], &write_config(directory.path(), &config), 0);
    let message = warned["warnings"][0]["message"].as_str().unwrap();
    assert_eq!(message, "this machine has no interface \"eth99\"");
}

#[test]
fn variables_come_from_the_file_that_the_service_has_them_from() {
    let directory = directory("cli");
    let config = usual().set("neighbor.peer", "description", "\"${HERALD_TEST_WORDS}\"");
    let file = write_config(directory.path(), &config);
    let unset = herald(&["check"], Some(&file));
    assert_eq!(unset.status.code(), Some(1), "{}", said(&unset));
    assert!(said(&unset).contains("--env-file"), "{}", said(&unset));

    let variables = directory.path().join("default");
    fs::write(&variables, "# systemd needs no quotes\nHERALD_TEST_WORDS=two words\n").unwrap();
    let variables = variables.to_str().unwrap();
    let set = herald(&["check", "--env-file", variables], Some(&file));
    assert_eq!(set.status.code(), Some(0), "{}", said(&set));

    let absent = herald(&["check", "--env-file", "/nonexistent"], Some(&file));
    assert_eq!(absent.status.code(), Some(1), "{}", said(&absent));
    assert!(said(&absent).contains("/nonexistent"), "{}", said(&absent));
    let absent = answer(&["--env-file", "/nonexistent"], &file, 1);
    assert_eq!(absent["errors"][0]["file"], "/nonexistent", "{absent}");
}

#[test]
fn what_the_user_of_the_service_cannot_read_or_run_is_a_warning() {
    let directory = directory("cli");
    let within = |name: &str| directory.path().join(name);
    fs::write(within("password"), "open sesame\n").unwrap();
    fs::write(within("hook"), "#!/bin/sh\n").unwrap();
    let config = usual()
        .set("neighbor.peer", "password-file", format!("{:?}", within("password")))
        .set("service.web.check.own", "exec", format!("{{ command = [{:?}] }}", within("hook")));
    let file = write_config(directory.path(), &config);
    let set = |mode: u32, file: &Path| {
        fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
    };
    let told = |mode, directory_mode| {
        set(directory_mode, directory.path());
        for file in [&file, &within("password"), &within("hook")] {
            set(mode, file);
        }
        let answer = with_service_user(directory.path(), &file);
        assert_eq!(answer.status.code(), Some(0), "{}", said(&answer));
        said(&answer)
    };

    let closed = told(0o700, 0o755);
    for line in [
        "cannot be read by the service",
        "cannot be run by the service",
        "the service runs as user herald, who may not",
        "chgrp herald FILE; chmod 640 FILE",
        "who may not read this file",
        "3 warnings",
    ] {
        assert!(closed.contains(line), "{line}:\n{closed}");
    }
    let behind = told(0o755, 0o700);
    assert!(behind.contains("chgrp herald DIRECTORY"), "{behind}");
    let open = told(0o755, 0o755);
    assert!(!open.contains("the service"), "{open}");
}

/// `herald check` as root, on a machine that has the user; the users of this one are hidden in a
/// mount namespace.
fn with_service_user(directory: &Path, file: &Path) -> Output {
    let user = "herald:x:64999:64999::/:/bin/false";
    for (name, line) in [("passwd", user), ("group", "herald:x:64999:")] {
        let known = fs::read_to_string(format!("/etc/{name}")).expect("a readable file");
        fs::write(directory.join(name), format!("{known}{line}\n")).expect("a directory of ours");
    }
    let script = "mount --bind passwd /etc/passwd && mount --bind group /etc/group && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.current_dir(directory).args(["--mount", "sh", "-ec", script, "sh", BINARY, "check"]);
    output(command.arg(file))
}
