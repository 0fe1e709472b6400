use super::{
    AS_NUMBER, COMMUNITIES, DAY, Form, HOUR, Key, LARGE_COMMUNITIES, MED, PREPEND, SECOND,
};
use super::{Table, ms, seconds};
use std::time::Duration;

pub(super) static AGENT: Table = Table {
    meaning: "The agent on this machine.",
    keys: &[
        Key::new(
            "region",
            Form::Text("the name of a [region.NAME], or \"auto\""),
            "The region this agent runs in; it decides which [region.NAME] applies. \"auto\" asks the \
             cloud's instance metadata at the start.",
        )
        .otherwise("allowed while the file has no [region.NAME]", "")
        .set_to("\"northeurope\""),
        Key::new(
            "control-socket",
            Form::Text("an absolute path"),
            "The unix socket that `herald status`, `drain` and the like talk to.",
        )
        .default("\"/run/herald/control.sock\"")
        .restarts(),
        Key::new(
            "state-directory",
            Form::Text("an absolute path"),
            "Where operators' words and the history survive a restart; each agent needs its own.",
        )
        .otherwise(
            "$STATE_DIRECTORY, as systemd sets it, else /var/lib/herald",
            "\"/var/lib/herald\"",
        )
        .restarts(),
        Key::new(
            "http",
            Form::Text("ADDRESS:PORT or \"off\""),
            "Where the read-only HTTP API is served.",
        )
        .default("\"127.0.0.1:9642\"")
        .restarts(),
        Key::new(
            "grace",
            Form::Duration(Duration::ZERO, seconds(600)),
            "The longest drain at an orderly stop.",
        )
        .default("\"5s\""),
        Key::table("metadata", &METADATA),
        Key::table("maintenance", &MAINTENANCE),
    ],
};

static METADATA: Table = Table {
    meaning: "The instance metadata service of the cloud, for region = \"auto\" and for maintenance. \
              It is never asked through a proxy.",
    keys: &[
        Key::new("provider", Form::Word(&["azure", "aws", "gcp"]), "Whose metadata service it is.")
            .otherwise("all three are asked, and the one that answers is taken", "\"azure\""),
        Key::new(
            "endpoint",
            Form::Text("http://HOST or http://HOST:PORT"),
            "Where the service is.",
        )
        .otherwise(
            "http://169.254.169.254 (Azure, AWS), http://metadata.google.internal (GCP)",
            "\"http://169.254.169.254\"",
        ),
        Key::new(
            "timeout",
            Form::Duration(ms(100), seconds(60)),
            "How long the answer to one question may take.",
        )
        .default("\"2s\""),
    ],
};

static MAINTENANCE: Table = Table {
    meaning: "Watches for announced maintenance of the host under this machine: every service is \
              drained before it begins and resumed when it is over. Only notices that name this \
              machine count.",
    keys: &[
        Key::new(
            "source",
            Form::Word(&["azure-scheduled-events", "aws-spot-notice", "gcp-maintenance-event"]),
            "Where notices come from.",
        )
        .otherwise("maintenance is not watched", "\"azure-scheduled-events\""),
        Key::new(
            "lead",
            Form::Duration(Duration::ZERO, HOUR),
            "The drain begins this long before the time announced, or at once if less is left.",
        )
        .default("\"1m\""),
        Key::new(
            "poll-interval",
            Form::Duration(SECOND, seconds(60)),
            "How often the source is asked.",
        )
        .default("\"1s\""),
        Key::new(
            "acknowledge",
            Form::Boolean,
            "Once every service is drained, tell Azure that the maintenance may begin. That starts \
             it for every machine that the notice names.",
        )
        .default("false"),
    ],
};

pub(super) static BGP: Table = Table {
    meaning: "The BGP speaker. Session keys (from hold-time on) are defaults for every neighbour.",
    keys: &[
        Key::new("local-as", AS_NUMBER, "Our AS number.").required("65010").resets(),
        Key::new(
            "router-id",
            Form::Text("an IPv4 address other than 0.0.0.0"),
            "Our BGP identifier, unique among the speakers around (RFC 6286).",
        )
        .otherwise("the lowest local-address of a neighbour", "")
        .set_to("\"172.16.156.70\"")
        .resets(),
        Key::new(
            "listen",
            Form::Text("ADDRESS:PORT or \"off\""),
            "Where sessions are accepted; \"off\" only dials. \"[::]:179\" accepts IPv4 and IPv6.",
        )
        .default("\"0.0.0.0:179\"")
        .restarts(),
        HOLD_TIME.default("\"90s\""),
        KEEPALIVE.otherwise("a third of the hold time", "\"30s\""),
        CONNECT_RETRY.default("\"5s\""),
        SEND_HOLD_TIME.otherwise("the larger of \"8m\" and twice the hold time", "\"8m\""),
        SHUTDOWN_MESSAGE.default("\"\""),
        GRACEFUL_RESTART.default("\"0s\""),
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
    Form::Seconds(Duration::ZERO, seconds(65535)),
    "The hold time we propose: \"0s\" (never expires) or 3 to 65535 whole seconds (RFC 4271 §4.2).",
)
.resets();

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
    Form::Text("at most 255 octets of text"),
    "What the neighbour's operator reads when we stop (RFC 9003). A neighbour that knows only RFC \
     8203 refuses more than 128 octets.",
);

pub(super) const GRACEFUL_RESTART: Key = Key::new(
    "graceful-restart",
    Form::Seconds(Duration::ZERO, seconds(4095)),
    "How long neighbours shall keep our routes when herald is gone without a word (RFC 4724). \
     \"0s\" asks for nothing: the routes go with the session, and another region takes over.",
)
.resets();
