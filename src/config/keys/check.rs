use super::haproxy::HAPROXY_CHECK;
use super::{Form, HOUR, Key, Table, ms, seconds};

pub(super) static CHECK: Table = Table {
    meaning: "A check of the service; exactly one kind.",
    keys: &[
        Key::new("interval", Form::Duration(ms(10), HOUR), "Time from one sample to the next.")
            .otherwise("1s; with haproxy, poll-interval of the instance", "\"500ms\""),
        Key::new(
            "fast-interval",
            Form::Duration(ms(10), HOUR),
            "The interval while a change is being confirmed; not with haproxy.",
        )
        .otherwise("interval", "\"100ms\""),
        Key::new("timeout", Form::Duration(ms(10), seconds(60)), "How long one sample may take.")
            .otherwise("1s; with haproxy, timeout of the instance", "\"1s\""),
        Key::new("rise", Form::Integer(1, 1000), "Healthy samples in a row to become healthy.")
            .otherwise("2; with haproxy, 1", "2"),
        Key::new("fall", Form::Integer(1, 1000), "Unhealthy samples in a row to become unhealthy.")
            .otherwise("3; with haproxy, 1", "3"),
        Key::later("http", "HTTP checks"),
        Key::later("dns", "DNS checks"),
        Key::later("exec", "checks by command"),
        Key::later("file", "checks by file"),
        Key::later("process", "checks by process"),
        Key::kind("haproxy", "backend", &HAPROXY_CHECK),
        Key::kind("tcp", "port", &TCP),
    ],
};

static TCP: Table = Table {
    meaning: "Healthy while a TCP connection can be made and, with expect, is answered.",
    keys: &[
        Key::new("address", Form::Text("HOST:PORT, IPv6 in brackets"), "Where to connect.")
            .required("\"127.0.0.1:5432\""),
        Key::new("send", Form::Text("a string"), "What is sent once connected.")
            .otherwise("nothing", "\"PING\\r\\n\""),
        Key::new(
            "expect",
            Form::Text("a regular expression"),
            "What the answer must match somewhere in its first 8 KiB.",
        )
        .otherwise("no answer is waited for", "\"^\\\\+PONG\""),
    ],
};
