use super::tree::Line;
use crate::convert::draft::Service;
use crate::convert::findings::{Findings, Kind};
use crate::convert::source::Word;
use crate::convert::tables::KEEPALIVED;
use crate::convert::value;

/// The longest label there is.
const LONGEST: usize = 15;

/// A line of `virtual_ipaddress`: an address with an optional length, then options in pairs.
pub(super) fn read(line: &Line, service: &mut Service, findings: &mut Findings) {
    let Some(network) = value::network(line.name(), findings) else { return };
    if network.prefix_len() != network.max_prefix_len() && line.name().text.contains('/') {
        findings.note(
            Kind::Remark,
            line.name().place,
            format!("{network}: the address alone is bound and announced, without its subnet"),
        );
    }
    service.addresses.push(network.addr());
    let mut rest = line.words[1..].iter();
    while let Some(option) = rest.next() {
        let takes_none = matches!(option.as_str(), "home" | "nodad" | "-nodad");
        let value = if takes_none { None } else { rest.next() };
        let known = findings.judge(&KEEPALIVED, "address", option);
        if let (Some("label"), Some(label)) = (known, value) {
            service.loopback.label = Some(on_loopback(label));
        }
    }
}

/// The label as it is on the loopback: `eth0:vip` is `lo:vip`.
fn on_loopback(label: &Word) -> String {
    let own = label.text.split_once(':').map_or(label.as_str(), |(_, own)| own);
    format!("lo:{own}").chars().take(LONGEST).collect()
}
