use super::{CA_FILE, Form, HOUR, INSECURE, Key, Table, ms, seconds};

pub(super) static HAPROXY: Table = Table {
    meaning: "A HAProxy on this machine, reached by its stats socket or its stats page.",
    keys: &[
        Key::new(
            "socket",
            Form::Text("an absolute path, or \"tcp:HOST:PORT\""),
            "The stats socket. Either this or url.",
        )
        .otherwise("url is used", "")
        .set_to("\"/run/haproxy/admin.sock\""),
        Key::new(
            "url",
            Form::Text("\"http://HOST:PORT/PATH\" or https"),
            "The stats page, whose CSV form is read. Either this or socket.",
        )
        .otherwise("socket is used", "\"http://127.0.0.1:8404/stats\""),
        Key::new("user", Form::Text("a user name"), "User of the stats page (basic auth).")
            .otherwise("no login", "\"herald\""),
        Key::new(
            "password-file",
            Form::Text("an absolute path"),
            "File whose first line is the password of the stats page.",
        )
        .otherwise("no login", "\"/etc/herald/stats.password\""),
        CA_FILE,
        INSECURE,
        Key::new(
            "poll-interval",
            Form::Duration(ms(10), HOUR),
            "How often HAProxy is asked; a check's interval may shorten it.",
        )
        .default("\"500ms\""),
        Key::new("timeout", Form::Duration(ms(10), seconds(60)), "How long one answer may take.")
            .default("\"1s\""),
        Key::new(
            "event-socket",
            Form::Text("an absolute path, or \"udp:ADDRESS:PORT\""),
            "A datagram socket that herald opens and HAProxy logs to; a change is then seen when \
             it happens.",
        )
        .otherwise("changes are seen by polling", "\"/run/herald/haproxy.sock\""),
        Key::new(
            "event-ring",
            Form::Text("the name of a ring section"),
            "A ring of HAProxy that is followed on the stats socket, to the same end.",
        )
        .otherwise("changes are seen by polling", "\"herald\""),
    ],
};

pub(super) static HAPROXY_CHECK: Table = Table {
    meaning: "Healthy while enough servers of a HAProxy backend are usable. Fits one \
              line: haproxy = { backend = ..., min-up = ... }.",
    keys: &[
        Key::new("backend", Form::Text("a name"), "The backend to look at.")
            .required("\"http_back\""),
        Key::new(
            "min-up",
            Form::Mixed("a number of servers from 1, or a share such as \"50%\" (1 to 100)"),
            "How many servers must be usable; a share is rounded up.",
        )
        .default("1"),
        Key::new("instance", Form::Text("the name of a [haproxy.NAME]"), "The HAProxy to ask.")
            .otherwise("the only one there is", "\"local\""),
        Key::new("servers", Form::List("a name"), "Only these servers of the backend count.")
            .otherwise("all of them", "[\"backend01\"]"),
        Key::new("frontend", Form::Text("a name"), "A frontend that must be open too.")
            .otherwise("none", "\"http_front\""),
        Key::new("count-backup", Form::Boolean, "Whether backup servers count.").default("false"),
    ],
};
