use herald::convert::{Conversion, Format, Request};

use super::{Option, Sheet};
use crate::{converted, written};

pub(super) const SHEET: Sheet =
    Sheet { table: "BIRD", golden: "bird", options: OPTIONS, convert: with };

/// A configuration with this line in that section, beside one of anycast_healthchecker.
fn with(section: &str, line: &str) -> Conversion {
    let at = |wanted: &str| if section == wanted { line } else { "" };
    let bird = format!(
        "{}\nrouter id 192.0.2.10;\nprotocol bgp hub {{\n local as 65010;\n \
         neighbor 192.0.2.1 as 65000;\n {}\n}}\n",
        at(""),
        at("bgp")
    );
    let service = "[web]\ncheck_cmd = /usr/bin/check\ncheck_disabled = false\n\
                   ip_prefix = 198.51.100.1/32\n";
    let request = Request {
        files: vec![written("anycast.conf", service)],
        bird: vec![written("bird.conf", bird)],
        ..Request::default()
    };
    converted(Format::AnycastHealthchecker, request)
}

/// Versions 1.6 and 2.
const OPTIONS: &[Option] = &[
    ("", "router", "router id 192.0.2.9;"),
    ("", "protocol", "protocol kernel { persist; }"),
    (
        "",
        "template",
        "template bgp hubs { hold time 9; } protocol bgp two from hubs { local as 65010; neighbor 192.0.2.2 as 65000; }",
    ),
    ("", "define", "define US = 65010; protocol bgp { local as US; neighbor 192.0.2.2 as 65000; }"),
    ("", "log", "log syslog all;"),
    ("", "debug", "debug protocols all;"),
    ("", "include", "include \"/etc/bird/prefixes.conf\";"),
    ("", "filter", "filter out { if net ~ [ 198.51.100.0/24{32,32} ] then accept; reject; }"),
    ("", "function", "function ours() { return true; }"),
    ("", "table", "table master;"),
    ("", "ipv4", "ipv4 table own;"),
    ("", "ipv6", "ipv6 table own6;"),
    ("", "listen", "listen bgp port 1790;"),
    ("", "watchdog", "watchdog warning 1 s;"),
    ("", "timeformat", "timeformat protocol iso long;"),
    ("", "graceful", "graceful restart wait 60;"),
    ("bgp", "local", "local 192.0.2.10 as 65011;"),
    ("bgp", "neighbor", "neighbor 192.0.2.3 port 1790 as 65001;"),
    ("bgp", "description", "description \"the hub\";"),
    ("bgp", "source", "source address 192.0.2.10;"),
    ("bgp", "interface", "interface \"eth1\";"),
    ("bgp", "multihop", "multihop 2;"),
    ("bgp", "direct", "multihop; direct; hold time 9;"),
    ("bgp", "hold", "hold time 9;"),
    ("bgp", "keepalive", "keepalive time 3;"),
    ("bgp", "connect", "connect retry time 10;"),
    ("bgp", "password", "password \"s3cret word\";"),
    ("bgp", "passive", "passive on;"),
    ("bgp", "disabled", "disabled;"),
    ("bgp", "ttl", "ttl security on;"),
    ("bgp", "bfd", "bfd on;"),
    ("bgp", "default", "default bgp_med 50;"),
    ("bgp", "export", "export filter out;"),
    ("bgp", "import", "import none;"),
    ("bgp", "ipv4", "ipv4 { import none; export where net ~ PREFIXES; };"),
    ("bgp", "ipv6", "ipv6 { import none; export all; };"),
    ("bgp", "next", "next hop self;"),
    ("bgp", "graceful", "graceful restart on;"),
    ("bgp", "long", "long lived graceful restart on;"),
    ("bgp", "enable", "enable route refresh on;"),
    ("bgp", "debug", "debug all;"),
    ("bgp", "startup", "startup hold time 5;"),
    ("bgp", "error", "error wait time 5, 30;"),
    ("bgp", "route", "route limit 10;"),
    ("bgp", "rr", "rr client;"),
    ("bgp", "allow", "allow local as;"),
    ("bgp", "path", "path metric on;"),
    ("bgp", "gateway", "gateway direct;"),
    ("bgp", "igp", "igp table master;"),
    ("bgp", "preference", "preference 110;"),
    ("bgp", "receive", "receive limit 10;"),
    ("bgp", "missing", "missing lladdr self;"),
    ("bgp", "table", "table master;"),
    ("bgp", "check", "check link on;"),
    ("bgp", "strict", "strict bind on;"),
    ("bgp", "confederation", "confederation 65000;"),
    ("bgp", "advertise", "advertise ipv4 on;"),
    ("bgp", "capabilities", "capabilities on;"),
    ("bgp", "interpret", "interpret communities off;"),
    ("bgp", "med", "med metric on;"),
    ("bgp", "prefer", "prefer older on;"),
    ("bgp", "dynamic", "dynamic name \"hub\";"),
];
