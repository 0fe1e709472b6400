use herald::convert::{Conversion, Format};

use super::{Option, Sheet, convert};

pub(super) const SHEET: Sheet =
    Sheet { table: "ExaBGP configuration", golden: "exabgp", options: OPTIONS, convert: with };

/// A configuration with this line in that section.
fn with(section: &str, line: &str) -> Conversion {
    let at = |wanted: &str| if section == wanted { line } else { "" };
    let block = |name: &str| match at(name) {
        "" => String::new(),
        line => format!("{name} {{ {line} }}"),
    };
    let (family, capability, api) = (block("family"), block("capability"), block("api"));
    let neighbor = at("neighbor");
    let routes = match section {
        "route" => format!("static {{ route 203.0.113.8/30 {{ next-hop self; {line} }} }}"),
        "static" | "announce" => format!("{section} {{ {line} }}"),
        _ => "static { route 198.51.100.1/32 next-hop self; }".to_owned(),
    };
    let process = match section {
        "process" => format!("process own {{ {line} run /usr/local/bin/own; }}"),
        _ => String::new(),
    };
    let text = format!(
        "template {{ neighbor ours {{ description \"ours\"; }} {} }}\n\
         {}\n{process}\n\
         neighbor 192.0.2.1 {{\n router-id 192.0.2.10;\n local-address 192.0.2.10;\n \
         local-as 65010;\n peer-as 65000;\n {neighbor}\n {family} {capability} {api} {routes}\n}}\n",
        at("template"),
        at("")
    );
    convert(Format::Exabgp, "exabgp.conf", text)
}

const OTHER: &str = "neighbor 192.0.2.2 { local-as 65010; peer-as 65000; }";

/// Versions 3.4 to 5.
const OPTIONS: &[Option] = &[
    ("", "neighbor", OTHER),
    (
        "",
        "template",
        "template { neighbor theirs { hold-time 9; } } neighbor 192.0.2.2 { inherit theirs; local-as 65010; peer-as 65000; }",
    ),
    ("", "group", "group pair { local-as 65010; peer-as 65000; neighbor 192.0.2.2 { passive; } }"),
    ("", "process", "process watch { run python3 -m exabgp healthcheck --ip 198.51.100.9; }"),
    (
        "template",
        "neighbor",
        "neighbor theirs { hold-time 9; } } neighbor 192.0.2.2 { inherit [ ours theirs ]; local-as 65010; peer-as 65000;",
    ),
    ("neighbor", "neighbor", "} group { neighbor 192.0.2.2 { local-as 65010; peer-as 65000; }"),
    ("neighbor", "inherit", "inherit ours;"),
    ("neighbor", "description", "description \"hub, first instance\";"),
    ("neighbor", "peer-address", "peer-address 192.0.2.3;"),
    ("neighbor", "router-id", "router-id 192.0.2.11;"),
    ("neighbor", "local-address", "local-address 192.0.2.12;"),
    ("neighbor", "source-interface", "source-interface eth1;"),
    ("neighbor", "local-as", "local-as 65011;"),
    ("neighbor", "peer-as", "peer-as 65515;"),
    ("neighbor", "hold-time", "hold-time 9;"),
    ("neighbor", "passive", "passive true;"),
    ("neighbor", "listen", "listen 1790;"),
    ("neighbor", "connect", "connect 1790;"),
    ("neighbor", "outgoing-ttl", "outgoing-ttl 2;"),
    ("neighbor", "ttl-security", "ttl-security 254;"),
    ("neighbor", "incoming-ttl", "incoming-ttl 255;"),
    ("neighbor", "md5", "md5 \"s3cret word\";"),
    ("neighbor", "md5-password", "md5-password \"s3cret word\";"),
    ("neighbor", "md5-base64", "md5-base64 true;"),
    ("neighbor", "md5-ip", "md5-ip 192.0.2.10;"),
    ("neighbor", "tcp-ao", "tcp-ao 1;"),
    ("neighbor", "host-name", "host-name lb1;"),
    ("neighbor", "domain-name", "domain-name example.com;"),
    ("neighbor", "rate-limit", "rate-limit 10;"),
    ("neighbor", "group-updates", "group-updates false;"),
    ("neighbor", "auto-flush", "auto-flush true;"),
    ("neighbor", "adj-rib-in", "adj-rib-in true;"),
    ("neighbor", "adj-rib-out", "adj-rib-out true;"),
    ("neighbor", "manual-eor", "manual-eor false;"),
    ("neighbor", "family", "family { ipv4 unicast; ipv4 flow; }"),
    ("neighbor", "capability", "capability { asn4 enable; }"),
    (
        "neighbor",
        "api",
        "api { processes [ watch ]; } } process watch { run healthcheck --ip 198.51.100.9;",
    ),
    (
        "neighbor",
        "process",
        "process watch { run /usr/bin/python -m exabgp healthcheck --ip 198.51.100.9; }",
    ),
    ("neighbor", "static", "static { route 203.0.113.0/24 next-hop self; }"),
    ("neighbor", "announce", "announce { ipv4 { unicast 203.0.113.0/24 next-hop self; } }"),
    ("neighbor", "add-path", "add-path { ipv4 unicast; }"),
    ("neighbor", "nexthop", "nexthop { ipv4 unicast ipv6; }"),
    ("neighbor", "flow", "flow { route x { match { source 10.0.0.0/8; } } }"),
    ("neighbor", "l2vpn", "l2vpn { vpls site { endpoint 5; } }"),
    ("neighbor", "operational", "operational { asm afi ipv4 safi unicast; }"),
    ("family", "ipv4", "ipv4 unicast;"),
    ("family", "inet4", "inet4 unicast;"),
    ("family", "inet", "inet unicast;"),
    ("family", "ipv6", "ipv6 unicast; ipv4 unicast;"),
    ("family", "inet6", "inet6 flow; inet4 unicast;"),
    ("family", "all", "all;"),
    ("family", "minimal", "minimal;"),
    ("family", "l2vpn", "l2vpn vpls;"),
    ("family", "bgp-ls", "bgp-ls bgp-ls;"),
    ("family", "bgpls", "bgpls bgp-ls;"),
    ("capability", "asn4", "asn4 enable;"),
    ("capability", "route-refresh", "route-refresh;"),
    ("capability", "graceful-restart", "graceful-restart 120;"),
    ("capability", "add-path", "add-path send/receive;"),
    ("capability", "multi-session", "multi-session false;"),
    ("capability", "operational", "operational false;"),
    ("capability", "aigp", "aigp enable;"),
    ("capability", "extended-message", "extended-message enable;"),
    ("capability", "nexthop", "nexthop enable;"),
    ("capability", "software-version", "software-version enable;"),
    ("capability", "link-local-nexthop", "link-local-nexthop enable;"),
    (
        "api",
        "processes",
        "processes [ watch ]; } } process watch { run healthcheck --ip 198.51.100.9; } neighbor 192.0.2.2 { local-as 65010; peer-as 65000; api { fsm;",
    ),
    (
        "api",
        "processes-match",
        "processes-match [ \"^wat\" ]; } } process watch { run healthcheck --ip 198.51.100.9; } neighbor 192.0.2.2 { local-as 65010; peer-as 65000; api { fsm;",
    ),
    ("api", "neighbor-changes", "neighbor-changes;"),
    ("api", "negotiated", "negotiated;"),
    ("api", "fsm", "fsm;"),
    ("api", "signal", "signal;"),
    ("api", "send", "send { parsed; update; }"),
    ("api", "receive", "receive { parsed; update; }"),
    ("process", "run", "run python3 -m exabgp healthcheck --ip 198.51.100.9; } process other {"),
    ("process", "encoder", "encoder json;"),
    ("process", "respawn", "respawn false;"),
    ("process", "parse-routes", "parse-routes;"),
    ("process", "peer-updates", "peer-updates;"),
    ("process", "send", "send { update; }"),
    ("process", "receive", "receive { update; }"),
    ("static", "route", "route 203.0.113.0/24 next-hop 192.0.2.10 med 5;"),
    ("static", "attributes", "attributes next-hop self med 5 nlri 203.0.113.0/24 203.0.113.7/32;"),
    (
        "announce",
        "ipv4",
        "ipv4 { unicast 203.0.113.0/24 next-hop self; multicast 203.0.113.0/24 next-hop self; }",
    ),
    ("announce", "ipv6", "ipv6 { unicast 203.0.113.0/24 next-hop 192.0.2.20; }"),
    (
        "announce",
        "l2vpn",
        "l2vpn { vpls x endpoint 5; } ipv4 { unicast 203.0.113.0/24 next-hop self; }",
    ),
    ("route", "next-hop", "next-hop 192.0.2.20;"),
    ("route", "as-path", "as-path [ 65010 65010 65010 ];"),
    ("route", "med", "med 50;"),
    ("route", "community", "community [ 65010:1, 0xFFFFFF01 no-advertise ];"),
    ("route", "large-community", "large-community [ 65010:1:2 ];"),
    ("route", "name", "name dns;"),
    ("route", "split", "split /31;"),
    ("route", "withdraw", "withdraw;"),
    ("route", "watchdog", "watchdog dog;"),
    ("route", "local-preference", "local-preference 200;"),
    ("route", "extended-community", "extended-community [ target:65010:1 ];"),
    ("route", "origin", "origin igp;"),
    ("route", "atomic-aggregate", "atomic-aggregate;"),
    ("route", "aggregator", "aggregator ( 65010:192.0.2.10 );"),
    ("route", "originator-id", "originator-id 192.0.2.10;"),
    ("route", "cluster-list", "cluster-list [ 192.0.2.10 ];"),
    ("route", "aigp", "aigp 10;"),
    ("route", "attribute", "attribute [ 0x19 0xc0 0x00 ];"),
    ("route", "path-information", "path-information 1;"),
    ("route", "label", "label 100;"),
    ("route", "rd", "rd 65010:1;"),
    ("route", "route-distinguisher", "route-distinguisher 65010:1;"),
    ("route", "bgp-prefix-sid", "bgp-prefix-sid [ 1 ];"),
    ("route", "bgp-prefix-sid-srv6", "bgp-prefix-sid-srv6 ( l3-service fc00:: );"),
];
