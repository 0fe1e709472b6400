use super::scalar;
use crate::config::checks::TcpCheck;
use crate::config::reader::Section;

/// The `tcp` table of a check.
pub(super) fn read(section: &Section<'_>) -> Option<TcpCheck> {
    let address = section.text("address", scalar::host_and_port);
    let send = section.text("send", |text| Ok(text.to_owned()));
    let expect = section.text("expect", scalar::pattern);
    Some(TcpCheck {
        address: address?.value,
        send: send.map(|send| send.value),
        expect: expect.map(|expect| expect.value),
    })
}
