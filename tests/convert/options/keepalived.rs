use herald::convert::{Conversion, Format, Request};

use super::{Option, Sheet};
use crate::{converted, written};

pub(super) const SHEET: Sheet =
    Sheet { table: "keepalived", golden: "keepalived", options: OPTIONS, convert: with };

/// A configuration with this line in that section.
fn with(section: &str, line: &str) -> Conversion {
    let at = |wanted: &str| if section == wanted { line } else { "" };
    // A process that nobody tracks does nothing, and is named.
    let tracked = match section {
        "track_process" => "track_process {\n proxy\n }",
        _ => "",
    };
    let text = format!(
        "{}\nvrrp_script check {{\n script /usr/bin/check\n {}\n}}\n\
         track_process proxy {{\n process nginx\n {}\n}}\n\
         vrrp_instance web {{\n virtual_ipaddress {{\n 198.51.100.1 {}\n }}\n \
         track_script {{\n check\n }}\n {tracked}\n {}\n}}\n",
        at(""),
        at("vrrp_script"),
        at("track_process"),
        at("address"),
        at("vrrp_instance")
    );
    let request = Request {
        files: vec![written("keepalived.conf", text)],
        local_as: Some(65010),
        router_id: Some("192.0.2.10".parse().expect("an address")),
        neighbors: vec![("192.0.2.1".parse().expect("an address"), 65000)],
        ..Request::default()
    };
    converted(Format::Keepalived, request)
}

/// Version 2.
const OPTIONS: &[Option] = &[
    ("", "vrrp_script", "vrrp_script own { script \"/usr/bin/pgrep -x nginx\" }"),
    ("", "vrrp_instance", "vrrp_instance second {\n virtual_ipaddress {\n 198.51.100.2\n }\n }"),
    ("", "vrrp_track_process", "vrrp_track_process own {\n process haproxy\n }"),
    ("", "track_process", "track_process own {\n process haproxy\n }"),
    ("", "include", "include /etc/keepalived/conf.d/*.conf"),
    ("", "global_defs", "global_defs own {\n }"),
    ("", "vrrp_sync_group", "vrrp_sync_group both {\n group {\n web\n }\n }"),
    ("", "virtual_server", "virtual_server own {\n }"),
    ("", "virtual_server_group", "virtual_server_group own {\n }"),
    ("", "static_ipaddress", "static_ipaddress {\n 192.0.2.7 dev eth0\n }"),
    ("", "static_routes", "static_routes own {\n }"),
    ("", "static_rules", "static_rules own {\n }"),
    ("", "bfd_instance", "bfd_instance own {\n }"),
    ("", "vrrp_track_file", "vrrp_track_file own {\n }"),
    ("", "track_file", "track_file own {\n }"),
    ("vrrp_script", "script", "script \"/usr/bin/check -w 5\""),
    ("vrrp_script", "interval", "interval 0.5"),
    ("vrrp_script", "timeout", "timeout 3"),
    ("vrrp_script", "rise", "rise 2"),
    ("vrrp_script", "fall", "fall 3"),
    ("vrrp_script", "weight", "weight -20"),
    ("vrrp_script", "user", "user nobody"),
    ("vrrp_script", "init_fail", "init_fail"),
    ("track_process", "process", "process /usr/sbin/haproxy"),
    ("track_process", "weight", "weight 10"),
    ("track_process", "quorum", "quorum 2"),
    ("track_process", "quorum_max", "quorum_max 5"),
    ("track_process", "delay", "delay 5"),
    ("track_process", "terminate_delay", "terminate_delay 5"),
    ("track_process", "fork_delay", "fork_delay 5"),
    ("track_process", "full_command", "full_command"),
    ("track_process", "param_match", "param_match initial"),
    ("vrrp_instance", "state", "state MASTER"),
    ("vrrp_instance", "priority", "priority 150"),
    (
        "vrrp_instance",
        "virtual_ipaddress",
        "virtual_ipaddress {\n 198.51.100.3/24 brd + dev eth0\n }",
    ),
    (
        "vrrp_instance",
        "virtual_ipaddress_excluded",
        "virtual_ipaddress_excluded {\n 198.51.100.4\n }",
    ),
    ("vrrp_instance", "track_script", "track_script {\n check weight 5\n }"),
    ("vrrp_instance", "track_process", "track_process {\n proxy\n }"),
    ("vrrp_instance", "notify_master", "notify_master \"/etc/keepalived/master.sh now\""),
    ("vrrp_instance", "notify_backup", "notify_backup /etc/keepalived/backup.sh"),
    ("vrrp_instance", "notify_fault", "notify_fault /etc/keepalived/fault.sh"),
    ("vrrp_instance", "notify_stop", "notify_stop /etc/keepalived/stop.sh"),
    ("vrrp_instance", "notify", "notify notify.sh"),
    ("vrrp_instance", "interface", "interface eth0"),
    ("vrrp_instance", "virtual_router_id", "virtual_router_id 51"),
    ("vrrp_instance", "advert_int", "advert_int 1"),
    ("vrrp_instance", "authentication", "authentication {\n auth_type PASS\n auth_pass s3cret\n }"),
    ("vrrp_instance", "version", "version 3"),
    ("vrrp_instance", "unicast_peer", "unicast_peer {\n 192.0.2.11\n }"),
    ("vrrp_instance", "unicast_src_ip", "unicast_src_ip 192.0.2.10"),
    ("vrrp_instance", "mcast_src_ip", "mcast_src_ip 192.0.2.10"),
    ("vrrp_instance", "use_vmac", "use_vmac"),
    ("vrrp_instance", "vmac_xmit_base", "vmac_xmit_base"),
    ("vrrp_instance", "native_ipv6", "native_ipv6"),
    ("vrrp_instance", "accept", "accept"),
    ("vrrp_instance", "no_accept", "no_accept"),
    ("vrrp_instance", "dont_track_primary", "dont_track_primary"),
    ("vrrp_instance", "track_interface", "track_interface {\n eth0\n }"),
    ("vrrp_instance", "track_bfd", "track_bfd {\n one\n }"),
    ("vrrp_instance", "track_file", "track_file {\n one\n }"),
    ("vrrp_instance", "virtual_routes", "virtual_routes {\n one\n }"),
    ("vrrp_instance", "virtual_rules", "virtual_rules {\n one\n }"),
    ("vrrp_instance", "nopreempt", "nopreempt"),
    ("vrrp_instance", "preempt", "preempt"),
    ("vrrp_instance", "preempt_delay", "preempt_delay 30"),
    ("vrrp_instance", "garp_master_delay", "garp_master_delay 5"),
    ("vrrp_instance", "garp_master_repeat", "garp_master_repeat 5"),
    ("vrrp_instance", "garp_master_refresh", "garp_master_refresh 5"),
    ("vrrp_instance", "garp_master_refresh_repeat", "garp_master_refresh_repeat 5"),
    ("vrrp_instance", "garp_lower_prio_repeat", "garp_lower_prio_repeat 5"),
    ("vrrp_instance", "lvs_sync_daemon_interface", "lvs_sync_daemon_interface 5"),
    ("vrrp_instance", "smtp_alert", "smtp_alert true"),
    ("vrrp_instance", "debug", "debug"),
    ("address", "dev", "dev eth0"),
    ("address", "brd", "brd +"),
    ("address", "scope", "scope global"),
    ("address", "label", "label eth0:web"),
    ("address", "home", "home"),
    ("address", "nodad", "nodad"),
];
