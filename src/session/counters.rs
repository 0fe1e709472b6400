use crate::wire::MessageKind;

/// Messages of one direction since the agent started, by type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MessageCounts {
    /// OPEN.
    pub open: u64,
    /// UPDATE.
    pub update: u64,
    /// NOTIFICATION.
    pub notification: u64,
    /// KEEPALIVE.
    pub keepalive: u64,
    /// ROUTE-REFRESH.
    pub route_refresh: u64,
}

impl MessageCounts {
    pub(super) fn count(&mut self, kind: MessageKind) {
        let counter = match kind {
            MessageKind::Open => &mut self.open,
            MessageKind::Update => &mut self.update,
            MessageKind::Notification => &mut self.notification,
            MessageKind::Keepalive => &mut self.keepalive,
            MessageKind::RouteRefresh => &mut self.route_refresh,
        };
        *counter += 1;
    }
}

/// What a session has counted since the agent started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Messages to the neighbour.
    pub sent: MessageCounts,
    /// Messages from the neighbour.
    pub received: MessageCounts,
    /// Times an established session was lost.
    pub flaps: u64,
    /// Attempts and connections that did not become a session.
    pub failures: u64,
    /// UPDATEs whose attributes are malformed (RFC 7606), or cannot be true on this session.
    pub malformed: u64,
}
