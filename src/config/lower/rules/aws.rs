//! What AWS VPC Route Server does not do.
//!
//! Sources: Amazon VPC user guide, "Dynamic routing in your VPC"; EC2 API reference, CreateRouteServerPeer
//! (2025, 2026): a peer has an IPv4 address, an AS number and a way to detect liveness, and must be able
//! to initiate the session.

use super::neighbor;
use crate::base::Family;
use crate::config::types::Profile;

pub(super) fn check(neighbors: &[neighbor::Draft<'_>]) {
    let of_aws = |neighbor: &&neighbor::Draft<'_>| {
        neighbor.profile.as_ref().map(|profile| profile.value) == Some(Profile::AwsRouteServer)
    };
    for neighbor in neighbors.iter().filter(of_aws) {
        worry_about_passive(neighbor);
        worry_about_signature(neighbor);
        worry_about_ipv6(neighbor);
    }
}

fn worry_about_passive(neighbor: &neighbor::Draft<'_>) {
    if let Some(passive) = neighbor.passive.as_ref().filter(|passive| passive.value) {
        neighbor.section.notes.worry(
            &passive.span,
            format!("passive keeps the session to {} down", neighbor.name),
            "VPC Route Server waits for the appliance to connect",
            "leave it out",
        );
    }
}

fn worry_about_signature(neighbor: &neighbor::Draft<'_>) {
    if let Some(signature) = &neighbor.signature {
        neighbor.section.notes.worry(
            &signature.span,
            format!("{} keeps the session to {} down", signature.value.key(), neighbor.name),
            "a peer of VPC Route Server cannot be given a password or key",
            "leave it out",
        );
    }
}

fn worry_about_ipv6(neighbor: &neighbor::Draft<'_>) {
    if let Some(address) = neighbor.address.as_ref()
        && Family::of(address.value) == Family::Ipv6Unicast
    {
        neighbor.section.notes.worry(
            &address.span,
            format!("{} is no address of VPC Route Server", address.shown),
            "its sessions are between IPv4 addresses, and may carry IPv6 routes",
            "take the endpoint's IPv4 address, and set next-hop-ipv6 for IPv6 routes",
        );
    }
}
