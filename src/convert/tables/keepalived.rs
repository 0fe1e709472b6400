use super::{Table, carried, dropped, remark};

/// keepalived 2, as far as it moves addresses by scripts.
pub(crate) static KEEPALIVED: Table = Table {
    name: "keepalived",
    rows: &[
        carried("", "vrrp_script", "`[service.X.check.NAME]`"),
        carried("", "vrrp_instance", "`[service.NAME]`"),
        carried("", "vrrp_track_process", "a check `process`"),
        carried("", "track_process", "a check `process`"),
        dropped("", "include", "not followed: give the file as a further FILE"),
        dropped("", "global_defs", "its mails, names and limits belong to keepalived"),
        dropped(
            "",
            "vrrp_sync_group",
            "each service stands for itself; put addresses that belong together into one",
        ),
        dropped("", "virtual_server", BALANCER),
        dropped("", "virtual_server_group", BALANCER),
        dropped("", "static_ipaddress", STATIC),
        dropped("", "static_routes", STATIC),
        dropped("", "static_rules", STATIC),
        dropped("", "bfd_instance", "`[neighbor.NAME.bfd]` watches a neighbour"),
        dropped(
            "",
            "vrrp_track_file",
            "a check `file` looks whether the file exists, not at its number",
        ),
        dropped(
            "",
            "track_file",
            "a check `file` looks whether the file exists, not at its number",
        ),
        // vrrp_script
        carried(
            "vrrp_script",
            "script",
            "a check `exec`, or `process` where it only looks for one",
        ),
        carried("vrrp_script", "interval", "check `interval`, 1 s when left out"),
        carried("vrrp_script", "timeout", "check `timeout`, `interval` when left out"),
        carried("vrrp_script", "rise", "check `rise`, 1 when left out"),
        carried("vrrp_script", "fall", "check `fall`, 1 when left out"),
        remark("vrrp_script", "weight", "the check", WEIGHT),
        dropped("vrrp_script", "user", "checks run as the user of herald's unit"),
        dropped("vrrp_script", "init_fail", "nothing is announced before the first verdict"),
        // vrrp_track_process
        carried("track_process", "process", "check `process`"),
        remark("track_process", "weight", "the check", WEIGHT),
        dropped("track_process", "quorum", "one process of the name is enough"),
        dropped("track_process", "quorum_max", "one process of the name is enough"),
        dropped("track_process", "delay", "the end of a process counts at once"),
        dropped("track_process", "terminate_delay", "the end of a process counts at once"),
        dropped("track_process", "fork_delay", "a new process counts at the next look"),
        dropped("track_process", "full_command", "the process is known by its name alone"),
        dropped("track_process", "param_match", "the process is known by its name alone"),
        // vrrp_instance
        remark("vrrp_instance", "state", "a comment of the service", PREFERENCE),
        carried("vrrp_instance", "priority", "a comment of the service"),
        carried("vrrp_instance", "virtual_ipaddress", "`addresses`, each on its own: /32 or /128"),
        carried("vrrp_instance", "virtual_ipaddress_excluded", "`addresses`"),
        carried("vrrp_instance", "track_script", "which checks the service has"),
        carried("vrrp_instance", "track_process", "which checks the service has"),
        remark("vrrp_instance", "notify_master", "a hook for `up`", HOOK),
        remark("vrrp_instance", "notify_backup", "a hook for `standby`", HOOK),
        remark("vrrp_instance", "notify_fault", "a hook for `down`", HOOK),
        remark("vrrp_instance", "notify_stop", "a hook for `drained`", HOOK),
        remark(
            "vrrp_instance",
            "notify",
            "a hook for `up`, `standby` and `down` each, with the arguments that keepalived gives",
            HOOK,
        ),
        dropped(
            "vrrp_instance",
            "interface",
            "addresses go to the loopback, where routes lead to them: two machines that answer for \
             them on one link would be in each other's way",
        ),
        dropped("vrrp_instance", "virtual_router_id", VRRP),
        dropped(
            "vrrp_instance",
            "advert_int",
            "a neighbour notices the end by BGP's hold time, or by BFD",
        ),
        dropped(
            "vrrp_instance",
            "authentication",
            "sessions are signed by `password-file` or `tcp-ao`",
        ),
        dropped("vrrp_instance", "version", VRRP),
        dropped("vrrp_instance", "unicast_peer", VRRP),
        dropped("vrrp_instance", "unicast_src_ip", VRRP),
        dropped("vrrp_instance", "mcast_src_ip", VRRP),
        dropped("vrrp_instance", "use_vmac", VRRP),
        dropped("vrrp_instance", "vmac_xmit_base", VRRP),
        dropped("vrrp_instance", "native_ipv6", VRRP),
        dropped("vrrp_instance", "accept", "an address on the loopback accepts what is sent to it"),
        dropped(
            "vrrp_instance",
            "no_accept",
            "an address on the loopback accepts what is sent to it",
        ),
        dropped("vrrp_instance", "dont_track_primary", "the session tells whether the link works"),
        dropped("vrrp_instance", "track_interface", "the session tells whether the link works"),
        dropped("vrrp_instance", "track_bfd", "`[neighbor.NAME.bfd]` watches a neighbour"),
        dropped(
            "vrrp_instance",
            "track_file",
            "a check `file` looks whether the file exists, not at its number",
        ),
        dropped("vrrp_instance", "virtual_routes", STATIC),
        dropped("vrrp_instance", "virtual_rules", STATIC),
        dropped(
            "vrrp_instance",
            "nopreempt",
            "`[service.X.health] hold-up` keeps a service back after a fall",
        ),
        dropped("vrrp_instance", "preempt", "the better route is taken as soon as it is announced"),
        dropped(
            "vrrp_instance",
            "preempt_delay",
            "`[service.X.health] hold-up` keeps a service back after a fall",
        ),
        dropped("vrrp_instance", "garp_master_delay", ARP),
        dropped("vrrp_instance", "garp_master_repeat", ARP),
        dropped("vrrp_instance", "garp_master_refresh", ARP),
        dropped("vrrp_instance", "garp_master_refresh_repeat", ARP),
        dropped("vrrp_instance", "garp_lower_prio_repeat", ARP),
        dropped("vrrp_instance", "lvs_sync_daemon_interface", BALANCER),
        dropped("vrrp_instance", "smtp_alert", MAIL),
        dropped("vrrp_instance", "debug", "herald explains itself: `herald explain SERVICE`"),
        // What follows an address.
        dropped("address", "dev", "addresses go to the loopback"),
        dropped("address", "brd", "addresses on the loopback have no broadcast address"),
        dropped("address", "scope", "`loopback.scope` is \"global\" unless set"),
        remark(
            "address",
            "label",
            "`loopback.label`, with lo in front",
            "the address is on the loopback, so the label begins with lo",
        ),
        dropped("address", "home", "the address is a host's own on the loopback"),
        dropped("address", "nodad", "the address is a host's own on the loopback"),
    ],
};

const WEIGHT: &str =
    "a failing check takes the service down; herald has no priorities to add a weight to";
const PREFERENCE: &str = "routing decides between machines: give the machine that comes second `prepend` in `up`, or \
     `[service.X.standby]` if only one may be active";
const HOOK: &str =
    "hooks run after the route has changed, as herald's user, and are killed after `timeout`";
const BALANCER: &str = "balancing is HAProxy's work";
const STATIC: &str = "routes and fixed addresses of the machine are not herald's";
const VRRP: &str = "there is no VRRP any more";
const ARP: &str = "an address on the loopback is reached by a route, not by ARP";
const MAIL: &str = "a hook can send a mail";
