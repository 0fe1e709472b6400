//! The kinds of checks that ask this machine and not a server.

use super::{COMMAND, Form, Key, Table};

pub(super) static EXEC: Table = Table {
    meaning: "Healthy while a command ends with exit 0, such as a plugin for Nagios. The first line that \
              it prints is the reason. It is killed with its process group at the timeout.",
    keys: &[Key::new(
        "command",
        COMMAND,
        "The program, by its absolute path, and its arguments. No shell reads it.",
    )
    .required("[\"/bin/sh\", \"/etc/herald/checks/backend.sh\"]")],
};

pub(super) static FILE: Table = Table {
    meaning: "Healthy while a file is there, or while it is not there.",
    keys: &[
        Key::new(
            "path",
            Form::Text("an absolute path"),
            "The file, or anything else with a name; a link counts as what it leads to.",
        )
        .required("\"/run/web.ready\""),
        Key::new("present", Form::Boolean, "false is healthy while it is not there.")
            .default("true"),
    ],
};

pub(super) static PROCESS: Table = Table {
    meaning: "Healthy while a process lives. Its death is seen when it happens, and counts at once.",
    keys: &[
        Key::new(
            "pid-file",
            Form::Text("an absolute path"),
            "File whose first line is the number of the process.",
        )
        .otherwise("any process called name", "")
        .set_to("\"/run/haproxy.pid\""),
        Key::new(
            "name",
            Form::Text("a name of 1 to 15 octets"),
            "The name of the process as in /proc/PID/comm; with pid-file, the process must have it.",
        )
        .otherwise("any name", "\"haproxy\""),
    ],
};
