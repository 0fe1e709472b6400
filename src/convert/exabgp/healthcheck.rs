//! One healthcheck becomes a service; with a metric that grows from address to address, one each.

use ipnet::IpNet;

use super::options::Options;
use super::word;
use crate::base::Prefix;
use crate::convert::attributes::{communities, prepend};
use crate::convert::draft::{Attributes, Check, CheckKind, Draft, Hook, Loopback, Service};
use crate::convert::findings::{Findings, Kind};
use crate::convert::source::Word;
use crate::convert::{command, names, value};

/// Addresses of one healthcheck; a configuration with more of them would be read by nobody.
const MOST: usize = 1024;
/// Defaults of the healthcheck.
const INTERVAL: f64 = 5.0;
const FAST_INTERVAL: f64 = 1.0;
const TIMEOUT: f64 = 5.0;
const COUNT: u32 = 3;
/// The longest that a check of herald may take.
const LONGEST: f64 = 60.0;

/// Some addresses of a healthcheck that share an interface and a metric.
struct Share {
    networks: Vec<IpNet>,
    interface: Option<String>,
    /// How many addresses came before.
    position: u32,
}

/// Adds the services of a healthcheck. `neighbors` are those that hear it, `None` for all.
pub(super) fn serve(
    process: &str,
    options: Options,
    neighbors: Option<Vec<String>>,
    draft: &mut Draft,
    findings: &mut Findings,
) {
    let name = options.last("name").map_or(process, Word::as_str);
    let base = Service {
        name: names::name(name, "healthcheck"),
        neighbors: chosen(&options, draft, findings).or(neighbors),
        comments: comments(&options),
        checks: checks(&options, findings),
        hooks: hooks(&options, findings),
        ..Service::default()
    };
    for (index, share) in shares(&options, findings).into_iter().enumerate() {
        let mut service = base.clone();
        if index > 0 {
            // One change of the check is one change.
            service.hooks.clear();
        }
        let metric = Metric { options: &options, position: share.position };
        let (up, down, drain) = states(&metric, draft.local_as, findings);
        (service.up, service.down, service.drain) = (up, down, drain);
        service.loopback = loopback(&options, share.interface);
        for network in share.networks {
            match Prefix::new(network.addr(), network.prefix_len()) {
                Some(host) if host.is_host() => service.addresses.push(host.address()),
                Some(network) => service.prefixes.push(network),
                None => {}
            }
        }
        draft.add_service(service);
    }
}

fn comments(options: &Options) -> Vec<String> {
    let mut comments = Vec::new();
    if !options.has("command") {
        comments.push(
            "The healthcheck had no command: this was announced whether it worked or not. Add a \
             check that decides about it."
                .to_owned(),
        );
    }
    if !options.has("withdraw-on-down") {
        comments.push(
            "While down, ExaBGP announced this with a worse MED in place of a withdrawal, and so does \
             this file. MED is compared only between routes from one neighbouring AS: towards others, \
             a region that is down goes on attracting traffic. Without the `down` table the route is \
             withdrawn."
                .to_owned(),
        );
    }
    comments
}

/// The neighbours of `--neighbor`; `None` when there is no such option, or it says all.
fn chosen(options: &Options, draft: &Draft, findings: &mut Findings) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for wanted in options.all("neighbor").flat_map(split) {
        if wanted.as_str() == "*" {
            return None;
        }
        let Some(address) = value::address(&wanted, findings) else { continue };
        match draft.neighbors.iter().find(|neighbor| neighbor.address == Some(address)) {
            Some(neighbor) => names.push(neighbor.name.clone()),
            None => findings.fault(
                wanted.place,
                format!("there is no neighbor {address}"),
                "--neighbor chooses among those of the configuration",
                "give the configuration that has it as a further FILE, or remove the option",
            ),
        }
    }
    (!names.is_empty()).then_some(names)
}

/// The words of a value with several of them.
fn split(value: &Word) -> Vec<Word> {
    let words = value.text.split(|c: char| c.is_whitespace() || "[](),".contains(c));
    words.filter(|text| !text.is_empty()).map(|text| word(text, value)).collect()
}

fn checks(options: &Options, findings: &mut Findings) -> Vec<Check> {
    let seconds = |option: &str, otherwise: f64, findings: &mut Findings| {
        let word = options.last(option)?;
        let read = value::seconds(word, findings)?;
        Some((if read == 0.0 { otherwise } else { read }, word.clone()))
    };
    let mut fit = |bounds: value::Bounds, option: &str, default: f64, zero: f64| {
        let given = seconds(option, zero, findings);
        let (read, word) = given.unwrap_or_else(|| (default, unplaced()));
        bounds.fit(read, &word, findings)
    };
    let interval = fit(value::INTERVAL, "interval", INTERVAL, INTERVAL);
    let fast_interval = fit(value::INTERVAL, "fast-interval", FAST_INTERVAL, 0.0);
    let timeout = fit(value::TIMEOUT, "timeout", TIMEOUT, LONGEST);
    let mut count = |option: &str| {
        options.last(option).and_then(|word| value::count(word, findings)).unwrap_or(COUNT)
    };
    let (rise, fall) = (count("rise"), count("fall"));
    let check = |name: &str, kind: CheckKind, rise: u32, fall: u32| Check {
        name: name.to_owned(),
        kind,
        interval,
        fast_interval: Some(fast_interval),
        timeout: Some(timeout),
        rise,
        fall,
    };
    let mut checks = Vec::new();
    if let Some(line) = options.last("command") {
        match command::for_shell(&line.text) {
            Some(argv) => {
                let (kind, why) = command::check(argv);
                if let Some(why) = why {
                    findings.note(Kind::Remark, line.place, format!("{:?}: {why}", line.text));
                }
                checks.push(check("health", kind, rise, fall));
            }
            None => refuse_braces(line, findings),
        }
    }
    if let Some(file) = options.last("disable") {
        checks.push(check("maintenance", CheckKind::NoFile(file.text.clone()), 1, 1));
    }
    checks
}

/// A word for defaults, which are within bounds and never shown.
fn unplaced() -> Word {
    let place = crate::convert::source::Place { file: 0, start: 0, end: 0 };
    Word { text: String::new(), place }
}

fn refuse_braces(line: &Word, findings: &mut Findings) {
    findings.fault(
        line.place,
        "this command cannot be written into herald's file",
        "${NAME} in it stands for a variable of the agent's own environment",
        "put the command into a script, and give the script here",
    );
}

/// Hooks in the order in which the healthcheck runs them: those of the state, then those of all.
fn hooks(options: &Options, findings: &mut Findings) -> Vec<Hook> {
    const ALL: &str = "case $HERALD_STATE in up|degraded) STATE=UP;; down) STATE=DOWN;; *) STATE=DISABLED;; esac; \
         export STATE; ";
    let kinds: [(&str, &[&'static str], &str); 4] = [
        ("up-execute", &["up"], "export STATE=UP; "),
        ("down-execute", &["down"], "export STATE=DOWN; "),
        ("disabled-execute", &["drained"], "export STATE=DISABLED; "),
        ("execute", &["up", "down", "drained"], ALL),
    ];
    let mut hooks = Vec::new();
    for (option, on, state) in kinds {
        for line in options.all(option) {
            // With something for the shell in front, it is always a shell that reads it.
            match command::for_shell(&format!("{state}{}", line.text)) {
                Some(command) => hooks.push(Hook { on: on.to_vec(), command, timeout: None }),
                None => refuse_braces(line, findings),
            }
        }
    }
    hooks
}

fn loopback(options: &Options, interface: Option<String>) -> Loopback {
    let dynamic = options.has("dynamic-ip-setup");
    let device = interface.as_deref().unwrap_or("lo");
    Loopback {
        unbound: options.has("no-ip-setup") && !dynamic,
        label: options.last("label").map(|label| format!("{device}:{}", label.text)),
        remove_on_down: dynamic,
        interface,
    }
}

/// The addresses, those together that can be one service.
fn shares(options: &Options, findings: &mut Findings) -> Vec<Share> {
    let mut networks = addresses(options, findings);
    let start = options.last("start-ip").and_then(|word| value::number::<i64>(word, findings));
    // Python's deque.rotate takes any number, also a negative one.
    if let (Some(start), Ok(length @ 1..)) = (start, i64::try_from(networks.len())) {
        networks.rotate_left(usize::try_from(start.rem_euclid(length)).unwrap_or_default());
    }
    let apart = networks.len() > 1 && step(options, findings) != 0;
    if apart && let Some(word) = options.last("ip").or(options.last("ip-ifname")) {
        findings.note(
            Kind::Remark,
            word.place,
            "ip: the metric grows from address to address, so each has a service of its own; where no \
             machine has --start-ip, one service with all of them does the same. The hooks are with the \
             first",
        );
    }
    let mut shares: Vec<Share> = Vec::new();
    for (position, (network, interface)) in (0_u32..).zip(networks) {
        let fits = |share: &&mut Share| !apart && share.interface == interface;
        match shares.iter_mut().find(fits) {
            Some(share) => share.networks.push(network),
            None => shares.push(Share {
                networks: vec![network],
                interface,
                position: if apart { position } else { 0 },
            }),
        }
    }
    if shares.is_empty() {
        shares.push(Share { networks: Vec::new(), interface: None, position: 0 });
    }
    shares
}

type Bound = (IpNet, Option<String>);

fn addresses(options: &Options, findings: &mut Findings) -> Vec<Bound> {
    let mut all: Vec<Bound> = Vec::new();
    for word in options.all("ip") {
        all.extend(value::network(word, findings).map(|network| (network.trunc(), None)));
    }
    for written in options.all("ip-ifname") {
        let (address, interface) = written.text.split_once('%').unwrap_or((&written.text, "lo"));
        let Some(network) = value::network(&word(address, written), findings) else { continue };
        let network = network.trunc();
        all.retain(|(other, _)| *other != network);
        all.push((network, Some(interface.to_owned())));
    }
    if !options.has("deaggregate-networks") {
        return all;
    }
    let hosts = |network: &IpNet| {
        let subnets = network.subnets(network.max_prefix_len()).into_iter().flatten();
        subnets.take(MOST + 1).collect::<Vec<IpNet>>()
    };
    let each = |(network, interface): &Bound| {
        let interface = interface.clone();
        hosts(network).into_iter().map(move |host| (host, interface.clone())).collect::<Vec<_>>()
    };
    let apart: Vec<Bound> = all.iter().flat_map(each).collect();
    if apart.len() > MOST {
        if let Some(word) = options.last("ip") {
            findings.fault(
                word.place,
                "these are too many addresses to be announced one by one",
                format!("{MOST} is the most"),
                "leave out deaggregate-networks: the network is announced as it is",
            );
        }
        return all;
    }
    apart
}

/// What the metric grows by from address to address.
fn step(options: &Options, findings: &mut Findings) -> i64 {
    options.last("increase").and_then(|word| value::number(word, findings)).unwrap_or(1)
}

/// Metrics of one address.
struct Metric<'a> {
    options: &'a Options,
    position: u32,
}

impl Metric<'_> {
    fn of(&self, option: &str, default: i64, findings: &mut Findings) -> Option<u32> {
        let given = self.options.last(option).and_then(|word| value::number(word, findings));
        let grown = i64::from(self.position).saturating_mul(step(self.options, findings));
        let metric = given.unwrap_or(default).saturating_add(grown);
        u32::try_from(metric.clamp(0, i64::from(u32::MAX))).ok()
    }
}

/// The attributes while up, while down (`None` withdraws), and while drained.
fn states(
    metric: &Metric<'_>,
    local_as: Option<u32>,
    findings: &mut Findings,
) -> (Attributes, Option<Attributes>, Attributes) {
    let options = metric.options;
    let mut common = Attributes::default();
    let next_hop = options.last("next-hop").filter(|word| word.as_str() != "self");
    common.next_hop = next_hop.and_then(|word| value::address(word, findings));
    if let Some(list) = options.last("large-community") {
        communities(&split(list), &mut common, findings);
    }
    let path = |option: &str, findings: &mut Findings| {
        let path = options.last(option).or(options.last("as-path"));
        prepend(&path.map(split).unwrap_or_default(), local_as, findings)
    };
    let tagged = |option: &str, findings: &mut Findings| {
        let mut attributes = common.clone();
        if let Some(list) = options.last(option) {
            communities(&split(list), &mut attributes, findings);
        }
        attributes
    };
    let sick = if options.has("disabled-community") { "disabled-community" } else { "community" };
    let withdraws = options.has("withdraw-on-down");

    let mut up = tagged("community", findings);
    up.prepend = path("up-as-path", findings);
    up.med = metric.of("up-metric", 100, findings);
    let mut down = tagged(sick, findings);
    down.prepend = path("down-as-path", findings);
    down.med = metric.of("down-metric", 1000, findings);
    let mut drain = tagged("disabled-community", findings);
    drain.prepend = path("disabled-as-path", findings);
    drain.med = if withdraws { None } else { metric.of("disabled-metric", 500, findings) };
    (up, (!withdraws).then_some(down), drain)
}
