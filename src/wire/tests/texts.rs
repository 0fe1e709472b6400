//! What operators read.

use super::FOUR_OCTETS;
use crate::base::Asn;
use crate::wire::{Capability, GracefulRestart, Message, MessageKind, Notification, Role, codes};

#[test]
fn a_notification_names_its_codes() {
    let cases = [
        (Notification::hold_timer_expired(), "Hold Timer Expired"),
        (Notification::send_hold_timer_expired(), "Send Hold Timer Expired"),
        (Notification::connection_collision(), "Cease / Connection Collision Resolution"),
        (Notification::connection_rejected(), "Cease / Connection Rejected"),
        (Notification::peer_deconfigured(), "Cease / Peer De-configured"),
        (Notification::bfd_down(), "Cease / BFD Down"),
        (Notification::bad_peer_as(), "OPEN Message Error / Bad Peer AS"),
        (Notification::role_mismatch(), "OPEN Message Error / Role Mismatch"),
        (Notification::new((2, 0)), "OPEN Message Error"),
        (Notification::new((6, 77)), "Cease / subcode 77"),
        (Notification::new((99, 1)), "error code 99 / subcode 1"),
        (
            Notification::administrative_shutdown("maintenance"),
            "Cease / Administrative Shutdown: maintenance",
        ),
        (Notification::administrative_reset(""), "Cease / Administrative Reset"),
        (
            Notification { data: vec![6, 4, 1], ..Notification::new(codes::HARD_RESET) },
            "Cease / Hard Reset: Cease / Administrative Reset",
        ),
    ];
    for (notification, text) in cases {
        assert_eq!(notification.to_string(), text);
    }
}

#[test]
fn unexpected_messages_are_named_by_state_and_type() {
    let kind = MessageKind::Update;
    let cases = [
        (Notification::unexpected_in_open_sent(kind), (5, 1)),
        (Notification::unexpected_in_open_confirm(kind), (5, 2)),
        (Notification::unexpected_in_established(kind), (5, 3)),
    ];
    for (notification, pair) in cases {
        assert_eq!((notification.pair(), notification.data.as_slice()), (pair, &[2][..]));
        assert!(!notification.is_cease());
    }
}

#[test]
fn missing_capabilities_are_listed_as_an_open_would() {
    let missing = [Capability::MultiProtocol { afi: 2, safi: 1 }, Capability::RouteRefresh];
    let notification = Notification::unsupported_capability(&missing);
    assert_eq!(notification.pair(), (2, 7));
    assert_eq!(notification.data, [1, 4, 0, 2, 0, 1, 2, 0]);
}

#[test]
fn a_long_shutdown_text_is_cut_between_characters() {
    let text = "ü".repeat(130);
    let notification = Notification::administrative_shutdown(&text);
    assert_eq!((notification.data.len(), notification.data[0]), (255, 254));
    assert_eq!(notification.shutdown_text(), Some("ü".repeat(127)));
    let odd = Notification::administrative_shutdown(&format!("x{text}"));
    assert_eq!((odd.data.len(), odd.data[0]), (256, 255));
    assert_eq!(odd.shutdown_text(), Some(format!("x{}", "ü".repeat(127))));
    assert!(odd.is_cease());
}

#[test]
fn a_shutdown_text_is_read_whatever_it_holds() {
    let text = |data: &[u8]| {
        Notification { data: data.to_vec(), ..Notification::new(codes::ADMINISTRATIVE_SHUTDOWN) }
            .shutdown_text()
    };
    assert_eq!(text(b""), None);
    assert_eq!(text(b"\x00"), None);
    assert_eq!(text(b"\x03bye"), Some("bye".to_owned()));
    assert_eq!(text(b"\x03byebye"), Some("bye".to_owned()));
    assert_eq!(text(b"\xffbye"), Some("bye".to_owned()));
    assert_eq!(text(b"\x02\xc3\x28"), Some("\u{fffd}(".to_owned()));
    assert_eq!(text(b"\x05a\nb\x1bc"), Some("a\u{fffd}b\u{fffd}c".to_owned()));
    assert_eq!(Notification::new(codes::BAD_PEER_AS).shutdown_text(), None);
}

#[test]
fn capabilities_have_short_names() {
    let graceful = GracefulRestart { flags: 0, restart_time: 0, families: vec![] };
    let cases = [
        (Capability::MultiProtocol { afi: 1, safi: 1 }, "ipv4-unicast"),
        (Capability::MultiProtocol { afi: 2, safi: 1 }, "ipv6-unicast"),
        (Capability::MultiProtocol { afi: 25, safi: 70 }, "afi-25-safi-70"),
        (Capability::RouteRefresh, "route-refresh"),
        (Capability::ExtendedNextHop(vec![]), "extended-next-hop"),
        (Capability::ExtendedMessage, "extended-message"),
        (Capability::Role(Role::RouteServerClient), "role-route-server-client"),
        (Capability::GracefulRestart(graceful), "graceful-restart"),
        (Capability::FourOctetAs(Asn(1)), "four-octet-as"),
        (Capability::AddPath(vec![]), "add-path"),
        (Capability::EnhancedRouteRefresh, "enhanced-route-refresh"),
        (Capability::Unknown { code: 73, data: vec![] }, "capability-73"),
    ];
    for (capability, name) in cases {
        assert_eq!(capability.to_string(), name);
    }
}

#[test]
fn an_error_says_what_where_and_what_the_peer_is_told() {
    let octets = super::update(&[33, 0, 0, 0, 0, 0], &[], &[]);
    let error = Message::decode(&octets, &FOUR_OCTETS).unwrap_err();
    let text = "a prefix longer than an address at octet 21 (UPDATE Message Error / Invalid Network Field)";
    assert_eq!(error.to_string(), text);
    let octets = super::update(&[], &[0x40, 1, 1, 9], &[]);
    let error = Message::decode(&octets, &FOUR_OCTETS).unwrap_err();
    let text = "ORIGIN without routes to withdraw: its value is 9 at octet 23 \
                (UPDATE Message Error / Invalid ORIGIN Attribute)";
    assert_eq!(error.to_string(), text);
}
