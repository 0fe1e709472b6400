use super::{Table, carried, dropped, remark};

/// anycast_healthchecker 0.9: `[daemon]`, and the sections of services.
pub(crate) static ANYCAST: Table = Table {
    name: "anycast_healthchecker",
    rows: &[
        dropped("daemon", "pidfile", "the service manager knows the process"),
        dropped("daemon", "ipv4", FAMILIES),
        dropped("daemon", "ipv6", FAMILIES),
        dropped("daemon", "bird_conf", BIRD),
        dropped("daemon", "bird6_conf", BIRD),
        dropped("daemon", "bird_variable", BIRD),
        dropped("daemon", "bird6_variable", BIRD),
        dropped("daemon", "bird_reconfigure_cmd", BIRD),
        dropped("daemon", "bird6_reconfigure_cmd", BIRD),
        dropped("daemon", "dummy_ip_prefix", "nothing needs a list that is never empty"),
        dropped("daemon", "dummy_ip6_prefix", "nothing needs a list that is never empty"),
        dropped("daemon", "bird_keep_changes", HISTORY),
        dropped("daemon", "bird6_keep_changes", HISTORY),
        dropped("daemon", "bird_changes_counter", HISTORY),
        dropped("daemon", "bird6_changes_counter", HISTORY),
        dropped("daemon", "purge_ip_prefixes", "what is not configured is not announced"),
        dropped("daemon", "loglevel", LOG),
        dropped("daemon", "log_file", LOG),
        dropped("daemon", "log_maxbytes", LOG),
        dropped("daemon", "log_backups", LOG),
        dropped("daemon", "log_server", LOG),
        dropped("daemon", "log_server_port", LOG),
        dropped("daemon", "stderr_file", LOG),
        dropped("daemon", "stderr_log_server", LOG),
        dropped("daemon", "json_stdout", JSON),
        dropped("daemon", "json_log_file", JSON),
        dropped("daemon", "json_log_server", JSON),
        dropped("daemon", "log_format_journalctl", LOG),
        dropped("daemon", "prometheus_exporter", METRICS),
        dropped("daemon", "prometheus_collector_textfile_dir", METRICS),
        dropped("daemon", "prometheus_exporter_interval", METRICS),
        dropped(
            "daemon",
            "splay_startup",
            "after its first look each check waits a random part of its interval, once",
        ),
        carried("service", "check_cmd", "a check `exec`, or `process` where it only looks for one"),
        carried("service", "check_interval", "check `interval`"),
        carried("service", "check_timeout", "check `timeout`"),
        carried("service", "check_rise", "check `rise`"),
        carried("service", "check_fail", "check `fall`"),
        carried("service", "check_disabled", "true, also when left out: see `on_disabled`"),
        carried(
            "service",
            "on_disabled",
            "of a disabled check: `withdraw` becomes `enabled = false`, `advertise` a service without \
             a check",
        ),
        carried("service", "ip_prefix", "`addresses`; a network becomes one of `prefixes`"),
        carried(
            "service",
            "ip_check_disabled",
            "false: herald binds the address, and restores it; true: `loopback.bind = false`",
        ),
        carried("service", "interface", "`loopback.interface`"),
        remark(
            "service",
            "custom_bird_reconfigure_cmd",
            "hooks for `up` and `down` with that word as last argument",
            "remove them if the command only made BIRD read its configuration again",
        ),
        carried("service", "custom_bird_reconfigure_cmd_timeout", "`timeout` of these hooks"),
    ],
};

const FAMILIES: &str = "the families are those of the addresses";
const BIRD: &str = "herald speaks BGP itself: there is no BIRD to configure";
const HISTORY: &str = "`herald events` shows every change with its reason, also after a restart";
const LOG: &str = "herald logs to standard error, which the journal keeps and forwards";
const JSON: &str = "`herald run --log-format json` writes the log as JSON";
const METRICS: &str = "herald serves metrics itself, at `/metrics` of `[agent] http`";
