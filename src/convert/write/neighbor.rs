use std::net::IpAddr;

use super::service::attributes;
use super::text::{Text, duration, list, part, quoted};
use crate::convert::draft::Neighbor;

/// `[neighbor.NAME]`
pub(super) fn write(neighbor: &Neighbor, text: &mut Text) {
    let shown = |address: Option<IpAddr>| address.map(|address| quoted(&address.to_string()));
    text.table(&format!("neighbor.{}", part(&neighbor.name)));
    text.key_if("description", neighbor.description.as_deref().map(quoted));
    text.key_if("address", shown(neighbor.address));
    text.key_if("port", neighbor.port);
    text.key_if("peer-as", neighbor.peer_as);
    if neighbor.is_azure {
        text.comment("65515 is Azure's; a hub of Virtual WAN has \"virtual-wan\".");
        text.key("profile", quoted("azure-route-server"));
    }
    text.key_if("local-as", neighbor.local_as);
    text.key_if("local-address", shown(neighbor.local_address));
    text.key_if("local-interface", neighbor.local_interface.as_deref().map(quoted));
    text.key_if("multihop", neighbor.multihop);
    text.key_if("ttl-security", neighbor.ttl_security);
    text.key_if("passive", neighbor.passive.then_some(true));
    text.key_if("shutdown", neighbor.shutdown.then_some(true));
    text.key_if("hold-time", neighbor.hold_time.map(duration));
    text.key_if("keepalive", neighbor.keepalive.map(duration));
    text.key_if("connect-retry", neighbor.connect_retry.map(duration));
    if neighbor.password_file {
        password(neighbor, text);
    }
    if !neighbor.families.is_empty() {
        text.key("families", list(&neighbor.families));
    }
    attributes(&neighbor.attributes, text);
    match neighbor.attributes.next_hop {
        Some(next_hop @ IpAddr::V4(_)) => text.key_if("next-hop", shown(Some(next_hop))),
        Some(next_hop @ IpAddr::V6(_)) => text.key_if("next-hop-ipv6", shown(Some(next_hop))),
        None => {}
    }
    if neighbor.bfd {
        text.line(&format!("[neighbor.{}.bfd]", part(&neighbor.name)));
    }
}

/// Where the password of a neighbour goes.
pub(crate) fn password_path(name: &str) -> String {
    format!("/etc/herald/{name}.password")
}

fn password(neighbor: &Neighbor, text: &mut Text) {
    let path = password_path(&neighbor.name);
    text.comment(&format!(
        "To do: make this file, with the password in its first line:\n\ninstall -m 640 -g herald \
         /dev/null {path} && editor {path}"
    ));
    text.key("password-file", quoted(&path));
}
