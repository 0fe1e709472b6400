use herald::convert::{Conversion, Format, Request};

use super::{Option, Sheet};
use crate::{converted, written};

pub(super) const SHEET: Sheet =
    Sheet { table: "anycast_healthchecker", golden: "anycast", options: OPTIONS, convert: with };

/// A configuration with these lines in that section; what they set comes in place of what is set.
fn with(section: &str, lines: &str) -> Conversion {
    let at = |wanted: &str| if section == wanted { lines } else { "" };
    let text = format!(
        "[DEFAULT]\ninterface = lo\n\n[daemon]\n{}\n\n[web.example.com]\n\
         check_cmd = /usr/bin/check\ncheck_disabled = false\nip_prefix = 198.51.100.1/32\n{}\n",
        at("daemon"),
        at("service")
    );
    let neighbor = ("192.0.2.1".parse().expect("an address"), 65000);
    let request = Request {
        files: vec![written("anycast.conf", text)],
        local_as: Some(65010),
        router_id: Some("192.0.2.10".parse().expect("an address")),
        neighbors: vec![neighbor],
        ..Request::default()
    };
    converted(Format::AnycastHealthchecker, request)
}

/// Version 0.9.
const OPTIONS: &[Option] = &[
    ("daemon", "pidfile", "pidfile = /run/anycast.pid"),
    ("daemon", "ipv4", "ipv4 = true"),
    ("daemon", "ipv6", "ipv6 = false"),
    ("daemon", "bird_conf", "bird_conf = /var/lib/anycast/prefixes.conf"),
    ("daemon", "bird6_conf", "bird6_conf = /var/lib/anycast/6/prefixes.conf"),
    ("daemon", "bird_variable", "bird_variable = ACAST_PS_ADVERTISE"),
    ("daemon", "bird6_variable", "bird6_variable = ACAST6_PS_ADVERTISE"),
    ("daemon", "bird_reconfigure_cmd", "bird_reconfigure_cmd = sudo /usr/sbin/birdc configure"),
    ("daemon", "bird6_reconfigure_cmd", "bird6_reconfigure_cmd = sudo /usr/sbin/birdc6 configure"),
    ("daemon", "dummy_ip_prefix", "dummy_ip_prefix = 10.189.200.255/32"),
    ("daemon", "dummy_ip6_prefix", "dummy_ip6_prefix = 2001:db8::1/128"),
    ("daemon", "bird_keep_changes", "bird_keep_changes = true"),
    ("daemon", "bird6_keep_changes", "bird6_keep_changes = true"),
    ("daemon", "bird_changes_counter", "bird_changes_counter = 16"),
    ("daemon", "bird6_changes_counter", "bird6_changes_counter = 16"),
    ("daemon", "purge_ip_prefixes", "purge_ip_prefixes = true"),
    ("daemon", "loglevel", "loglevel = info"),
    ("daemon", "log_file", "log_file = /var/log/anycast.log"),
    ("daemon", "log_maxbytes", "log_maxbytes = 1000"),
    ("daemon", "log_backups", "log_backups = 2"),
    ("daemon", "log_server", "log_server = 192.0.2.50"),
    ("daemon", "log_server_port", "log_server_port = 514"),
    ("daemon", "stderr_file", "stderr_file = /var/log/anycast.err"),
    ("daemon", "stderr_log_server", "stderr_log_server = true"),
    ("daemon", "json_stdout", "json_stdout = true"),
    ("daemon", "json_log_file", "json_log_file = true"),
    ("daemon", "json_log_server", "json_log_server = true"),
    ("daemon", "log_format_journalctl", "log_format_journalctl = true"),
    ("daemon", "prometheus_exporter", "prometheus_exporter = true"),
    (
        "daemon",
        "prometheus_collector_textfile_dir",
        "prometheus_collector_textfile_dir = /var/cache",
    ),
    ("daemon", "prometheus_exporter_interval", "prometheus_exporter_interval = 20"),
    ("daemon", "splay_startup", "splay_startup = 1.5"),
    ("service", "check_cmd", "check_cmd = curl --fail -H 'Host: web' http://127.0.0.1/"),
    ("service", "check_interval", "check_interval = 0.5"),
    ("service", "check_timeout", "check_timeout = 1.5"),
    ("service", "check_rise", "check_rise = 1"),
    ("service", "check_fail", "check_fail = 4"),
    ("service", "check_disabled", "check_disabled = true"),
    ("service", "on_disabled", "check_disabled = true\non_disabled = advertise"),
    ("service", "ip_prefix", "ip_prefix = 203.0.113.0/24"),
    ("service", "ip_check_disabled", "ip_check_disabled = true"),
    ("service", "interface", "interface = dummy0"),
    ("service", "custom_bird_reconfigure_cmd", "custom_bird_reconfigure_cmd = /usr/local/bin/tell"),
    (
        "service",
        "custom_bird_reconfigure_cmd_timeout",
        "custom_bird_reconfigure_cmd = /usr/local/bin/tell\ncustom_bird_reconfigure_cmd_timeout = 5",
    ),
];
