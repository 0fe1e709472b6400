use super::{COMMAND, Form, HOUR, Key, Table, ms};

pub(super) static HOOK: Table = Table {
    meaning: "A command that runs after the routes have followed a change of the service; docs/hooks.md \
              says what it can rely on.",
    keys: &[
        Key::new(
            "on",
            Form::List(
                "a state: up, degraded, down, standby, draining, drained, withdrawn or disabled",
            ),
            "The states that run it when they begin.",
        )
        .required("[\"up\", \"down\"]"),
        Key::new(
            "command",
            COMMAND,
            "The program, by its absolute path, and its arguments. No shell reads it.",
        )
        .required("[\"/bin/sh\", \"/etc/herald/hooks/changed.sh\"]"),
        Key::new(
            "timeout",
            Form::Duration(ms(10), HOUR),
            "After this, it is killed with its process group.",
        )
        .default("\"10s\""),
    ],
};
