//! One session against a scripted neighbour.

use super::*;
use crate::session::outbound::Manner;
use crate::wire::{
    AsPath, ExtendedNextHopFamily, MpNextHop, Origin, PathAttributes, Role, RouteRefresh,
    pack_announcements, pack_withdrawals,
};

/// A session, its clock, and a neighbour whose words are written down in the test.
pub(super) struct Bench {
    pub(super) session: Session,
    pub(super) now: Instant,
    pub(super) context: Context,
    pub(super) said: Vec<Message>,
    pub(super) outputs: Vec<Output>,
    /// Whether the socket takes everything at once.
    drains: bool,
}

impl Bench {
    pub(super) fn new(params: Params) -> Self {
        let now = Instant::now();
        Self {
            session: Session::new(params, 1, now),
            now,
            context: Context::default(),
            said: Vec::new(),
            outputs: Vec::new(),
            drains: true,
        }
    }

    pub(super) fn input(&mut self, input: Input<'_>) {
        self.session.handle(input, self.now);
        while let Some(output) = self.session.poll_output() {
            if let Output::Send { direction, octets } = &output {
                self.said.extend(messages(octets, &self.context));
                if self.drains {
                    self.session.handle(Input::Drained(*direction), self.now);
                }
            }
            self.outputs.push(output);
        }
    }

    pub(super) fn hear(&mut self, direction: Direction, message: &Message) {
        let octets = message.encode(&self.context);
        self.input(Input::Received { direction, octets: &octets });
    }

    pub(super) fn state(&self) -> State {
        self.session.state().0
    }

    /// Lets time pass, timer by timer.
    pub(super) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        for _ in 0..100_000 {
            let Some((at, _)) = self.session.poll_timeout().filter(|(at, _)| *at <= end) else {
                self.now = end;
                return;
            };
            assert!(at >= self.now, "a timer lies in the past");
            self.now = at;
            self.input(Input::Timeout);
        }
        panic!("timers do not come to rest: {:?}", self.session.poll_timeout());
    }

    pub(super) fn started(params: Params) -> Self {
        let mut bench = Self::new(params);
        bench.input(Input::Start);
        bench
    }

    pub(super) fn open_sent(direction: Direction) -> Self {
        let mut bench = Self::started(params(65010, 65515, 1));
        bench.connect(direction);
        bench
    }

    pub(super) fn connect(&mut self, direction: Direction) {
        match direction {
            Direction::Dialled => self.input(Input::Dialled { local: LOCAL }),
            Direction::Accepted => {
                self.input(Input::DialFailed("refused".into()));
                self.input(Input::Accepted { local: LOCAL });
            }
        }
    }

    pub(super) fn open_confirm(direction: Direction) -> Self {
        let mut bench = Self::open_sent(direction);
        bench.hear(direction, &Message::Open(their_open()));
        bench
    }

    pub(super) fn established() -> Self {
        Self::established_as(params(65010, 65515, 1), LOCAL)
    }

    pub(super) fn established_as(params: Params, local: IpAddr) -> Self {
        let mut bench = Self::started(params);
        bench.input(Input::Dialled { local });
        bench.hear(Direction::Dialled, &Message::Open(their_open()));
        bench.context = Context { four_octet_asn: true, extended_messages: false };
        bench.hear(Direction::Dialled, &Message::Keepalive);
        assert_eq!(bench.state(), State::Established);
        bench.said.clear();
        bench.outputs.clear();
        bench
    }

    /// Established, with a socket that takes nothing any more.
    pub(super) fn stuck() -> Self {
        let mut bench = Self::established();
        bench.drains = false;
        bench
    }

    pub(super) fn notifications(&self) -> Vec<(u8, u8)> {
        let said = self.said.iter();
        said.filter_map(|m| match m {
            Message::Notification(n) => Some((n.code, n.subcode)),
            Message::Open(_)
            | Message::Update(_)
            | Message::Keepalive
            | Message::RouteRefresh(_) => None,
        })
        .collect()
    }

    pub(super) fn updates(&self) -> Vec<&Update> {
        let said = self.said.iter();
        said.filter_map(|m| if let Message::Update(update) = m { Some(update) } else { None })
            .collect()
    }

    fn dials(&self) -> usize {
        self.outputs.iter().filter(|output| **output == Output::Dial).count()
    }

    fn last_error(&self) -> String {
        self.session.last_error().map(ToString::to_string).unwrap_or_default()
    }
}

#[test]
fn starting_dials_and_a_connection_gets_our_open() {
    let mut bench = Bench::started(params(65010, 65515, 1));
    assert_eq!((bench.dials(), bench.state()), (1, State::Connect));
    bench.connect(Direction::Dialled);
    assert_eq!(bench.state(), State::OpenSent);
    let [Message::Open(open)] = bench.said.as_slice() else { panic!("{:?}", bench.said) };
    assert_eq!((open.asn(), open.hold_time), (Asn(65010), 90));
    assert!(
        open.capabilities.contains(&Capability::RouteRefresh),
        "Azure resets a peer without it"
    );
    assert_eq!(open.families(), [Family::Ipv4Unicast].into());
}

#[test]
fn a_local_as_above_65535_says_as_trans_in_the_old_field() {
    let mut bench = Bench::started(params(4_200_000_000, 65515, 1));
    bench.connect(Direction::Dialled);
    let [Message::Open(open)] = bench.said.as_slice() else { panic!("{:?}", bench.said) };
    assert_eq!((open.my_as, open.asn()), (Asn(23456), Asn(4_200_000_000)));
}

#[test]
fn a_session_that_is_shut_down_or_passive_never_dials() {
    let mut bench = Bench::started(Params { shutdown: true, ..params(65010, 65515, 1) });
    bench.pass(600 * SECOND);
    assert_eq!((bench.dials(), bench.state()), (0, State::Idle));
    let mut bench = Bench::started(Params { passive: true, ..params(65010, 65515, 1) });
    bench.pass(600 * SECOND);
    assert_eq!((bench.dials(), bench.state()), (0, State::Active));
    bench.input(Input::Accepted { local: LOCAL });
    assert_eq!(bench.state(), State::OpenSent);
}

#[test]
fn established_tells_the_table_then_end_of_rib_then_how_far() {
    let mut bench = Bench::open_confirm(Direction::Dialled);
    bench.context = Context { four_octet_asn: true, extended_messages: false };
    bench.input(Input::Wanted(plan(7, &[("9.9.9.9", 1)])));
    assert!(bench.updates().is_empty(), "told before established");
    bench.hear(Direction::Dialled, &Message::Keepalive);
    let updates = bench.updates();
    assert_eq!(updates.len(), 2);
    assert_eq!(updates[0].announced, ["9.9.9.9".parse().unwrap()]);
    assert_eq!(updates[0].attributes.next_hop, Some(Ipv4Addr::new(10, 0, 0, 1)));
    assert_eq!(updates[0].attributes.local_pref, None);
    assert_eq!(updates[1].as_end_of_rib(), Some(Family::Ipv4Unicast));
    assert!(bench.outputs.contains(&Output::Carried(Carried::Upto(7))));
}

#[test]
fn a_change_replaces_and_a_withdrawal_withdraws() {
    let mut bench = Bench::established();
    bench.input(Input::Wanted(plan(1, &[("9.9.9.9", 1)])));
    bench.input(Input::Wanted(plan(2, &[("9.9.9.9", 4)])));
    bench.input(Input::Wanted(plan(3, &[("9.9.9.9", 4)])));
    bench.input(Input::Wanted(plan(4, &[])));
    let told: Vec<_> = bench
        .updates()
        .iter()
        .map(|u| {
            (
                u.announced.len(),
                u.attributes.as_path.as_ref().map_or(0, |p| p.length()),
                u.withdrawn.len(),
            )
        })
        .collect();
    assert_eq!(told, [(1, 1, 0), (1, 4, 0), (0, 0, 1)]);
    assert!(bench.outputs.contains(&Output::Carried(Carried::Upto(3))), "unchanged is carried too");
    assert!(bench.session.advertised().is_empty());
}

#[test]
fn a_neighbour_that_does_not_read_gets_the_newest_state_and_no_queue() {
    let mut bench = Bench::established();
    bench.drains = false;
    for version in 1..=50 {
        bench.input(Input::Wanted(plan(version, &[("9.9.9.9", version as usize)])));
    }
    bench.input(Input::Wanted(plan(51, &[])));
    assert_eq!(bench.updates().len(), 1, "octets pile up for a neighbour that does not read");
    bench.drains = true;
    bench.input(Input::Drained(Direction::Dialled));
    assert_eq!(bench.updates().len(), 2);
    assert_eq!(bench.updates()[1].withdrawn.len(), 1);
    assert_eq!(bench.outputs.last(), Some(&Output::Carried(Carried::Upto(51))));
}

#[test]
fn a_first_table_on_its_way_is_told_of_before_it_is_written() {
    let mut bench = Bench::open_confirm(Direction::Dialled);
    bench.input(Input::Wanted(plan(7, &[("9.9.9.9", 1)])));
    bench.drains = false;
    bench.context = Context { four_octet_asn: true, extended_messages: false };
    bench.outputs.clear();
    bench.hear(Direction::Dialled, &Message::Keepalive);
    let carried = bench.outputs.iter().position(|o| *o == Output::Carried(Carried::Upto(0)));
    let sent = bench.outputs.iter().position(|o| matches!(o, Output::Send { .. }));
    assert!(carried.is_some() && carried < sent, "{:?}", bench.outputs);
    bench.drains = true;
    bench.input(Input::Drained(Direction::Dialled));
    assert_eq!(bench.outputs.last(), Some(&Output::Carried(Carried::Upto(7))));
}

#[test]
fn a_neighbour_that_never_reads_again_is_given_up_after_the_send_hold_time() {
    let mut bench = Bench::established();
    bench.drains = false;
    bench.input(Input::Wanted(plan(1, &[("9.9.9.9", 1)])));
    for _ in 0..49 {
        bench.pass(10 * SECOND);
        if bench.state() == State::Established {
            bench.hear(Direction::Dialled, &Message::Keepalive);
        }
    }
    assert_eq!(bench.notifications(), [(8, 0)]);
    assert!(bench.last_error().contains("does not read"), "{}", bench.last_error());
    assert!(bench.outputs.contains(&Output::Carried(Carried::Nothing)));
}

#[test]
fn bfd_down_closes_an_established_session_with_its_own_words_and_dialling_goes_on() {
    let mut bench = Bench::established();
    bench.input(Input::BfdDown("BFD: no packet for 900 ms".into()));
    assert_eq!(bench.notifications(), [(6, 10)]);
    assert_eq!(bench.last_error(), "BFD: no packet for 900 ms");
    assert!(bench.outputs.contains(&Output::Close(Direction::Dialled)));
    assert!(bench.outputs.contains(&Output::Carried(Carried::Nothing)));
    assert_eq!(bench.session.counters().flaps, 1);
    let dials = bench.dials();
    bench.pass(5 * SECOND);
    assert_eq!(bench.dials(), dials + 1, "a session does not wait for BFD");
}

#[test]
fn the_smaller_hold_time_counts_and_a_third_of_it_is_the_keepalive() {
    let mut bench = Bench::established();
    assert_eq!(bench.session.negotiated().unwrap().hold_time.seconds(), 90);
    for _ in 0..10 {
        bench.pass(60 * SECOND);
        bench.hear(Direction::Dialled, &Message::Keepalive);
    }
    let sent = bench.said.iter().filter(|m| **m == Message::Keepalive).count();
    // 600 s at 30 s each, jittered down to three quarters.
    assert!((20..=27).contains(&sent), "{sent} keepalives in 600 s");
    assert_eq!(bench.state(), State::Established);
}

#[test]
fn a_configured_keepalive_counts_when_it_is_shorter() {
    let mut params = params(65010, 65515, 1);
    params.keepalive = Some(5 * SECOND);
    let mut bench = Bench::started(params);
    bench.connect(Direction::Dialled);
    bench.hear(Direction::Dialled, &Message::Open(their_open()));
    bench.context = Context { four_octet_asn: true, extended_messages: false };
    bench.hear(Direction::Dialled, &Message::Keepalive);
    bench.said.clear();
    bench.pass(60 * SECOND);
    let sent = bench.said.iter().filter(|m| **m == Message::Keepalive).count();
    assert!((12..=16).contains(&sent), "{sent} keepalives in 60 s");
}

#[test]
fn hold_time_zero_means_no_keepalives_and_no_hold_timer() {
    let mut bench = Bench::open_sent(Direction::Dialled);
    let open = Open { hold_time: 0, ..their_open() };
    bench.hear(Direction::Dialled, &Message::Open(open));
    bench.context = Context { four_octet_asn: true, extended_messages: false };
    bench.hear(Direction::Dialled, &Message::Keepalive);
    bench.said.clear();
    bench.pass(3600 * SECOND);
    assert_eq!((bench.said.len(), bench.state()), (0, State::Established));
}

#[test]
fn without_a_hold_time_a_neighbour_must_still_come_up_in_time() {
    let mut bench = Bench::open_sent(Direction::Dialled);
    let open = Open { hold_time: 0, ..their_open() };
    bench.pass(100 * SECOND);
    bench.hear(Direction::Dialled, &Message::Open(open));
    assert_eq!(bench.state(), State::OpenConfirm);
    bench.outputs.clear();
    bench.pass(140 * SECOND);
    assert_eq!(bench.notifications(), [(4, 0)]);
    assert!(bench.outputs.contains(&Output::Close(Direction::Dialled)));
    bench.pass(60 * SECOND);
    assert!(bench.outputs.contains(&Output::Dial));
}

#[test]
fn silence_ends_in_hold_timer_expired_in_every_state() {
    let cases = [
        (Bench::open_sent(Direction::Dialled), 240),
        (Bench::open_confirm(Direction::Accepted), 90),
        (Bench::established(), 90),
    ];
    for (mut bench, seconds) in cases {
        bench.pass((seconds - 1) * SECOND);
        assert!(bench.notifications().is_empty());
        bench.pass(SECOND);
        assert_eq!(bench.notifications(), [(4, 0)]);
        assert!(bench.last_error().contains("hold timer expired"));
    }
}

#[test]
fn the_wrong_as_is_told_so_and_left_alone_for_a_while() {
    let mut bench = Bench::open_sent(Direction::Dialled);
    let mut open = their_open();
    open.capabilities.retain(|c| !matches!(c, Capability::FourOctetAs(_)));
    open.my_as = Asn(64999);
    bench.hear(Direction::Dialled, &Message::Open(open));
    assert_eq!((bench.notifications(), bench.state()), (vec![(2, 2)], State::Idle));
    assert_eq!(bench.last_error(), "the neighbour says it is AS 64999, peer-as is 65515");
    bench.outputs.clear();
    bench.input(Input::Accepted { local: LOCAL });
    assert!(matches!(bench.outputs.as_slice(), [Output::Refuse(_)]), "{:?}", bench.outputs);
    bench.pass(5 * SECOND);
    assert_eq!((bench.dials(), bench.state()), (1, State::Connect));
}

#[test]
fn a_neighbour_without_any_of_our_families_is_told_which_we_miss() {
    let mut bench = Bench::open_sent(Direction::Dialled);
    let mut open = their_open();
    open.capabilities = vec![Capability::MultiProtocol { afi: 2, safi: 1 }];
    bench.hear(Direction::Dialled, &Message::Open(open));
    assert_eq!(bench.notifications(), [(2, 7)]);
    assert!(bench.last_error().contains("ipv4-unicast"), "{}", bench.last_error());
}

#[test]
fn a_neighbour_without_capabilities_speaks_ipv4_with_two_octet_as() {
    let mut bench = Bench::open_sent(Direction::Dialled);
    let open = Open { capabilities: Vec::new(), ..their_open() };
    bench.hear(Direction::Dialled, &Message::Open(open));
    bench.hear(Direction::Dialled, &Message::Keepalive);
    assert_eq!(bench.state(), State::Established);
    bench.said.clear();
    bench.input(Input::Wanted(plan(1, &[("9.9.9.9", 2)])));
    let path = bench.updates()[0].attributes.as_path.clone().unwrap();
    assert_eq!(path.to_string(), "65010 65010");
}

#[test]
fn attempts_back_off_and_never_hammer() {
    let mut bench = Bench::started(params(65010, 65515, 1));
    let mut waits = Vec::new();
    for _ in 0..8 {
        bench.input(Input::DialFailed("refused".into()));
        assert_eq!(bench.state(), State::Active);
        let before = bench.now;
        bench.now = bench.session.poll_timeout().unwrap().0;
        waits.push((bench.now - before).as_secs_f32());
        bench.input(Input::Timeout);
        assert_eq!(bench.state(), State::Connect);
    }
    assert!(waits[0] >= 3.75 && waits[0] <= 5.0, "{waits:?}");
    assert!(waits[7] >= 45.0 && waits[7] <= 60.0, "{waits:?}");
}

#[test]
fn an_attempt_that_nobody_answers_is_given_up() {
    let mut bench = Bench::started(params(65010, 65515, 1));
    bench.pass(10 * SECOND);
    assert!(bench.outputs.contains(&Output::CancelDial));
    assert_eq!(bench.last_error(), "no answer to our connection within 10s");
    bench.pass(5 * SECOND);
    assert_eq!(bench.dials(), 2);
}

#[test]
fn stop_says_cease_with_the_text_and_stays_down() {
    let mut bench = Bench::established();
    bench.input(Input::Stop(Leaving::Shutdown));
    let Some(Message::Notification(notification)) = bench.said.last() else { panic!() };
    assert_eq!((notification.code, notification.subcode), (6, 2));
    assert_eq!(notification.shutdown_text().as_deref(), Some("maintenance"));
    let close = bench.outputs.iter().position(|o| *o == Output::Close(Direction::Dialled));
    let carried = bench.outputs.iter().position(|o| *o == Output::Carried(Carried::Nothing));
    assert!(close < carried, "{:?}", bench.outputs);
    bench.pass(3600 * SECOND);
    assert_eq!((bench.dials(), bench.state()), (0, State::Idle));
}

#[test]
fn a_cease_from_the_neighbour_is_shown_and_its_next_connection_is_welcome() {
    let mut bench = Bench::established();
    let cease = Notification::administrative_shutdown("upgrade");
    bench.hear(Direction::Dialled, &Message::Notification(cease));
    assert_eq!(bench.state(), State::Active);
    assert!(bench.last_error().contains("upgrade"), "{}", bench.last_error());
    assert_eq!(bench.session.counters().flaps, 1);
    bench.input(Input::Accepted { local: LOCAL });
    assert_eq!(bench.state(), State::OpenSent);
}

#[test]
fn a_lost_session_forgets_what_was_told_and_tells_all_again() {
    let mut bench = Bench::established();
    bench.input(Input::Wanted(plan(1, &[("9.9.9.9", 1)])));
    bench.input(Input::Closed { direction: Direction::Dialled, because: "reset".into() });
    assert!(bench.outputs.contains(&Output::Carried(Carried::Nothing)));
    bench.pass(5 * SECOND);
    bench.context = Context::default();
    bench.connect(Direction::Dialled);
    bench.hear(Direction::Dialled, &Message::Open(their_open()));
    bench.context = Context { four_octet_asn: true, extended_messages: false };
    bench.said.clear();
    bench.hear(Direction::Dialled, &Message::Keepalive);
    assert_eq!(bench.updates()[0].announced.len(), 1);
}

#[test]
fn a_route_refresh_is_answered_with_the_family_and_nothing_else() {
    let mut bench = Bench::established();
    bench.input(Input::Wanted(plan(1, &[("9.9.9.9", 1)])));
    bench.said.clear();
    let refresh = |afi, subtype| Message::RouteRefresh(RouteRefresh { afi, safi: 1, subtype });
    bench.hear(Direction::Dialled, &refresh(2, 0));
    bench.hear(Direction::Dialled, &refresh(1, 77));
    assert!(bench.said.is_empty(), "answered what was not asked: {:?}", bench.said);
    bench.hear(Direction::Dialled, &refresh(1, 0));
    let updates = bench.updates();
    assert_eq!(updates[0].announced.len(), 1);
    assert_eq!(updates[1].as_end_of_rib(), Some(Family::Ipv4Unicast));
}

#[test]
fn a_neighbour_that_knows_the_marks_gets_its_refresh_between_them() {
    let mut bench = Bench::open_sent(Direction::Dialled);
    let mut open = their_open();
    open.capabilities.push(Capability::EnhancedRouteRefresh);
    bench.hear(Direction::Dialled, &Message::Open(open));
    bench.context = Context { four_octet_asn: true, extended_messages: false };
    bench.hear(Direction::Dialled, &Message::Keepalive);
    bench.input(Input::Wanted(plan(1, &[("9.9.9.9", 1)])));
    bench.said.clear();
    let mark = |subtype| Message::RouteRefresh(RouteRefresh { afi: 1, safi: 1, subtype });
    bench.hear(Direction::Dialled, &mark(RouteRefresh::REQUEST));
    assert_eq!(bench.said.len(), 3);
    assert_eq!(bench.said.first(), Some(&mark(RouteRefresh::BEGIN)));
    assert_eq!(bench.updates()[0].announced.len(), 1);
    assert_eq!(bench.said.last(), Some(&mark(RouteRefresh::END)));
}

#[test]
fn long_messages_are_read_when_both_sides_know_them_and_refused_otherwise() {
    let long = |context: &Context| {
        let prefixes: Vec<_> =
            (0..2000u32).map(|n| Prefix::host(Ipv4Addr::from(0x0a00_0000 + n).into())).collect();
        let updates = pack_withdrawals(Family::Ipv4Unicast, &prefixes, context);
        Message::Update(updates.into_iter().next().unwrap()).encode(context)
    };
    for known in [true, false] {
        let mut bench = Bench::open_sent(Direction::Dialled);
        let mut open = their_open();
        open.capabilities.extend(known.then_some(Capability::ExtendedMessage));
        bench.hear(Direction::Dialled, &Message::Open(open));
        bench.hear(Direction::Dialled, &Message::Keepalive);
        let octets = long(&Context { four_octet_asn: true, extended_messages: true });
        assert!(octets.len() > 4096);
        bench.input(Input::Received { direction: Direction::Dialled, octets: &octets });
        assert_eq!(bench.state() == State::Established, known);
        assert_eq!(bench.notifications().first(), (!known).then_some(&(1, 2)));
    }
}

#[test]
fn received_routes_are_counted_up_to_the_limit_and_gone_with_the_session() {
    let mut bench = Bench::established();
    let attributes = PathAttributes {
        origin: Some(Origin::Igp),
        as_path: Some(AsPath::sequence(&[Asn(65515), Asn(65020)])),
        ..Default::default()
    };
    let next_hop = MpNextHop { global: "10.0.0.9".parse().unwrap(), link_local: None };
    let prefixes: Vec<_> = (0..150).map(|n| format!("10.1.{n}.0/24").parse().unwrap()).collect();
    let context = bench.context;
    for update in pack_announcements(&attributes, next_hop, &prefixes, &context) {
        bench.hear(Direction::Dialled, &Message::Update(update));
    }
    let received = bench.session.received_routes();
    assert_eq!((received.len(), received.refused()), (100, 50));
    assert_eq!(bench.state(), State::Established, "over the limit the session stays");
    for update in pack_withdrawals(Family::Ipv4Unicast, &prefixes[..40], &context) {
        bench.hear(Direction::Dialled, &Message::Update(update));
    }
    assert_eq!(bench.session.received_routes().len(), 60);
    bench.input(Input::Stop(Leaving::Shutdown));
    assert!(bench.session.received_routes().is_empty());
}

#[test]
fn what_the_neighbour_shows_of_watched_prefixes_is_told_when_it_changes() {
    let mut bench = Bench::established();
    let own: Prefix = "9.9.9.9".parse().unwrap();
    let context = bench.context;
    let announce = |bench: &mut Bench, prefixes: &[Prefix], origin: u32| {
        let attributes = PathAttributes {
            origin: Some(Origin::Igp),
            as_path: Some(AsPath::sequence(&[Asn(65515), Asn(origin)])),
            ..Default::default()
        };
        let next_hop = MpNextHop { global: "10.0.0.9".parse().unwrap(), link_local: None };
        for update in pack_announcements(&attributes, next_hop, prefixes, &context) {
            bench.hear(Direction::Dialled, &Message::Update(update));
        }
    };
    let shown = |bench: &mut Bench| -> Vec<Option<Vec<u32>>> {
        let outputs = std::mem::take(&mut bench.outputs).into_iter();
        let told = outputs.filter_map(|output| {
            let Output::Shown(shown) = output else { return None };
            Some(match shown {
                Shown::Unknown | Shown::Incomplete(_) => None,
                Shown::Routes(routes) => {
                    Some(routes.values().map(|route| route.as_path[1].0).collect())
                }
            })
        });
        told.collect()
    };
    announce(&mut bench, &[own], 65020);
    assert_eq!(shown(&mut bench), [], "nobody watches anything");

    let watched: Arc<BTreeSet<Prefix>> = Arc::new([own].into());
    bench.input(Input::Wanted(Plan { watched, ..plan(1, &[]) }));
    assert_eq!(shown(&mut bench), [Some(vec![65020])]);
    // Far more than are kept.
    let others: Vec<Prefix> = (0..150).map(|n| format!("10.1.{n}.0/24").parse().unwrap()).collect();
    announce(&mut bench, &others, 65021);
    announce(&mut bench, &[own], 65020);
    assert_eq!(shown(&mut bench), [], "nothing has changed");
    for update in pack_withdrawals(Family::Ipv4Unicast, &[own], &context) {
        bench.hear(Direction::Dialled, &Message::Update(update));
    }
    assert_eq!(shown(&mut bench), [Some(vec![])]);
    announce(&mut bench, &[own], 65022);
    assert_eq!(shown(&mut bench), [Some(vec![65022])], "kept beyond max-received");
    bench.input(Input::Stop(Leaving::Shutdown));
    assert_eq!(shown(&mut bench), [None]);
}

#[test]
fn a_passive_neighbour_that_does_not_come_is_missed_once() {
    for (signed, words) in [
        (false, "no connection from it within 30s"),
        (true, "no connection from it within 30s: a wrong password looks like this"),
    ] {
        let mut bench = Bench::started(Params { passive: true, signed, ..params(65010, 65515, 1) });
        bench.pass(29 * SECOND);
        assert_eq!((bench.state(), bench.session.last_error()), (State::Active, None));
        bench.pass(3600 * SECOND);
        assert_eq!(bench.state(), State::Active, "it is still waited for");
        assert_eq!(bench.session.last_error().map(Reason::as_str), Some(words));
        assert_eq!(bench.session.counters().failures, 1, "said once");
    }
}

#[test]
fn a_passive_neighbour_that_comes_is_not_missed() {
    let mut bench = Bench::started(Params { passive: true, ..params(65010, 65515, 1) });
    bench.pass(29 * SECOND);
    bench.input(Input::Accepted { local: LOCAL });
    bench.pass(100 * SECOND);
    assert_eq!(bench.session.last_error(), None);
    // What became of its connection says more than that it stays away now.
    bench.input(Input::Closed { direction: Direction::Accepted, because: "gone".into() });
    bench.pass(3600 * SECOND);
    assert_eq!(bench.session.last_error().map(Reason::as_str), Some("gone"));
    bench.input(Input::Stop(Leaving::Shutdown));
    assert_eq!(bench.session.poll_timeout(), None);
}

#[test]
fn a_malformed_attribute_costs_the_route_and_not_the_session() {
    let mut bench = Bench::established();
    // An UPDATE for 10.0.0.0/8 whose ORIGIN is 9 (RFC 7606 §7.1: treat as withdraw).
    let attributes = [0x40, 1, 1, 9, 0x40, 2, 6, 2, 1, 0, 0, 0xff, 0xeb, 0x40, 3, 4, 10, 0, 0, 9];
    let mut octets = vec![0xff; 16];
    let length = 19 + 2 + 2 + attributes.len() + 2;
    octets.extend((length as u16).to_be_bytes());
    octets.extend([2, 0, 0]);
    octets.extend((attributes.len() as u16).to_be_bytes());
    octets.extend(attributes);
    octets.extend([8, 10]);
    bench.input(Input::Received { direction: Direction::Dialled, octets: &octets });
    assert_eq!(bench.state(), State::Established);
    assert_eq!(bench.session.counters().malformed, 1);
    assert_eq!(bench.session.last_malformed().unwrap().octets, octets);
    assert!(bench.session.received_routes().is_empty());
}

#[test]
fn octets_in_any_portion_mean_the_same() {
    let mut bench = Bench::open_sent(Direction::Dialled);
    let context = Context::default();
    let mut octets = Message::Open(their_open()).encode(&context);
    octets.extend(Message::Keepalive.encode(&context));
    for octet in octets {
        bench.input(Input::Received { direction: Direction::Dialled, octets: &[octet] });
        bench.context = Context::default();
    }
    assert_eq!(bench.state(), State::Established);
}

#[test]
fn garbage_gets_connection_not_synchronized() {
    let mut bench = Bench::open_sent(Direction::Dialled);
    bench.input(Input::Received { direction: Direction::Dialled, octets: &[b'x'; 64] });
    assert_eq!((bench.notifications(), bench.state()), (vec![(1, 1)], State::Idle));
    assert!(bench.last_error().contains("cannot be read"), "{}", bench.last_error());
}

#[test]
fn an_established_session_refuses_a_second_connection_and_tries_the_first() {
    let mut bench = Bench::established();
    bench.input(Input::Accepted { local: LOCAL });
    let Some(Output::Refuse(octets)) =
        bench.outputs.iter().find(|o| matches!(o, Output::Refuse(_)))
    else {
        panic!("{:?}", bench.outputs)
    };
    let refusal = messages(octets, &Context::default());
    let [Message::Notification(n)] = refusal.as_slice() else { panic!("{refusal:?}") };
    assert_eq!((n.code, n.subcode), (6, 7));
    assert_eq!(bench.said, [Message::Keepalive]);
    assert_eq!(bench.state(), State::Established);
}

#[test]
fn of_two_connections_the_one_opened_by_the_higher_identifier_stays() {
    for (router_id, kept) in [(1, Direction::Accepted), (0x0a0a_0a0a, Direction::Dialled)] {
        for first in [Direction::Dialled, Direction::Accepted] {
            let mut bench = Bench::started(params(65010, 65515, router_id));
            bench.input(Input::Dialled { local: LOCAL });
            bench.input(Input::Accepted { local: LOCAL });
            bench.hear(first, &Message::Open(their_open()));
            assert!(bench.notifications().is_empty(), "one OPEN is no collision yet");
            bench.hear(first.other(), &Message::Open(their_open()));
            assert_eq!(bench.notifications(), [(6, 7)]);
            assert!(bench.outputs.contains(&Output::Close(kept.other())), "{router_id} {first:?}");
            bench.context = Context { four_octet_asn: true, extended_messages: false };
            bench.hear(kept, &Message::Keepalive);
            assert_eq!(bench.state(), State::Established);
        }
    }
}

#[test]
fn of_equal_identifiers_the_larger_as_keeps_its_connection() {
    let mut bench = Bench::started(params(65010, 65515, 0x0909_0909));
    bench.input(Input::Dialled { local: LOCAL });
    bench.input(Input::Accepted { local: LOCAL });
    bench.hear(Direction::Dialled, &Message::Open(their_open()));
    bench.hear(Direction::Accepted, &Message::Open(their_open()));
    assert!(bench.outputs.contains(&Output::Close(Direction::Dialled)));
}

#[test]
fn a_mute_caller_does_not_keep_us_from_dialling() {
    let mut bench = Bench::started(params(65010, 65515, 1));
    bench.connect(Direction::Accepted);
    bench.pass(5 * SECOND);
    assert_eq!(bench.dials(), 2);
    bench.input(Input::Dialled { local: LOCAL });
    bench.hear(Direction::Dialled, &Message::Open(their_open()));
    assert_eq!(bench.state(), State::OpenConfirm);
}

#[test]
fn inputs_for_connections_that_are_gone_are_ignored() {
    let mut bench = Bench::started(params(65010, 65515, 1));
    let direction = Direction::Accepted;
    for input in [
        Input::Drained(direction),
        Input::Received { direction, octets: &[0xff; 19] },
        Input::Closed { direction, because: "late".into() },
    ] {
        bench.input(input);
    }
    assert_eq!(bench.state(), State::Connect);
    bench.input(Input::Stop(Leaving::Shutdown));
    bench.input(Input::Dialled { local: LOCAL });
    assert_eq!(bench.state(), State::Idle);
}

#[test]
fn an_attempt_that_nobody_answers_may_have_the_wrong_password() {
    let mut bench = Bench::started(Params { signed: true, ..params(65010, 65515, 1) });
    bench.pass(10 * SECOND);
    assert_eq!(bench.last_error(), "no answer: a wrong password looks like this");
}

/// Both OPENs exchanged with a neighbour that announces these capabilities beside the usual ones.
pub(super) fn opened(params: Params, local: IpAddr, more: &[Capability]) -> Bench {
    let mut bench = Bench::started(params);
    bench.input(Input::Dialled { local });
    let mut open = their_open();
    open.capabilities.extend_from_slice(more);
    bench.hear(Direction::Dialled, &Message::Open(open));
    bench.context = Context { four_octet_asn: true, extended_messages: false };
    bench
}

#[test]
fn roles_must_fit_together_and_a_neighbour_without_one_is_taken_as_it_is() {
    for ours in Role::ALL {
        for theirs in Role::ALL {
            let params = Params { role: Some(ours), ..params(65010, 65515, 1) };
            let bench = opened(params, LOCAL, &[Capability::Role(theirs)]);
            let fits = theirs == ours.counterpart();
            assert_eq!(bench.state() == State::OpenConfirm, fits, "{ours:?} and {theirs:?}");
            assert_eq!(bench.notifications().first(), (!fits).then_some(&(2, 11)));
        }
        let params = Params { role: Some(ours), ..params(65010, 65515, 1) };
        assert_eq!(opened(params, LOCAL, &[]).state(), State::OpenConfirm);
    }
    let bench = opened(params(65010, 65515, 1), LOCAL, &[Capability::Role(Role::Peer)]);
    assert_eq!(bench.state(), State::OpenConfirm, "who has no role asks for none");
}

#[test]
fn only_routes_that_go_down_or_sideways_are_marked_only_to_customer() {
    for role in Role::ALL {
        let params = Params { role: Some(role), ..params(65010, 65515, 1) };
        let mut bench = opened(params, LOCAL, &[]);
        bench.hear(Direction::Dialled, &Message::Keepalive);
        bench.input(Input::Wanted(plan(1, &[("9.9.9.9", 1)])));
        let marked = bench.updates().iter().find_map(|update| update.attributes.only_to_customer);
        let marks = matches!(role, Role::Provider | Role::RouteServer | Role::Peer);
        assert_eq!(marked, marks.then_some(Asn(65010)), "{role:?}");
    }
}

#[test]
fn ipv4_routes_go_over_ipv6_only_to_a_neighbour_that_reads_them() {
    let local: IpAddr = "2001:db8::1".parse().unwrap();
    let capability = Capability::ExtendedNextHop(vec![ExtendedNextHopFamily {
        afi: 1,
        safi: 1,
        next_hop_afi: 2,
    }]);
    for reads in [true, false] {
        let params = Params { extended_next_hop: true, ..params(65010, 65515, 1) };
        let more = if reads { vec![capability.clone()] } else { Vec::new() };
        let mut bench = opened(params, local, &more);
        let Some(Message::Open(open)) = bench.said.first() else { panic!("{:?}", bench.said) };
        assert!(open.capabilities.contains(&capability));
        bench.hear(Direction::Dialled, &Message::Keepalive);
        bench.input(Input::Wanted(plan(1, &[("9.9.9.9", 1)])));
        let hops: Vec<_> = bench
            .updates()
            .iter()
            .filter_map(|update| update.attributes.mp_reach.as_ref())
            .map(|reach| reach.next_hop.global)
            .collect();
        assert_eq!(hops, if reads { vec![local] } else { Vec::new() });
        assert_eq!(bench.session.advertised().len(), usize::from(reads), "told what was not sent");
    }
}

/// The next hop of the first announcement of 2001:db8::9 on a session from this address of ours.
fn next_hop_from(local: &str) -> Option<MpNextHop> {
    let route = RouteAttributes {
        next_hop: NextHop::Address("2001:db8::1".parse().unwrap()),
        ..RouteAttributes::clone(&attributes(1))
    };
    let announced = [(Arc::new(route), vec!["2001:db8::9".parse().unwrap()])].into();
    let delta = crate::rib::Delta { withdrawn: Vec::new(), announced };
    let manner = Manner {
        local: local.parse().unwrap(),
        context: Context::default(),
        extended_next_hop: false,
        only_to_customer: None,
    };
    let updates = manner.updates(&delta);
    updates[0].attributes.mp_reach.as_ref().map(|reach| reach.next_hop)
}

#[test]
fn our_link_local_address_goes_along_on_a_session_that_uses_it() {
    let beside = |local| next_hop_from(local).unwrap().link_local;
    assert_eq!(beside("fe80::1"), Some("fe80::1".parse().unwrap()));
    assert_eq!(beside("2001:db8::2"), None);
    assert_eq!(beside("10.0.0.1"), None);
}

#[test]
fn a_session_says_which_keys_it_cannot_follow() {
    let params = params(65010, 65515, 1);
    let followed = Params {
        keepalive: Some(10 * SECOND),
        connect_retry: SECOND,
        send_hold_time: Some(600 * SECOND),
        shutdown_message: "other words".to_owned(),
        max_received: 7,
        signed: true,
        ..params.clone()
    };
    assert!(params.resetting(&followed).is_empty());
    let other = Params {
        hold_time: HoldTime::new(30).unwrap(),
        families: Family::ALL.into(),
        graceful_restart: RestartTime::new(120),
        ..params.clone()
    };
    assert_eq!(params.resetting(&other), ["hold-time", "families", "graceful-restart"]);
}

#[test]
fn a_running_session_follows_its_new_parameters() {
    let mut bench = Bench::established();
    let params = params(65010, 65515, 1);
    let message = "gone for good".to_owned();
    bench.input(Input::Configured(Box::new(Params { shutdown_message: message, ..params })));
    assert_eq!(bench.state(), State::Established);
    bench.input(Input::Stop(Leaving::Shutdown));
    let told = Notification::administrative_shutdown("gone for good");
    assert!(bench.said.contains(&Message::Notification(told)));
}

#[test]
fn the_subcode_of_the_cease_says_why_we_leave() {
    for (leaving, told) in [
        (Leaving::Reset, Notification::administrative_reset("")),
        (Leaving::Deconfigured, Notification::peer_deconfigured()),
    ] {
        let mut bench = Bench::established();
        bench.input(Input::Stop(leaving));
        assert!(bench.said.contains(&Message::Notification(told)));
    }
}
