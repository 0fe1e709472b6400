use super::{Table, carried, dropped, remark};

/// The healthcheck of ExaBGP, up to version 6: options of its command line and of its `-F` file.
pub(crate) static HEALTHCHECK: Table = Table {
    name: "ExaBGP healthcheck",
    rows: &[
        dropped("", "help", "it is no setting"),
        dropped("", "silent", LOG),
        dropped("", "syslog-facility", LOG),
        dropped("", "no-syslog", LOG),
        dropped(
            "",
            "debug",
            "herald explains itself: `herald explain SERVICE`, `--log-level debug`",
        ),
        dropped("", "no-ack", "there is no second process to wait for"),
        dropped("", "sudo", "herald changes addresses itself, with CAP_NET_ADMIN and no helper"),
        carried("", "name", "the name of the service"),
        carried("", "config", "its options are read like those of the command line"),
        dropped("", "pid", "the service manager knows the process"),
        dropped("", "user", USER),
        dropped("", "group", USER),
        carried("", "interval", "check `interval`; 0 becomes \"5s\", since herald goes on looking"),
        carried("", "fast-interval", "check `fast-interval`"),
        carried("", "timeout", "check `timeout`; 0 becomes the longest there is, \"1m\""),
        carried("", "rise", "check `rise`"),
        carried("", "fall", "check `fall`"),
        remark(
            "",
            "disable",
            "a check `file` with `present = false`",
            "while the file is there the service is down, with the attributes of `down`; there is no \
             state between up and down for it. `herald drain` is the orderly way to disable a service",
        ),
        remark(
            "",
            "command",
            "a check `exec`, or `process` where it only looks for one",
            "it runs as herald's user, in `/`, and is killed with its process group at the timeout",
        ),
        carried("", "next-hop", "`next-hop` of each state"),
        carried("", "ip", "`addresses`; a network becomes one of `prefixes`"),
        carried("", "ip-ifname", "`addresses` of a service with `loopback.interface`"),
        dropped("", "local-preference", LOCAL_PREFERENCE),
        carried("", "deaggregate-networks", "each address of a network becomes one of `addresses`"),
        carried("", "no-ip-setup", "`loopback.bind = false`"),
        carried("", "dynamic-ip-setup", "`loopback.on-down = \"remove\"`"),
        remark(
            "",
            "label",
            "`loopback.label`, with the interface in front",
            "addresses that already have the label are not adopted: herald binds those that are configured",
        ),
        dropped("", "label-exact-match", "herald looks for no addresses by label"),
        carried("", "start-ip", "the order in which `increase` counts"),
        carried("", "up-metric", "`up.med`"),
        carried("", "down-metric", "`down.med`, with `down.announce = true`"),
        remark(
            "",
            "disabled-metric",
            "`drain.med`",
            "the metric is that of `herald drain`; what the file of --disable disables has `down.med`",
        ),
        carried("", "increase", "`med` of one service for each address, when there are several"),
        carried("", "community", "`communities` of each state"),
        dropped("", "extended-community", EXTENDED),
        carried("", "large-community", "`large-communities` of each state"),
        carried("", "disabled-community", "`communities` of `down` and `drain`"),
        carried("", "as-path", PREPEND),
        carried("", "up-as-path", "`up.prepend`"),
        carried("", "down-as-path", "`down.prepend`"),
        carried("", "disabled-as-path", "`drain.prepend`"),
        carried("", "withdraw-on-down", "no `down` table: withdrawn is the default"),
        dropped("", "path-id", ADD_PATH),
        carried("", "neighbor", "`neighbors` of the service"),
        dropped("", "debounce", "herald never sends the same route twice"),
        remark(
            "",
            "execute",
            "a hook for `up`, `down` and `drained`, with STATE set",
            "INIT, RISING and FALLING are no states of herald; hooks run after the route has changed, \
             and are killed after `timeout`",
        ),
        remark("", "up-execute", "a hook for `up`, with STATE set", HOOK),
        remark("", "down-execute", "a hook for `down`, with STATE set", HOOK),
        remark(
            "",
            "disabled-execute",
            "a hook for `drained`, with STATE set",
            "it runs when `herald drain` has drained; what the file of --disable disables is down, and \
             runs the hooks of `down`",
        ),
    ],
};

pub(super) const LOCAL_PREFERENCE: &str =
    "LOCAL_PREF is not sent to another AS (RFC 4271 §5.1.5), and herald speaks eBGP";
pub(super) const EXTENDED: &str =
    "herald sends communities and large communities; use a large one (RFC 8092)";
pub(super) const ADD_PATH: &str = "herald announces one path of a route, without ADD-PATH";
pub(super) const PREPEND: &str =
    "`prepend` of each state: one less than the ASes in the path, since ours is always there";
const LOG: &str = "herald logs to standard error, which the journal keeps (`--log-format`)";
const USER: &str = "herald runs its checks and hooks as the user of its unit, without capabilities";
const HOOK: &str = "hooks run after the route has changed, and are killed after `timeout`";
