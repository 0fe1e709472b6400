//! A draft as the file that herald reads.

mod head;
mod neighbor;
mod service;
mod text;

pub(super) use head::Head;

use self::text::{Text, part, quoted};
use super::draft::Draft;

/// The whole file.
pub(super) fn file(draft: &Draft, head: &Head<'_>) -> String {
    let mut text = Text::default();
    head::write(head, &mut text);
    if let Some(region) = &draft.region {
        text.table("agent");
        text.key("region", quoted(&region.name));
    }
    bgp(draft, &mut text);
    if let Some(region) = &draft.region {
        text.table(&format!("region.{}", part(&region.name)));
        text.key("prepend", region.prepend.to_string());
    }
    if draft.neighbors.is_empty() {
        text.blank();
        text.comment(
            "To do: who is told.\n\n[neighbor.rs-0]\naddress = \"192.0.2.1\"\npeer-as = 65000",
        );
    }
    draft.neighbors.iter().for_each(|neighbor| neighbor::write(neighbor, &mut text));
    draft.services.iter().for_each(|service| service::write(service, &mut text));
    text.finish()
}

fn bgp(draft: &Draft, text: &mut Text) {
    text.table("bgp");
    match draft.local_as {
        Some(local_as) => text.key("local-as", local_as.to_string()),
        None => text.comment("To do: the AS number of this machine.\n\nlocal-as = 65010"),
    }
    if let Some(id) = draft.router_id {
        text.key("router-id", quoted(&id.to_string()));
    } else if draft.lacks_router_id() {
        text.comment("To do: an IPv4 address of this machine.\n\nrouter-id = \"192.0.2.10\"");
    }
    if let Some(listen) = &draft.listen {
        text.key("listen", quoted(listen));
    }
}
