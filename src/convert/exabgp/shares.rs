//! The addresses of a healthcheck, those together that can be one service.

use ipnet::IpNet;

use super::options::Options;
use super::word;
use crate::convert::findings::{Findings, Kind};
use crate::convert::value;

/// Addresses of one healthcheck; a configuration with more of them would be read by nobody.
const MOST: usize = 1024;

/// Some addresses of a healthcheck that share an interface and a metric.
pub(super) struct Share {
    pub(super) networks: Vec<IpNet>,
    pub(super) interface: Option<String>,
    /// How many addresses came before.
    pub(super) position: u32,
}

/// The addresses, those together that can be one service.
pub(super) fn shares(options: &Options, findings: &mut Findings) -> Vec<Share> {
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
pub(super) fn step(options: &Options, findings: &mut Findings) -> i64 {
    options.last("increase").and_then(|word| value::number(word, findings)).unwrap_or(1)
}
