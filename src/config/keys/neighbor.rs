use super::agent::{
    CONNECT_RETRY, GRACEFUL_RESTART, HOLD_TIME, KEEPALIVE, SEND_HOLD_TIME, SHUTDOWN_MESSAGE,
};
use super::{AS_NUMBER, COMMUNITIES, Form, Key, LARGE_COMMUNITIES, MED, PREPEND, Table};

const NEXT_HOP_OF_SESSION: &str = "the session's local address";

pub(super) static NEIGHBOR: Table = Table {
    meaning: "A BGP neighbour: a route server, a router.",
    keys: &[
        Key::new("address", Form::Text("an IPv4 or IPv6 address"), "Its address.")
            .required("\"192.0.2.1\"")
            .resets(),
        Key::new("port", Form::Integer(1, 65535), "The TCP port we dial.").default("179").resets(),
        Key::new("peer-as", AS_NUMBER, "Its AS number.").required("65515").resets(),
        Key::new(
            "profile",
            Form::Word(&PROFILES),
            "What kind of speaker it is; sets defaults and checks what that kind cannot do.",
        )
        .otherwise("nothing is assumed", "\"frr\"")
        .resets_if("hold-time or multihop come from it"),
        Key::new("description", Form::Text("a line of text"), "Free text, shown in status.")
            .otherwise("none", "\"route server of the hub\""),
        Key::new(
            "shutdown",
            Form::Boolean,
            "Configured but held down: neither dialled nor accepted.",
        )
        .default("false")
        .resets(),
        Key::new("local-as", AS_NUMBER, "Our AS number towards this neighbour.")
            .otherwise("[bgp] local-as", "65010")
            .resets(),
        Key::new(
            "local-address",
            Form::Text("an IPv4 or IPv6 address"),
            "The address of this machine that the session uses; tells neighbours at one address apart.",
        )
        .otherwise("what the kernel chooses", "\"192.0.2.10\"")
        .resets(),
        Key::new(
            "local-interface",
            Form::Text("an interface name of 1 to 15 characters"),
            "The device or VRF that the session is bound to; a link-local address needs it. For connections that come in by a VRF, Linux wants sysctl net.ipv4.tcp_l3mdev_accept=1.",
        )
        .otherwise("none", "\"eth0\"")
        .resets(),
        Key::new(
            "multihop",
            Form::Integer(1, 255),
            "TTL of the packets we send; 1 reaches a directly connected neighbour only.",
        )
        .otherwise("1, or what the profile says", "255")
        .resets(),
        Key::new(
            "ttl-security",
            Form::Integer(1, 254),
            "Packets from further away than this many hops are dropped (RFC 5082); excludes multihop.",
        )
        .otherwise("off", "1")
        .resets(),
        Key::new(
            "password-file",
            Form::Text("an absolute path"),
            "A file whose first line, of at most 80 octets, signs the TCP segments of the session (RFC 2385).",
        )
        .otherwise("not signed", "\"/etc/herald/rs-0.password\""),
        Key::new(
            "tcp-ao",
            Form::Inline(&TCP_AO),
            "Signs the TCP segments with the authentication option (RFC 5925) instead; needs a Linux that has it (CONFIG_TCP_AO). Excludes password-file.",
        )
        .otherwise("not signed", "{ key-file = \"/etc/herald/ao.key\", send-id = 1, recv-id = 1 }")
        .resets(),
        Key::new("passive", Form::Boolean, "Never dial, wait for the neighbour to connect.")
            .default("false")
            .resets(),
        HOLD_TIME.otherwise("[bgp] hold-time, or what the profile says", "\"90s\""),
        KEEPALIVE.otherwise("[bgp] keepalive", "\"30s\""),
        CONNECT_RETRY.otherwise("[bgp] connect-retry", "\"5s\""),
        SEND_HOLD_TIME.otherwise("[bgp] send-hold-time", "\"8m\""),
        SHUTDOWN_MESSAGE.otherwise("[bgp] shutdown-message", "\"back at noon\""),
        GRACEFUL_RESTART.otherwise("[bgp] graceful-restart", "\"120s\""),
        Key::new(
            "families",
            Form::List("\"ipv4-unicast\" or \"ipv6-unicast\""),
            "The address families offered to the neighbour.",
        )
        .otherwise("those of the services announced to it", "[\"ipv4-unicast\"]")
        .resets(),
        Key::new(
            "next-hop",
            Form::Text("an IPv4 address"),
            "Next hop of IPv4 routes, for example an internal load balancer.",
        )
        .otherwise(NEXT_HOP_OF_SESSION, "\"192.0.2.20\"")
        .resets_if("it comes or goes in a session over IPv6 (RFC 8950)"),
        Key::new(
            "next-hop-ipv6",
            Form::Text("an IPv6 address"),
            "Next hop of IPv6 routes; a session between link-local addresses needs one that this machine has on the link.",
        )
            .otherwise(NEXT_HOP_OF_SESSION, "\"2001:db8::20\""),
        PREPEND.says("Extra copies of local-as, in addition to the region's."),
        MED.says("MULTI_EXIT_DISC, in place of the region's.").otherwise("the region's", "100"),
        COMMUNITIES.says("Communities (RFC 1997), in addition to the region's."),
        LARGE_COMMUNITIES.says("Large communities (RFC 8092), in addition to the region's."),
        Key::new(
            "max-received",
            Form::Integer(0, 10_000_000),
            "How many of its routes are kept to be shown; the excess is only counted.",
        )
        .default("10000"),
        Key::new(
            "enforce-first-as",
            Form::Boolean,
            "Its routes are ignored unless their AS path begins with peer-as (RFC 4271 §6.3).",
        )
        .otherwise("true, but false with role = \"route-server-client\" (RFC 7947)", "true")
        .resets(),
        Key::new(
            "role",
            Form::Word(&ROLES),
            "Our role towards the neighbour (RFC 9234); its own, where it announces one, must fit.",
        )
        .otherwise("none is offered", "\"customer\"")
        .resets(),
        Key::table("bfd", &BFD),
    ],
};

/// RFC 5880 §6.8.1 lets an interval be anything from 1 µs to 71 minutes. Below 10 ms a busy machine
/// calls its neighbours dead; above a minute the hold timer is faster.
const INTERVAL: Form = Form::Duration(super::ms(10), super::seconds(60));

static BFD: Table = Table {
    meaning: "BFD (RFC 5880) ends the session soon after the neighbour or the path has fallen silent. \
              There is none without this table; an empty one has the defaults. The session does \
              not wait for BFD to come up.",
    keys: &[
        Key::new(
            "multihop",
            Form::Boolean,
            "Across routers (RFC 5883, port 4784), or on one link (RFC 5881, port 3784, TTL 255).",
        )
        .otherwise("true if the neighbour's multihop or ttl-security is above 1", "true")
        .resets(),
        Key::new("min-tx", INTERVAL, "The least time between our packets.")
            .default("\"300ms\"")
            .resets(),
        Key::new("min-rx", INTERVAL, "The least time between packets that we ask for.")
            .default("\"300ms\"")
            .resets(),
        Key::new(
            "multiplier",
            Form::Integer(1, 255),
            "So many of our packets missing in a row mean to the neighbour that we are gone.",
        )
        .default("3")
        .resets(),
    ],
};

static TCP_AO: Table = Table {
    meaning: "",
    keys: &[
        Key::new(
            "key-file",
            Form::Text("an absolute path"),
            "the file whose first line, of at most 80 octets, is the master key",
        )
        .required("\"/etc/herald/ao.key\"")
        .resets(),
        Key::new("send-id", KEY_ID, "KeyID of what we send, the neighbour's recv-id")
            .required("1")
            .resets(),
        Key::new("recv-id", KEY_ID, "KeyID of what the neighbour sends").required("1").resets(),
        Key::new("algorithm", Form::Word(&ALGORITHMS), "how a segment is signed (RFC 5926)")
            .default("\"hmac-sha-1\"")
            .resets(),
    ],
};

const KEY_ID: Form = Form::Integer(0, 255);
const ALGORITHMS: [&str; 2] = ["hmac-sha-1", "aes-128-cmac"];
const ROLES: [&str; 5] = ["provider", "route-server", "route-server-client", "customer", "peer"];
const PROFILES: [&str; 6] =
    ["azure-route-server", "virtual-wan", "aws-route-server", "frr", "bird", "gobgp"];
