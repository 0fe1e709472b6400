use super::check::CHECK;
use super::hook::HOOK;
use super::{COMMUNITIES, DAY, Form, HOUR, Key, LARGE_COMMUNITIES, MED, PREPEND, Table, ms};
use std::time::Duration;

pub(super) static SERVICE: Table = Table {
    meaning: "A service: anycast addresses, and what decides whether they are announced.",
    keys: &[
        Key::new(
            "addresses",
            Form::List("a host address, with /32, /128 or no length"),
            "Host addresses that are bound to the loopback and announced.",
        )
        .default("[]")
        .set_to("[\"198.51.100.1/32\"]"),
        Key::new(
            "prefixes",
            Form::List("a network such as \"203.0.113.0/24\""),
            "Networks that are announced and not bound.",
        )
        .default("[]"),
        Key::new(
            "neighbors",
            Form::List("the name of a [neighbor.NAME]"),
            "The neighbours that get its routes.",
        )
        .otherwise("all of them", "[\"rs-0\"]"),
        Key::new("enabled", Form::Boolean, "false announces and binds nothing.").default("true"),
        Key::table("up", &UP),
        Key::table("degraded", &DEGRADED),
        Key::table("down", &DOWN),
        Key::table("drain", &DRAIN),
        Key::table("standby", &STANDBY),
        Key::table("last-site", &LAST_SITE),
        Key::table("loopback", &LOOPBACK),
        Key::table("health", &HEALTH),
        Key::named("check", "page", &CHECK),
        Key::tables("hook", &HOOK),
    ],
};

const ANNOUNCE: Key = Key::new("announce", Form::Boolean, "Whether it is announced in this state.");
const STATE_PREPEND: Key =
    PREPEND.says("Extra copies of local-as, in addition to region and neighbour.");
const STATE_MED: Key = MED
    .says("MULTI_EXIT_DISC, in place of the neighbour's.")
    .otherwise("the neighbour's, else the region's", "100");
const STATE_COMMUNITIES: Key =
    COMMUNITIES.says("Communities (RFC 1997), in addition to region and neighbour.");
const STATE_LARGE_COMMUNITIES: Key =
    LARGE_COMMUNITIES.says("Large communities (RFC 8092), in addition to region and neighbour.");
const NEXT_HOP: Key = Key::new(
    "next-hop",
    Form::Text("an IPv4 or IPv6 address"),
    "Next hop of routes of its family in this state.",
)
.otherwise("the neighbour's next-hop", "\"192.0.2.20\"");

static UP: Table = Table {
    meaning: "Attributes while the service is healthy.",
    keys: &[
        ANNOUNCE.default("true"),
        STATE_PREPEND,
        STATE_MED,
        STATE_COMMUNITIES,
        STATE_LARGE_COMMUNITIES,
        NEXT_HOP,
    ],
};

static DEGRADED: Table = Table {
    meaning: "Attributes while it is healthy with little capacity. There is no such state without \
              this table; an empty one has the defaults.",
    keys: &[
        Key::new("below", Form::Share, "Under this capacity of its checks it is degraded.")
            .default("\"50%\""),
        Key::new(
            "recover",
            Form::Share,
            "From this capacity on it is up again, also after a fall.",
        )
        .otherwise("20 points more than below, at most 100%", "\"70%\""),
        ANNOUNCE.default("true"),
        STATE_PREPEND.default("3"),
        STATE_MED,
        STATE_COMMUNITIES,
        STATE_LARGE_COMMUNITIES,
        NEXT_HOP,
    ],
};

static DOWN: Table = Table {
    meaning: "Attributes while it is not healthy. announce = true with prepend = 6 makes it the \
              last resort.",
    keys: &[
        ANNOUNCE.default("false"),
        STATE_PREPEND,
        STATE_MED,
        STATE_COMMUNITIES,
        STATE_LARGE_COMMUNITIES,
        NEXT_HOP,
    ],
};

static DRAIN: Table = Table {
    meaning: "Attributes while an operator drains it; after `for` it is withdrawn.",
    keys: &[
        ANNOUNCE.default("true"),
        STATE_PREPEND.default("3"),
        STATE_MED,
        STATE_COMMUNITIES.default("[\"graceful-shutdown\"]"),
        STATE_LARGE_COMMUNITIES,
        NEXT_HOP,
        Key::new(
            "for",
            Form::Duration(Duration::ZERO, DAY),
            "How long it is announced before it is withdrawn.",
        )
        .default("\"30s\""),
        Key::new(
            "wait-sessions",
            Form::Duration(Duration::ZERO, DAY),
            "How long `herald drain --wait` waits for HAProxy's sessions to end after that.",
        )
        .default("\"5m\""),
    ],
};

const WATCH: Key = Key::new(
    "watch",
    Form::List("the name of a [neighbor.NAME]"),
    "The neighbours that show who else announces its addresses.",
)
.otherwise("those that get its routes", "[\"rs-0\"]");

static STANDBY: Table = Table {
    meaning: "Announced only while nobody else announces its addresses. Most neighbours show their \
              best route only: with a prepend in `up`, that of the primary is seen again when it \
              returns. Of two standbys one yields, the lower router-id last. With `announce` in `down` it \
              is the last resort while it is not healthy, behind all others. There is no such rule \
              without this table; an empty one has the defaults.",
    keys: &[
        WATCH,
        Key::new(
            "absent-for",
            Form::Duration(ms(10), HOUR),
            "How long no other route must be seen before it takes over.",
        )
        .default("\"1s\""),
    ],
};

static LAST_SITE: Table = Table {
    meaning: "After a fall, announced as last resort by the down table while nobody else announces its \
              addresses. There is no such rule without this table; an empty one has the defaults.",
    keys: &[
        WATCH,
        Key::new(
            "wait",
            Form::Duration(ms(10), HOUR),
            "How long no other route must be seen before that.",
        )
        .default("\"3s\""),
    ],
};

static LOOPBACK: Table = Table {
    meaning: "How its addresses are bound.",
    keys: &[
        Key::new("bind", Form::Boolean, "false leaves binding to somebody else.").default("true"),
        Key::new(
            "interface",
            Form::Text("an interface name of 1 to 15 characters"),
            "The interface that gets the addresses.",
        )
        .default("\"lo\""),
        Key::new(
            "label",
            Form::Text("1 to 15 characters without blanks"),
            "The label of the addresses, IPv4 only.",
        )
        .otherwise("none", "\"lo:web\""),
        Key::new(
            "on-down",
            Form::Word(&["keep", "remove"]),
            "What happens to the addresses while the service is not announced.",
        )
        .default("\"keep\""),
        Key::new(
            "scope",
            Form::Word(&["global", "host"]),
            "\"host\" keeps the kernel from using them as source addresses.",
        )
        .default("\"global\""),
    ],
};

static HEALTH: Table = Table {
    meaning: "How its checks become a verdict.",
    keys: &[
        Key::new(
            "rule",
            Form::Mixed("\"all\", \"any\" or { at-least = N }"),
            "How many checks must be healthy.",
        )
        .default("\"all\""),
        Key::new(
            "hold-up",
            Form::Duration(Duration::ZERO, DAY),
            "After a fall, it must be healthy for this long before it is announced again.",
        )
        .default("\"0s\""),
        Key::new(
            "unknown-for",
            Form::Duration(Duration::ZERO, HOUR),
            "How long the last verdict stands while a check can prove nothing; then it is down.",
        )
        .default("\"10s\""),
        Key::table("damping", &DAMPING),
    ],
};

static DAMPING: Table = Table {
    meaning: "Flap damping (RFC 2439): each fall adds 1000 to a penalty that decays, and while it is \
              too high the service is not announced again. Withdrawals are never delayed. There is \
              none without this table; an empty one has the defaults.",
    keys: &[
        Key::new(
            "half-life",
            Form::Duration(ms(100), DAY),
            "How long it takes the penalty to halve.",
        )
        .default("\"15s\""),
        Key::new("suppress", PENALTY, "Above this penalty it is not announced again.")
            .default("2000"),
        Key::new("reuse", PENALTY, "At this penalty it may be announced again.").default("750"),
        Key::new(
            "max",
            Form::Duration(ms(100), DAY),
            "The longest time it is kept back after its last fall; the penalty never grows beyond \
             `reuse * 2^(max / half-life)`.",
        )
        .default("\"60s\""),
    ],
};

const PENALTY: Form = Form::Integer(1, 1_000_000);
