use herald::convert::{Conversion, Format};

use super::{Option, Sheet, convert};

pub(super) const SHEET: Sheet =
    Sheet { table: "ExaBGP healthcheck", golden: "healthcheck", options: OPTIONS, convert: with };

/// A healthcheck with this on its command line.
fn with(_: &str, line: &str) -> Conversion {
    let quoted = line.replace('\'', "\"");
    let text = format!(
        "neighbor 192.0.2.1 {{ router-id 192.0.2.10; local-address 192.0.2.10; local-as 65010; \
         peer-as 65000; api {{ processes [ web ]; }} }}\n\
         neighbor 192.0.2.2 {{ router-id 192.0.2.10; local-address 192.0.2.10; local-as 65010; \
         peer-as 65000; api {{ processes [ web ]; }} }}\n\
         process web {{ run python3 -m exabgp healthcheck --ip 198.51.100.1 {quoted}; }}\n"
    );
    let files = vec![
        super::written("exabgp.conf", text),
        super::written("web.opts", "command = /usr/bin/check\n"),
    ];
    let request = herald::convert::Request { files, ..Default::default() };
    match line.contains("web.opts") {
        true => super::converted(Format::Exabgp, request),
        false => convert(Format::Exabgp, "exabgp.conf", request.files[0].text.clone()),
    }
}

/// Version 6, which has all that the versions before it have.
const OPTIONS: &[Option] = &[
    ("", "help", "--help"),
    ("", "silent", "--silent"),
    ("", "syslog-facility", "-sF local3"),
    ("", "no-syslog", "--no-syslog"),
    ("", "debug", "-d"),
    ("", "no-ack", "-a"),
    ("", "sudo", "--sudo"),
    ("", "name", "-n shop"),
    ("", "config", "-F /etc/exabgp/web.opts"),
    ("", "pid", "-p /run/web.pid"),
    ("", "user", "--user nobody"),
    ("", "group", "--group nogroup"),
    ("", "interval", "-c /usr/bin/check -i 0.5"),
    ("", "fast-interval", "-c /usr/bin/check -f 0.1"),
    ("", "timeout", "-c /usr/bin/check -t 0"),
    ("", "rise", "-c /usr/bin/check --rise 1"),
    ("", "fall", "-c /usr/bin/check --fall=5"),
    ("", "disable", "--disable /run/web.off"),
    ("", "command", "--cmd 'curl -sf http://127.0.0.1/ | grep -q ${WORD}'"),
    ("", "next-hop", "-N 192.0.2.20"),
    ("", "ip", "--ip 198.51.100.0/24 --increase 0"),
    ("", "ip-ifname", "--ip-ifname 198.51.100.1%dummy0"),
    ("", "local-preference", "--local-preference 200"),
    ("", "deaggregate-networks", "--ip 203.0.113.8/30 --increase 0 --deaggregate-networks"),
    ("", "no-ip-setup", "--no-ip-setup"),
    ("", "dynamic-ip-setup", "--dynamic-ip-setup"),
    ("", "label", "--label web"),
    ("", "label-exact-match", "--label web --label-exact-match"),
    ("", "start-ip", "--ip 198.51.100.2 --start-ip 1"),
    ("", "up-metric", "--up-metric 10"),
    ("", "down-metric", "--down-metric 2000"),
    ("", "disabled-metric", "--disabled-metric 700"),
    ("", "increase", "--ip 198.51.100.2 --increase 10"),
    ("", "community", "--community '65010:100 no-export'"),
    ("", "extended-community", "--extended-community target:65010:1"),
    ("", "large-community", "--large-community 65010:1:2"),
    ("", "disabled-community", "--community 65010:1 --disabled-community 65010:666"),
    ("", "as-path", "--as-path '65010 65010'"),
    ("", "up-as-path", "--up-as-path '65010 65010 65010'"),
    ("", "down-as-path", "--down-as-path '65010 64999'"),
    ("", "disabled-as-path", "--disabled-as-path '65010 65010 65010 65010 65010'"),
    ("", "withdraw-on-down", "--withdraw-on-down"),
    ("", "path-id", "--path-id 1"),
    ("", "neighbor", "--neighbor 192.0.2.2"),
    ("", "debounce", "--debounce"),
    ("", "execute", "--execute 'logger $STATE'"),
    ("", "up-execute", "--up-execute /usr/local/bin/up"),
    ("", "down-execute", "--down-execute /usr/local/bin/down"),
    ("", "disabled-execute", "--disabled-execute /usr/local/bin/disabled"),
];
