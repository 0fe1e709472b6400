use super::{AS_NUMBER, COMMUNITIES, DAY, Form, Key, LARGE_COMMUNITIES, MED, PREPEND, SECOND};
use super::{Table, ms, seconds};
use std::time::Duration;

pub(super) static AGENT: Table = Table {
    meaning: "The agent on this machine.",
    keys: &[
        Key::new(
            "region",
            Form::Text("the name of a [region.NAME]"),
            "The region this agent runs in; it decides which [region.NAME] applies.",
        )
        .otherwise("allowed while the file has no [region.NAME]", "")
        .set_to("\"northeurope\""),
        Key::new(
            "control-socket",
            Form::Text("an absolute path"),
            "The unix socket that `herald status`, `drain` and the like talk to.",
        )
        .default("\"/run/herald/control.sock\""),
        Key::new(
            "state-directory",
            Form::Text("an absolute path"),
            "Where operators' words and the history survive a restart; each agent needs its own.",
        )
        .otherwise(
            "$STATE_DIRECTORY, as systemd sets it, else /var/lib/herald",
            "\"/var/lib/herald\"",
        ),
        Key::new(
            "http",
            Form::Text("ADDRESS:PORT or \"off\""),
            "Where the read-only HTTP API is served.",
        )
        .default("\"127.0.0.1:9642\""),
        Key::new(
            "grace",
            Form::Duration(Duration::ZERO, seconds(600)),
            "The longest drain at an orderly stop.",
        )
        .default("\"5s\""),
        Key::later("metadata", "where the cloud's instance metadata is asked"),
        Key::later("maintenance", "drains before announced host maintenance"),
    ],
};

pub(super) static BGP: Table = Table {
    meaning: "The BGP speaker. Session keys (from hold-time on) are defaults for every neighbour.",
    keys: &[
        Key::new("local-as", AS_NUMBER, "Our AS number.").required("65010"),
        Key::new(
            "router-id",
            Form::Text("an IPv4 address other than 0.0.0.0"),
            "Our BGP identifier, unique among the speakers around (RFC 6286).",
        )
        .otherwise("the lowest local-address of a neighbour", "")
        .set_to("\"172.16.156.70\""),
        Key::new(
            "listen",
            Form::Text("ADDRESS:PORT or \"off\""),
            "Where sessions are accepted; \"off\" only dials. \"[::]:179\" accepts IPv4 and IPv6.",
        )
        .default("\"0.0.0.0:179\""),
        HOLD_TIME.default("\"90s\""),
        KEEPALIVE.otherwise("a third of the hold time", "\"30s\""),
        CONNECT_RETRY.default("\"5s\""),
        SEND_HOLD_TIME.otherwise("the larger of \"8m\" and twice the hold time", "\"8m\""),
        SHUTDOWN_MESSAGE.default("\"\""),
    ],
};

pub(super) static REGION: Table = Table {
    meaning: "What a region adds to every route announced from it. All agents may share one file of \
              regions; only the one named by [agent] region applies.",
    keys: &[
        PREPEND.says("Extra copies of local-as in the AS path: N gives a path of length 1 + N."),
        MED.says("MULTI_EXIT_DISC, unless the neighbour or the state sets its own."),
        COMMUNITIES.says("Communities (RFC 1997)."),
        LARGE_COMMUNITIES.says("Large communities (RFC 8092)."),
    ],
};

pub(super) const HOLD_TIME: Key = Key::new(
    "hold-time",
    Form::Duration(Duration::ZERO, seconds(65535)),
    "The hold time we propose: \"0s\" (never expires) or 3 to 65535 whole seconds (RFC 4271 §4.2).",
);

pub(super) const KEEPALIVE: Key =
    Key::new("keepalive", Form::Duration(SECOND, seconds(65535)), "Time between KEEPALIVEs.");

pub(super) const CONNECT_RETRY: Key = Key::new(
    "connect-retry",
    Form::Duration(ms(100), seconds(60)),
    "Waiting time before dialling again; doubles up to \"1m\", with jitter.",
);

pub(super) const SEND_HOLD_TIME: Key = Key::new(
    "send-hold-time",
    Form::Duration(SECOND, DAY),
    "A session that takes nothing from us for this long is closed (RFC 9687); longer than hold-time.",
);

pub(super) const SHUTDOWN_MESSAGE: Key = Key::new(
    "shutdown-message",
    Form::Text("at most 128 octets of text"),
    "What the neighbour's operator reads when we stop (RFC 9003).",
);
