use std::collections::BTreeSet;
use std::io;

use super::error::Error;
use super::netlink::{Change, Kernel};
use super::present::{Place, Present};
use crate::base::LoopbackAddress;

/// Whether these addresses can be kept: the kernel lets us change addresses, and every interface
/// exists. All that is wrong is said at once; nothing is changed. With no address wanted, nothing can
/// be wrong. An interface that is down is no fault here: [`keep`](super::keep) waits for it.
///
/// Gives those that are there already, whoever has put them there.
pub async fn check(
    wanted: &BTreeSet<LoopbackAddress>,
) -> Result<BTreeSet<LoopbackAddress>, Vec<Error>> {
    if wanted.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut kernel = Kernel::connect().map_err(|error| vec![error])?;
    let present = kernel.look().await.map_err(|error| vec![error])?;
    let interfaces: BTreeSet<&str> = wanted.iter().map(|address| &*address.interface).collect();
    let mut faults: Vec<_> = interfaces
        .into_iter()
        .filter(|name| present.link(name).is_none())
        .map(|name| Error::UnknownInterface { name: name.to_owned(), existing: present.names() })
        .collect();
    let answers = kernel.carry_out(&[Change::Nothing]).await.map_err(|error| vec![error])?;
    // The kernel checks the capability before it looks at the request.
    let refused = |answer: &io::Result<()>| {
        answer.as_ref().is_err_and(|error| error.raw_os_error() == Some(libc::EPERM))
    };
    if answers.iter().any(refused) {
        faults.insert(0, Error::NotPermitted);
    }
    let there = wanted.iter().filter(|address| is_there(address, &present)).cloned();
    if faults.is_empty() { Ok(there.collect()) } else { Err(faults) }
}

fn is_there(wanted: &LoopbackAddress, present: &Present) -> bool {
    present.link(&wanted.interface).is_some_and(|(index, link)| {
        link.up && present.at(Place { index, address: wanted.address }).next().is_some()
    })
}
