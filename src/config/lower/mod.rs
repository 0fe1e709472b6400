//! From tables to the types of [`Config`]: each part is read for itself, then the rules between the
//! parts are checked, and only a file without a fault is put together.

mod agent;
mod attributes;
mod bfd;
mod bgp;
mod check;
mod check_dns;
mod check_http;
mod check_local;
mod check_tcp;
mod cloud;
mod command;
mod damping;
mod files;
mod haproxy;
mod haproxy_check;
mod haproxy_events;
mod health;
mod hook;
mod loopback;
mod neighbor;
mod neighbor_names;
mod password;
mod rules;
mod scalar;
mod service;
mod session;
mod signature;
mod sites;
mod trust;

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::checks::Check;
use super::reader::Section;
use super::types::Config;
use crate::policy;

/// Reads `[agent] control-socket` alone; `None` only after a fault has been noted.
pub(super) fn control_socket(root: &Section<'_>) -> Option<PathBuf> {
    agent::control_socket(&root.section("agent"))
}

/// Reads the whole file; `None` only after a fault has been noted.
pub(super) fn file(root: &Section<'_>) -> Option<Config> {
    let regions = agent::regions(root);
    let agent = agent::read(&root.section("agent"), &regions);
    let bgp = bgp::read(&root.section("bgp"));
    let neighbors = neighbor::read(root, &bgp);
    let instances = haproxy::read(root);
    let services = service::read(root, &neighbors, &instances);
    let locals = neighbors.iter().filter_map(|neighbor| neighbor.local_address.as_ref());
    let router_id = bgp::router_id(&bgp, locals.map(|local| local.value));
    rules::check(root, &bgp, &neighbors, &services, &instances);

    let (agent, region) = agent?;
    let bgp = bgp.lowered(router_id?)?;
    let mut routed = BTreeMap::new();
    let mut speaking = BTreeMap::new();
    for draft in &neighbors {
        let families = rules::families(draft, &services);
        let (neighbor, route) = draft.lowered(&bgp, families)?;
        routed.insert(draft.name.clone(), route);
        speaking.insert(draft.name.clone(), neighbor);
    }
    let asked: Vec<_> =
        services.iter().flat_map(|s| &s.checks).filter_map(|c| c.haproxy()).collect();
    let haproxy = haproxy::lowered(&instances, &asked)?;
    let checks = own_checks(&services);
    let mut announced = BTreeMap::new();
    let mut configured = BTreeMap::new();
    for draft in services {
        let (service, route) = draft.lowered()?;
        announced.insert(service.name.clone(), route);
        configured.insert(service.name.clone(), service);
    }
    let policy =
        policy::Params { router_id: bgp.router_id, region, neighbors: routed, services: announced };
    Some(Config { agent, bgp, neighbors: speaking, haproxy, checks, services: configured, policy })
}

/// The checks that belong to no HAProxy instance, by service and name, whatever the order of the file.
fn own_checks(services: &[service::Draft<'_>]) -> Vec<Check> {
    let drafts = services.iter().flat_map(|service| &service.checks);
    let mut checks: Vec<_> = drafts.filter_map(check::Draft::own).cloned().collect();
    checks.sort_by(|a, b| (&a.service, &a.name).cmp(&(&b.service, &b.name)));
    checks
}
