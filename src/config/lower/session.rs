use std::time::Duration;

use crate::config::duration::show;
use crate::config::notes::{Notes, Span};
use crate::config::reader::{Placed, Refusal, Section};
use crate::session::{HoldTime, RestartTime};

/// The session keys of one table: `[bgp]` or a neighbour.
#[derive(Debug)]
pub(super) struct SessionKeys {
    hold_time: Option<Placed<HoldTime>>,
    keepalive: Option<Placed<Duration>>,
    connect_retry: Option<Placed<Duration>>,
    send_hold_time: Option<Placed<Duration>>,
    shutdown_message: Option<Placed<String>>,
    graceful_restart: Option<Placed<Option<RestartTime>>>,
}

/// What holds for one neighbour after inheriting.
#[derive(Debug)]
pub(super) struct Timing {
    pub(super) hold_time: HoldTime,
    pub(super) keepalive: Option<Duration>,
    pub(super) connect_retry: Duration,
    pub(super) send_hold_time: Option<Duration>,
    pub(super) shutdown_message: String,
}

impl SessionKeys {
    pub(super) fn read(section: &Section<'_>) -> Self {
        Self {
            hold_time: hold_time(section),
            keepalive: section.duration("keepalive"),
            connect_retry: section.duration("connect-retry"),
            send_hold_time: section.duration("send-hold-time"),
            shutdown_message: shutdown_message(section),
            graceful_restart: graceful_restart(section),
        }
    }

    /// The neighbour's own key, else `[bgp]`, else the profile, else the default.
    pub(super) fn timing(
        &self,
        bgp: &SessionKeys,
        profile_hold_time: Option<HoldTime>,
        notes: &Notes<'_>,
    ) -> Option<Timing> {
        let inherited = bgp.hold_time.as_ref().filter(|hold_time| hold_time.given);
        let written = self.hold_time.as_ref().or(inherited);
        let default = bgp.hold_time.as_ref()?.value;
        let hold_time = written.map_or(profile_hold_time.unwrap_or(default), |hold| hold.value);
        let keepalive = self.keepalive(bgp, hold_time, notes);
        let send_hold_time = self.send_hold_time(bgp, hold_time, notes);
        let connect_retry = self.connect_retry.as_ref().or(bgp.connect_retry.as_ref());
        let message = self.shutdown_message.as_ref().or(bgp.shutdown_message.as_ref());
        Some(Timing {
            hold_time,
            keepalive,
            connect_retry: connect_retry?.value,
            send_hold_time,
            shutdown_message: message?.value.clone(),
        })
    }

    /// The neighbour's own key, else `[bgp]`.
    pub(super) fn graceful_restart(
        &self,
        bgp: &SessionKeys,
    ) -> Option<Placed<Option<RestartTime>>> {
        self.graceful_restart.as_ref().or(bgp.graceful_restart.as_ref()).cloned()
    }

    fn keepalive(
        &self,
        bgp: &SessionKeys,
        hold_time: HoldTime,
        notes: &Notes<'_>,
    ) -> Option<Duration> {
        let keepalive = self.keepalive.as_ref().or(bgp.keepalive.as_ref())?;
        let Some(hold) = hold_time.duration() else {
            if self.keepalive.is_some() {
                notes.fault(
                    &keepalive.span,
                    format!("keepalive {} has no use with hold-time \"0s\"", keepalive.shown),
                    "without a hold time no KEEPALIVE may be sent (RFC 4271 §4.4)",
                    "leave it out, or set a hold-time of \"3s\" or more",
                );
            }
            return None;
        };
        let span = self.nearest(&self.keepalive, keepalive);
        let (shown, hold_shown) = (&keepalive.shown, show(hold));
        if keepalive.value >= hold {
            notes.fault(
                &span,
                format!("keepalive {shown} is not shorter than hold-time \"{hold_shown}\""),
                "the session would expire between two KEEPALIVEs",
                "leave keepalive out for a third of hold-time",
            );
        } else if keepalive.value > hold / 3 {
            notes.worry(
                &span,
                format!("keepalive {shown} is more than a third of hold-time \"{hold_shown}\""),
                "one lost packet may end the session (RFC 4271 §4.4 advises a third)",
                "leave keepalive out for a third of hold-time",
            );
        }
        Some(keepalive.value)
    }

    fn send_hold_time(
        &self,
        bgp: &SessionKeys,
        hold_time: HoldTime,
        notes: &Notes<'_>,
    ) -> Option<Duration> {
        let send_hold = self.send_hold_time.as_ref().or(bgp.send_hold_time.as_ref())?;
        let hold = hold_time.duration().unwrap_or_default();
        if send_hold.value <= hold {
            notes.fault(
                &self.nearest(&self.send_hold_time, send_hold),
                format!(
                    "send-hold-time {} does not exceed hold-time \"{}\"",
                    send_hold.shown,
                    show(hold)
                ),
                "it must be longer than hold-time (RFC 9687 §3)",
                "leave it out for the larger of \"8m\" and twice the hold time",
            );
        }
        Some(send_hold.value)
    }

    /// Where the neighbour has a part in a conflict with the hold time, else the place in `[bgp]`.
    fn nearest(&self, own: &Option<Placed<Duration>>, used: &Placed<Duration>) -> Span {
        match (own, &self.hold_time) {
            (None, Some(hold_time)) => hold_time.span.clone(),
            (Some(_), _) | (None, None) => used.span.clone(),
        }
    }
}

fn hold_time(section: &Section<'_>) -> Option<Placed<HoldTime>> {
    let written = section.duration("hold-time")?;
    let seconds = u16::try_from(written.value.as_secs()).ok();
    let Some(hold_time) = seconds.and_then(HoldTime::new) else {
        section.notes.fault(
            &written.span,
            format!("hold-time cannot be {}", written.shown),
            "RFC 4271 §4.2 allows \"0s\", or whole seconds from 3 to 65535",
            "leave it out for \"90s\", or take at least \"3s\"",
        );
        return None;
    };
    Some(written.map(|_| hold_time))
}

fn graceful_restart(section: &Section<'_>) -> Option<Placed<Option<RestartTime>>> {
    let written = section.duration("graceful-restart")?;
    let time = u16::try_from(written.value.as_secs()).ok().and_then(RestartTime::new);
    Some(written.map(|_| time))
}

fn shutdown_message(section: &Section<'_>) -> Option<Placed<String>> {
    let written = section.text("shutdown-message", |text| match text.len() {
        0..=255 => Ok(text.to_owned()),
        long => {
            Err(Refusal::rule(format!("it has {long} octets, and 255 is the most (RFC 9003 §2)"))
                .help("shorten it"))
        }
    })?;
    let length = written.value.len();
    if length > 128 {
        section.notes.worry(
            &written.span,
            format!("shutdown-message has {length} octets"),
            "a neighbour that knows RFC 8203 only, and not RFC 9003, refuses more than 128",
            "shorten it, unless every neighbour reads long ones",
        );
    }
    Some(written)
}
