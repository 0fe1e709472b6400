//! What is known of the free daemons.

use super::neighbor;
use crate::config::signature::Signature;
use crate::config::types::Profile;

pub(super) fn check(neighbors: &[neighbor::Draft<'_>]) {
    for neighbor in neighbors {
        match neighbor.profile.as_ref().map(|profile| profile.value) {
            Some(Profile::Frr) => worry_about_ao(neighbor),
            Some(Profile::Gobgp) => worry_about_multihop_bfd(neighbor),
            Some(
                Profile::AzureRouteServer
                | Profile::VirtualWan
                | Profile::AwsRouteServer
                | Profile::Bird,
            )
            | None => {}
        }
    }
}

/// FRRouting issue 7240, open since 2020.
fn worry_about_ao(neighbor: &neighbor::Draft<'_>) {
    let signature = neighbor.signature.as_ref();
    if let Some(ao) = signature.filter(|own| matches!(own.value, Signature::Ao(_))) {
        neighbor.section.notes.worry(
            &ao.span,
            format!("tcp-ao keeps the session to {} down", neighbor.name),
            "FRR signs with TCP-MD5 only",
            "take password-file instead",
        );
    }
}

/// GoBGP, docs/sources/bfd.md.
fn worry_about_multihop_bfd(neighbor: &neighbor::Draft<'_>) {
    if neighbor.bfd.is_some_and(|bfd| bfd.multihop) {
        neighbor.section.notes.worry(
            &neighbor.section.span_of("bfd"),
            format!("bfd across routers has no effect towards {}", neighbor.name),
            "GoBGP speaks BFD on one link only: it never comes up, and BGP goes on without",
            "leave bfd out, or set multihop = false in it where there is no router in between",
        );
    }
}
