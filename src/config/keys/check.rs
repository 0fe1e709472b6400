use super::check_local::{EXEC, FILE, PROCESS};
use super::haproxy::HAPROXY_CHECK;
use super::{CA_FILE, Form, HOUR, INSECURE, Key, Table, ms, seconds};

pub(super) static CHECK: Table = Table {
    meaning: "A check of the service; exactly one kind. A service without any is always announced, and \
              check = {} says that this is meant.",
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
        Key::kind("haproxy", "backend", &HAPROXY_CHECK),
        Key::kind("http", "page", &HTTP),
        Key::kind("tcp", "port", &TCP),
        Key::kind("dns", "name", &DNS),
        Key::kind("exec", "plugin", &EXEC),
        Key::kind("file", "ready", &FILE),
        Key::kind("process", "daemon", &PROCESS),
    ],
};

static HTTP: Table = Table {
    meaning: "Healthy while a page is answered with one of these statuses and, with body, matches. \
              Redirects are not followed.",
    keys: &[
        Key::new("url", Form::Text("\"http://HOST:PORT/PATH\" or https"), "The page.")
            .required("\"https://127.0.0.1/healthz\""),
        Key::new(
            "status",
            Form::Mixed("a status (200), or statuses and ranges (\"200-299,401\")"),
            "The statuses that are healthy.",
        )
        .default("\"200-299\""),
        Key::new(
            "body",
            Form::Text("a regular expression"),
            "What the body must match somewhere in its first 64 KiB.",
        )
        .otherwise("the body is not read", "\"ready\""),
        Key::new(
            "host",
            Form::Text("a host name, or NAME:PORT"),
            "The Host header; with https, the certificate must be for this name.",
        )
        .otherwise("the host of url", "\"www.example.com\""),
        Key::new("headers", Form::Mixed("a table of strings"), "Further headers of the request.")
            .otherwise("none", "{ User-Agent = \"herald\" }"),
        Key::new("method", Form::Word(&["GET", "HEAD", "OPTIONS", "POST"]), "The method.")
            .default("\"GET\""),
        CA_FILE,
        INSECURE,
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
        Key::new("tls", Form::Boolean, "true speaks TLS on the connection.").default("false"),
        Key::new(
            "server-name",
            Form::Text("a host name or an address"),
            "With tls, the certificate must be for this name.",
        )
        .otherwise("the host of address", "\"db.example.com\""),
        CA_FILE,
        INSECURE,
    ],
};

static DNS: Table = Table {
    meaning: "Healthy while a DNS server answers with NOERROR and a record that is as expected.",
    keys: &[
        Key::new(
            "server",
            Form::Text("ADDRESS:PORT, IPv6 in brackets"),
            "The server, asked over UDP, and over TCP when the answer is truncated.",
        )
        .required("\"127.0.0.1:53\""),
        Key::new("name", Form::Text("a domain name"), "The name that is asked for.")
            .required("\"www.example.com\""),
        Key::new(
            "type",
            Form::Word(&["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"]),
            "The type of the records.",
        )
        .default("\"A\""),
        Key::new(
            "expect",
            Form::Text(
                "a value as in a zone file, such as \"192.0.2.1\" or \"10 mail.example.com.\"",
            ),
            "What one of the records must be.",
        )
        .otherwise("any record of the type will do", "\"192.0.2.1\""),
    ],
};
