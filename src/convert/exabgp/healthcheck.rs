//! One healthcheck becomes a service; with a metric that grows from address to address, one each.

use super::options::Options;
use super::shares::{Share, shares};
use super::states::{Metric, states};
use super::{checks, split};
use crate::base::Prefix;
use crate::convert::draft::{Draft, Loopback, Service};
use crate::convert::findings::{Findings, Kind};
use crate::convert::source::Word;
use crate::convert::{names, value};

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
        checks: checks::checks(&options, findings),
        hooks: checks::hooks(&options, findings),
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
        service.loopback = loopback(&options, share.interface.clone());
        hold(share, &mut service, &options, findings);
        draft.add_service(service);
    }
}

/// Host addresses are bound and announced, networks announced.
fn hold(share: Share, service: &mut Service, options: &Options, findings: &mut Findings) {
    for network in share.networks {
        match Prefix::new(network.addr(), network.prefix_len()) {
            Some(host) if host.is_host() => service.addresses.push(host.address()),
            Some(network) => service.prefixes.push(network),
            None => {}
        }
    }
    let unbound = service.loopback.unbound || service.prefixes.is_empty();
    if let (Some(word), false) = (options.last("ip"), unbound) {
        let words = "ip: ExaBGP added every address of a network to the interface; herald announces \
                     the network, and leaves it to others to bind what serves in it";
        findings.note(Kind::Remark, word.place, words);
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
