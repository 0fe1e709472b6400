//! Values arrive where they should, and what is left out has its documented default.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use herald::base::{Asn, CommandLine, Community, Family, LargeCommunity, Scope, Trust};
use herald::config::{
    Cadence, CheckKind, Config, EventSocket, FileCheck, HaproxyAddress, Http, Listen, Login, MinUp,
    OnDown, ProcessCheck, Profile, Region, Ttl, read,
};
use herald::health::{Damping, Rule};
use herald::policy::{State, Watch};

use super::config;

const ROUTER_ID: &str = "[bgp]\nlocal-as = 65010\nrouter-id = \"192.0.2.10\"\n";
const NEIGHBOR: &str = "[neighbor.rs-0]\naddress = \"192.0.2.1\"\npeer-as = 65000\n";
const HAPROXY: &str = "[haproxy.local]\nsocket = \"/run/haproxy/admin.sock\"\n";
const SERVICE: &str = "[service.web]\naddresses = [\"198.51.100.1\"]\n\
                       check.backend.haproxy = { backend = \"http_back\" }\n";

/// A whole file whose four tables go on with these lines.
fn file(bgp: &str, neighbor: &str, haproxy: &str, service: &str) -> Config {
    config(&format!(
        "{ROUTER_ID}{bgp}\n{NEIGHBOR}{neighbor}\n{HAPROXY}{haproxy}\n{SERVICE}{service}\n"
    ))
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[test]
fn a_minimal_file_has_the_documented_defaults() {
    let config = file("", "", "", "");
    assert_eq!(config.agent.region, Region::None);
    assert_eq!(config.agent.control_socket, PathBuf::from("/run/herald/control.sock"));
    assert_eq!(config.agent.state_directory, PathBuf::from("/var/lib/herald"));
    assert_eq!(config.agent.http, Http::On("127.0.0.1:9642".parse().unwrap()));
    assert_eq!(config.agent.grace, seconds(5));
    assert_eq!(config.bgp.listen, Listen::On("0.0.0.0:179".parse().unwrap()));

    let neighbor = &config.neighbors["rs-0"];
    assert_eq!(neighbor.transport.remote, SocketAddr::from(([192, 0, 2, 1], 179)));
    assert_eq!(neighbor.transport.ttl, Ttl::Multihop(1));
    assert_eq!((neighbor.profile, neighbor.description.as_deref()), (None, None));
    let session = &neighbor.session;
    assert_eq!((session.local_as, session.peer_as), (Asn(65010), Asn(65000)));
    assert_eq!(session.hold_time.seconds(), 90);
    assert_eq!((session.keepalive, session.send_hold_time), (None, None));
    assert_eq!(session.connect_retry, seconds(5));
    assert_eq!(session.families, BTreeSet::from([Family::Ipv4Unicast]));
    assert_eq!(session.max_received, 10_000);
    assert!(!session.passive && !session.shutdown);

    let instance = &config.haproxy["local"];
    assert_eq!(
        (instance.poll_interval, instance.timeout),
        (Duration::from_millis(500), seconds(1))
    );
    let [check] = instance.checks.as_slice() else { panic!("{:?}", instance.checks) };
    assert_eq!(check.min_up, MinUp::Servers(1));
    assert!(!check.count_backup && check.servers.is_none() && check.frontend.is_none());
}

#[test]
fn the_state_directory_is_that_of_the_file_else_that_of_systemd() {
    let given = |agent: &str, systemd: Option<&str>| {
        let text = format!("{agent}{ROUTER_ID}{NEIGHBOR}{HAPROXY}{SERVICE}");
        let environment =
            |name: &str| systemd.filter(|_| name == "STATE_DIRECTORY").map(str::to_owned);
        let loaded = read("test.toml", &text, &environment);
        loaded.unwrap_or_else(|faults| panic!("{faults}")).config.agent.state_directory
    };
    let own = "[agent]\nstate-directory = \"/srv/herald\"\n";
    assert_eq!(given(own, Some("/var/lib/herald-2")), PathBuf::from("/srv/herald"));
    assert_eq!(given("", Some("/var/lib/herald-2:/x")), PathBuf::from("/var/lib/herald-2"));
    assert_eq!(given("", Some("")), PathBuf::from("/var/lib/herald"));
}

#[test]
fn a_service_has_the_documented_defaults() {
    let config = file("", "", "", "");
    let service = &config.services["web"];
    assert_eq!(service.health.rule, Rule::All);
    assert_eq!((service.health.hold_up, service.health.unknown_for), (Duration::ZERO, seconds(10)));
    let check = service.health.checks["backend"];
    assert_eq!((check.rise, check.fall), (1, 1));
    assert_eq!(service.check_kinds["backend"], "haproxy");
    assert_eq!(service.loopback.on_down, OnDown::Keep);
    let [bound] = service.loopback.addresses.iter().collect::<Vec<_>>()[..] else { panic!() };
    assert_eq!(
        (&*bound.interface, bound.label.as_deref(), bound.scope),
        ("lo", None, Scope::Global)
    );

    let routes = &config.policy.services["web"];
    assert!(routes.enabled && routes.up.announce && !routes.down.announce);
    assert_eq!(routes.up.extras, Default::default());
    assert!(routes.drain.attributes.announce);
    assert_eq!(routes.drain.attributes.extras.prepend, 3);
    assert_eq!(
        routes.drain.attributes.extras.communities,
        BTreeSet::from([Community::GRACEFUL_SHUTDOWN])
    );
    assert_eq!(routes.drain.lasts, seconds(30));
    assert_eq!(service.wait_sessions, seconds(300));
    assert_eq!(routes.neighbors.len(), 1);
}

#[test]
fn session_keys_of_bgp_hold_for_neighbours_that_say_nothing() {
    let bgp = "hold-time = \"30s\"\nkeepalive = \"5s\"\nconnect-retry = \"1s\"\n\
               send-hold-time = \"2m\"\nshutdown-message = \"bye\"";
    let inherited = &file(bgp, "", "", "").neighbors["rs-0"].session.clone();
    assert_eq!(inherited.hold_time.seconds(), 30);
    assert_eq!(inherited.keepalive, Some(seconds(5)));
    assert_eq!(inherited.connect_retry, seconds(1));
    assert_eq!(inherited.send_hold_time, Some(seconds(120)));
    assert_eq!(inherited.shutdown_message, "bye");

    let own = "hold-time = \"9s\"\nkeepalive = \"3s\"\nconnect-retry = \"2s\"\n\
               send-hold-time = \"1m\"\nshutdown-message = \"later\"";
    let own = &file(bgp, own, "", "").neighbors["rs-0"].session.clone();
    assert_eq!(own.hold_time.seconds(), 9);
    assert_eq!(own.keepalive, Some(seconds(3)));
    assert_eq!(own.connect_retry, seconds(2));
    assert_eq!(own.send_hold_time, Some(seconds(60)));
    assert_eq!(own.shutdown_message, "later");
}

#[test]
fn graceful_restart_is_off_unless_asked_for_and_can_be_switched_off_again() {
    let asked = |bgp: &str, own: &str| {
        let restart = file(bgp, own, "", "").neighbors["rs-0"].session.graceful_restart;
        restart.map(|time| time.seconds())
    };
    assert_eq!(asked("", ""), None);
    assert_eq!(asked("", "graceful-restart = \"4095s\""), Some(4095));
    assert_eq!(asked("graceful-restart = \"2m\"", ""), Some(120));
    assert_eq!(asked("graceful-restart = \"2m\"", "graceful-restart = \"0s\""), None);
}

#[test]
fn an_inherited_keepalive_does_not_stand_in_the_way_of_no_hold_time() {
    let session =
        &file("keepalive = \"5s\"", "hold-time = \"0s\"", "", "").neighbors["rs-0"].session.clone();
    assert_eq!(session.hold_time.duration(), None);
    assert_eq!(session.keepalive, None);
}

#[test]
fn bfd_has_the_documented_defaults_and_takes_the_distance_from_the_session() {
    let bfd = |own: &str| file("", own, "", "").neighbors["rs-0"].bfd;
    assert_eq!(bfd(""), None);
    let ms = Duration::from_millis;
    let near = bfd("bfd = {}").unwrap();
    assert!(!near.multihop);
    let session = near.session;
    assert_eq!((session.min_tx, session.min_rx), (ms(300), ms(300)));
    assert_eq!(session.multiplier.get(), 3);
    let far = |own: &str| bfd(own).unwrap().multihop;
    assert!(far("multihop = 2\nbfd = {}") && far("ttl-security = 2\nbfd = {}"));
    assert!(!far("ttl-security = 1\nbfd = {}"));
    assert!(!far("multihop = 255\nbfd = { multihop = false }"));
    let own = "bfd = { multihop = true, min-tx = \"50ms\", min-rx = \"1s\", multiplier = 5 }";
    let own = bfd(own).unwrap();
    assert!(own.multihop);
    assert_eq!((own.session.min_tx, own.session.min_rx), (ms(50), seconds(1)));
    assert_eq!(own.session.multiplier.get(), 5);
}

#[test]
fn the_azure_profile_sets_what_nobody_set() {
    let azure = |bgp: &str, own: &str| {
        let config = config(&format!(
            "{ROUTER_ID}{bgp}\n[neighbor.ars-0]\naddress = \"172.16.159.4\"\npeer-as = 65515\n\
             profile = \"azure-route-server\"\n{own}\n{HAPROXY}{SERVICE}"
        ));
        let neighbor = &config.neighbors["ars-0"];
        (neighbor.profile, neighbor.session.hold_time.seconds(), neighbor.transport.ttl)
    };
    let profile = Some(Profile::AzureRouteServer);
    assert_eq!(azure("", ""), (profile, 180, Ttl::Multihop(255)));
    assert_eq!(azure("hold-time = \"30s\"", "multihop = 2"), (profile, 30, Ttl::Multihop(2)));
    assert_eq!(
        azure("hold-time = \"30s\"", "hold-time = \"90s\""),
        (profile, 90, Ttl::Multihop(255))
    );
}

#[test]
fn more_routes_than_azure_takes_twice_are_a_worry() {
    let worries = |count: usize| {
        let hosts: Vec<_> =
            (0..count).map(|n| format!("\"9.9.{}.{}\"", n / 250, n % 250)).collect();
        let text = format!(
            "{ROUTER_ID}{NEIGHBOR}profile = \"azure-route-server\"\n{HAPROXY}[service.web]\n\
             addresses = [{}]\ncheck.backend.haproxy = {{ backend = \"http_back\" }}\n",
            hosts.join(", ")
        );
        super::read("test.toml", &text)
            .unwrap_or_else(|faults| panic!("{faults}"))
            .worries
            .to_string()
    };
    let many = worries(2001);
    assert!(many.contains("neighbour rs-0 is told 2001 routes"), "{many}");
    assert!(many.contains("drops the session above 4000"), "{many}");
    let fewer = worries(2000);
    assert!(!fewer.contains("is told"), "{fewer}");
}

#[test]
fn the_keys_of_a_neighbour_arrive() {
    let own = "port = 1179\nlocal-as = 65020\nlocal-address = \"192.0.2.11\"\n\
               local-interface = \"vrf-blue\"\nttl-security = 1\npassive = true\nshutdown = true\n\
               description = \"edge\"\nmax-received = 5\nprofile = \"frr\"\nnext-hop = \"192.0.2.20\"\n\
               prepend = 2\nmed = 7\ncommunities = [\"65010:1\"]\nlarge-communities = [\"65010:1:2\"]";
    let config = file("", own, "", "");
    let neighbor = &config.neighbors["rs-0"];
    assert_eq!(neighbor.transport.remote.port(), 1179);
    assert_eq!(neighbor.transport.local_address, Some(IpAddr::from([192, 0, 2, 11])));
    assert_eq!(neighbor.transport.local_interface.as_deref(), Some("vrf-blue"));
    assert_eq!(neighbor.transport.ttl, Ttl::Security(1));
    assert_eq!(neighbor.description.as_deref(), Some("edge"));
    assert_eq!(neighbor.profile, Some(Profile::Frr));
    assert!(neighbor.session.passive && neighbor.session.shutdown);
    assert_eq!((neighbor.session.local_as, neighbor.session.max_received), (Asn(65020), 5));

    let routes = &config.policy.neighbors["rs-0"];
    assert_eq!(routes.local_as, Asn(65020));
    assert_eq!(routes.next_hop, Some(IpAddr::from([192, 0, 2, 20])));
    assert_eq!((routes.extras.prepend, routes.extras.med), (2, Some(7)));
    assert_eq!(routes.extras.communities, BTreeSet::from([Community((65010 << 16) | 1)]));
    let large = LargeCommunity { global: 65010, local1: 1, local2: 2 };
    assert_eq!(routes.extras.large_communities, BTreeSet::from([large]));
}

#[test]
fn paths_begin_with_the_peer_as_unless_it_is_a_route_server_that_may_leave_it_out() {
    for (lines, enforced) in [
        ("", true),
        ("role = \"customer\"", true),
        ("role = \"route-server-client\"", false),
        ("role = \"route-server-client\"\nenforce-first-as = true", true),
        ("enforce-first-as = false", false),
    ] {
        let config = file("", lines, "", "");
        assert_eq!(config.neighbors["rs-0"].session.enforce_first_as, enforced, "{lines}");
    }
}

#[test]
fn the_router_id_is_the_lowest_local_address_when_not_given() {
    let config = config(&format!(
        "[bgp]\nlocal-as = 65010\n{NEIGHBOR}local-address = \"192.0.2.12\"\n\
         [neighbor.rs-1]\naddress = \"192.0.2.2\"\npeer-as = 65000\nlocal-address = \"192.0.2.9\"\n\
         {HAPROXY}{SERVICE}"
    ));
    assert_eq!(config.bgp.router_id, Ipv4Addr::new(192, 0, 2, 9));
    assert_eq!(config.neighbors["rs-0"].session.router_id, Ipv4Addr::new(192, 0, 2, 9));
}

#[test]
fn families_come_from_the_services_announced_to_the_neighbour() {
    let six = "next-hop-ipv6 = \"2001:db8::20\"\n[neighbor.rs-1]\naddress = \"192.0.2.2\"\npeer-as = 65000";
    let service = "[service.six]\naddresses = [\"2001:db8:ffff::1\"]\nneighbors = [\"rs-0\"]\n\
                   check.backend.haproxy = { backend = \"b\" }";
    let config = file("", six, "", service);
    assert_eq!(config.neighbors["rs-0"].session.families, BTreeSet::from(Family::ALL));
    assert_eq!(config.neighbors["rs-1"].session.families, BTreeSet::from([Family::Ipv4Unicast]));
}

#[test]
fn a_neighbour_that_gets_nothing_speaks_the_family_of_its_address() {
    let idle = "[neighbor.idle]\naddress = \"2001:db8::1\"\npeer-as = 65000";
    let config = file("", idle, "", "neighbors = [\"rs-0\"]");
    assert_eq!(config.neighbors["idle"].session.families, BTreeSet::from([Family::Ipv6Unicast]));
}

#[test]
fn only_the_region_of_the_agent_applies() {
    let regions = "[agent]\nregion = \"west\"\n[region.north]\nprepend = 1\n\
                   [region.west]\nprepend = 2\nmed = 50\ncommunities = [\"no-export\"]\n";
    let config = config(&format!("{regions}{ROUTER_ID}{NEIGHBOR}{HAPROXY}{SERVICE}"));
    assert_eq!(config.agent.region.name().map(|name| name.as_str()), Some("west"));
    let region = &config.policy.region;
    assert_eq!((region.prepend, region.med, region.communities.len()), (2, Some(50), 1));
}

#[test]
fn http_and_listen_can_be_off() {
    let text = format!(
        "[agent]\nhttp = \"off\"\n{ROUTER_ID}listen = \"off\"\n{NEIGHBOR}{HAPROXY}{SERVICE}"
    );
    let config = config(&text);
    assert_eq!((config.agent.http, config.bgp.listen), (Http::Off, Listen::Off));
}

#[test]
fn the_addresses_of_haproxy_are_told_apart() {
    let others = "[haproxy.tcp]\nsocket = \"tcp:[::1]:9999\"\n\
                  [haproxy.page]\nurl = \"http://127.0.0.1:8404/stats;csv\"\nuser = \"u\"\n\
                  password-file = \"/etc/herald/p\"\n";
    let service = "[service.api]\naddresses = [\"198.51.100.2\"]\n\
                   check.a.haproxy = { backend = \"b\", instance = \"tcp\" }\n\
                   check.b.haproxy = { backend = \"b\", instance = \"page\" }";
    let text = format!("{ROUTER_ID}{NEIGHBOR}{HAPROXY}{others}{SERVICE}{service}")
        .replace("\"http_back\"", "\"http_back\", instance = \"local\"");
    let config = config(&text);
    let address = |name: &str| config.haproxy[name].address.clone();
    assert_eq!(address("local"), HaproxyAddress::Unix("/run/haproxy/admin.sock".into()));
    assert_eq!(address("tcp"), HaproxyAddress::Tcp("[::1]:9999".to_owned()));
    let login = Some(Login { user: "u".to_owned(), password_file: "/etc/herald/p".into() });
    let url = "http://127.0.0.1:8404/stats".to_owned();
    assert_eq!(address("page"), HaproxyAddress::Http { url, login, trust: None });
    assert_eq!(config.haproxy["page"].checks.len(), 1);
}

#[test]
fn the_events_of_haproxy_come_by_path_by_udp_and_by_ring() {
    let instance = |haproxy: &str| file("", "", haproxy, "").haproxy["local"].clone();
    let none = instance("");
    assert_eq!((none.event_socket, none.event_ring), (None, None));
    let path = instance("event-socket = \"/run/herald/haproxy.sock\"\nevent-ring = \"herald\"");
    assert_eq!(path.event_socket, Some(EventSocket::Unix("/run/herald/haproxy.sock".into())));
    assert_eq!(path.event_ring.as_deref(), Some("herald"));
    let udp = instance("event-socket = \"udp:[::1]:5514\"");
    assert_eq!(udp.event_socket, Some(EventSocket::Udp("[::1]:5514".parse().unwrap())));
}

#[test]
fn an_instance_is_asked_as_often_as_its_most_demanding_check_wants() {
    let checks = "check.fast.haproxy = { backend = \"b\" }\ncheck.fast.interval = \"100ms\"\n\
                  check.slow.haproxy = { backend = \"b\" }\ncheck.slow.interval = \"9s\"\n\
                  check.slow.timeout = \"200ms\"";
    let config = file("", "", "poll-interval = \"2s\"\ntimeout = \"3s\"", checks);
    let instance = &config.haproxy["local"];
    assert_eq!(instance.poll_interval, Duration::from_millis(100));
    assert_eq!(instance.timeout, Duration::from_millis(200));
    let names: Vec<&str> = instance.checks.iter().map(|check| check.check.as_str()).collect();
    assert_eq!(names, ["backend", "fast", "slow"]);
}

#[test]
fn the_keys_of_a_haproxy_check_arrive() {
    let check = "check.x.haproxy = { backend = \"b\", min-up = \"50%\", servers = [\"s2\", \"s1\"], \
                 frontend = \"f\", count-backup = true }\ncheck.x.rise = 2\ncheck.x.fall = 3";
    let config = file("", "", "", check);
    let found = &config.haproxy["local"].checks[1];
    assert_eq!((found.service.as_str(), found.check.as_str()), ("web", "x"));
    assert_eq!((found.backend.as_str(), found.min_up), ("b", MinUp::Percent(50)));
    assert_eq!(found.servers, Some(BTreeSet::from(["s1".to_owned(), "s2".to_owned()])));
    assert_eq!((found.frontend.as_deref(), found.count_backup), (Some("f"), true));
    let params = config.services["web"].health.checks["x"];
    assert_eq!((params.rise, params.fall), (2, 3));
}

#[test]
fn a_check_other_than_haproxy_has_the_documented_defaults() {
    let config = file("", "", "", "check.port.tcp = { address = \"127.0.0.1:5432\" }");
    let [check] = config.checks.as_slice() else { panic!("{:?}", config.checks) };
    assert_eq!((check.service.as_str(), check.name.as_str()), ("web", "port"));
    let Cadence { interval, fast_interval, timeout, counts } = check.cadence;
    assert_eq!((interval, fast_interval, timeout), (seconds(1), seconds(1), seconds(1)));
    assert_eq!((counts.rise, counts.fall), (2, 3));
    let service = &config.services["web"];
    assert_eq!(service.health.checks["port"], counts);
    assert_eq!(service.check_kinds["port"], "tcp");
    let CheckKind::Tcp(tcp) = &check.kind else { panic!("{check:?}") };
    assert_eq!(tcp.address, "127.0.0.1:5432");
    assert!(tcp.send.is_none() && tcp.expect.is_none());
}

#[test]
fn the_cadence_of_a_check_arrives_and_fast_interval_follows_interval() {
    let check = |more: &str| {
        let check = format!("check.port.tcp = {{ address = \"[::1]:1\" }}\n{more}");
        file("", "", "", &check).checks[0].cadence
    };
    let ms = Duration::from_millis;
    assert_eq!(check("check.port.interval = \"200ms\"").fast_interval, ms(200));
    let all = "check.port.interval = \"5s\"\ncheck.port.fast-interval = \"50ms\"\n\
               check.port.timeout = \"3s\"\ncheck.port.rise = 4\ncheck.port.fall = 1";
    let Cadence { interval, fast_interval, timeout, counts } = check(all);
    assert_eq!((interval, fast_interval, timeout), (seconds(5), ms(50), seconds(3)));
    assert_eq!((counts.rise, counts.fall), (4, 1));
}

#[test]
fn checks_come_in_the_order_of_service_and_name() {
    let more = "check.b.tcp = { address = \"b:1\" }\ncheck.a.tcp = { address = \"a:1\" }\n\
                [service.app]\naddresses = [\"198.51.100.2\"]\n\
                check.c.tcp = { address = \"c:1\" }";
    let config = file("", "", "", more);
    let names: Vec<_> =
        config.checks.iter().map(|check| (check.service.as_str(), check.name.as_str())).collect();
    assert_eq!(names, [("app", "c"), ("web", "a"), ("web", "b")]);
}

#[test]
fn the_keys_of_a_tcp_check_arrive() {
    let check =
        "check.x.tcp = { address = \"db:5432\", send = \"PING\\r\\n\", expect = \"^[+]PONG\" }";
    let config = file("", "", "", check);
    let CheckKind::Tcp(tcp) = &config.checks[0].kind else { panic!("{config:?}") };
    assert_eq!((tcp.address.as_str(), tcp.send.as_deref()), ("db:5432", Some("PING\r\n")));
    let expect = tcp.expect.as_ref().unwrap();
    assert!(expect.matches(b"+PONG\r\n") && !expect.matches(b"-ERR +PONG"));
}

#[test]
fn the_keys_of_checks_that_ask_this_machine_arrive() {
    let config = file(
        "",
        "",
        "",
        "check.a.exec = { command = [\"/bin/true\", \"-w\", \"5\"] }\n\
         check.b.file = { path = \"/run/web.ready\" }\n\
         check.c.file = { path = \"/run/web.maintenance\", present = false }\n\
         check.d.process = { pid-file = \"/run/haproxy.pid\" }\n\
         check.e.process = { pid-file = \"/run/haproxy.pid\", name = \"haproxy\" }\n\
         check.f.process = { name = \"haproxy\" }",
    );
    let kinds: Vec<_> = config.checks.iter().map(|check| check.kind.clone()).collect();
    let path = PathBuf::from("/run/haproxy.pid");
    let name = || "haproxy".to_owned();
    let command = CommandLine {
        program: PathBuf::from("/bin/true"),
        arguments: vec!["-w".to_owned(), "5".to_owned()],
    };
    let file = |path: &str, present| FileCheck { path: PathBuf::from(path), present };
    assert_eq!(
        kinds,
        [
            CheckKind::Exec(command),
            CheckKind::File(file("/run/web.ready", true)),
            CheckKind::File(file("/run/web.maintenance", false)),
            CheckKind::Process(ProcessCheck::PidFile { path: path.clone(), name: None }),
            CheckKind::Process(ProcessCheck::PidFile { path, name: Some(name()) }),
            CheckKind::Process(ProcessCheck::Name(name())),
        ]
    );
    let shown = &config.services["web"].check_kinds;
    assert_eq!((shown["a"], shown["b"], shown["d"]), ("exec", "file", "process"));
}

#[test]
fn hooks_arrive_in_the_order_of_the_file() {
    let hooks = "[[service.web.hook]]\non = [\"up\"]\ncommand = [\"/bin/true\"]\n\
                 [[service.web.hook]]\non = [\"down\", \"degraded\", \"drained\"]\n\
                 command = [\"/bin/sh\", \"-c\", \"exit 0\"]\ntimeout = \"1m\"\n";
    let config = file("", "", "", hooks);
    let [first, second] = config.services["web"].hooks.as_slice() else { panic!("{config:?}") };
    assert_eq!((&first.on, first.timeout), (&BTreeSet::from([State::Up]), seconds(10)));
    let on = BTreeSet::from([State::Degraded, State::Down, State::Drained]);
    assert_eq!((&second.on, second.timeout), (&on, seconds(60)));
    assert_eq!(second.command.program, PathBuf::from("/bin/sh"));
    assert_eq!(second.command.arguments, ["-c", "exit 0"]);
}

#[test]
fn an_http_check_has_the_documented_defaults() {
    let config = file("", "", "", "check.x.http = { url = \"http://127.0.0.1/healthz\" }");
    let CheckKind::Http(http) = &config.checks[0].kind else { panic!("{config:?}") };
    assert_eq!((http.url.as_str(), http.method.as_str()), ("http://127.0.0.1/healthz", "GET"));
    assert_eq!(
        [199, 200, 299, 300].map(|status| http.status.contains(status)),
        [false, true, true, false]
    );
    assert!(http.body.is_none() && http.host.is_none() && http.headers.is_empty());
    assert_eq!(config.services["web"].check_kinds["x"], "http");
}

#[test]
fn the_keys_of_an_http_check_arrive() {
    let check = "check.x.http = { url = \"https://[::1]:8443/h?x=1\", status = \"200, 301-302,404\", \
                 body = \"ready\", host = \"www.example.com:8443\", headers = { X-A = \"1\", x-b = \"2\" }, \
                 method = \"POST\", insecure = true }";
    let config = file("", "", "", check);
    let CheckKind::Http(http) = &config.checks[0].kind else { panic!("{config:?}") };
    assert_eq!((http.url.as_str(), http.method.as_str()), ("https://[::1]:8443/h?x=1", "POST"));
    let contained = [200, 201, 301, 302, 303, 404].map(|status| http.status.contains(status));
    assert_eq!(contained, [true, false, true, true, false, true]);
    assert_eq!(http.host.as_deref(), Some("www.example.com:8443"));
    assert_eq!(
        (&http.headers["x-a"], &http.headers["X-B"]),
        (&"1".parse().unwrap(), &"2".parse().unwrap())
    );
    assert!(http.body.as_ref().unwrap().matches(b"already here"));
    assert_eq!(http.trust, Some(Trust::Anyone));
    let single = file("", "", "", "check.x.http = { url = \"http://a/\", status = 204 }");
    let CheckKind::Http(http) = &single.checks[0].kind else { panic!("{single:?}") };
    assert!(http.status.contains(204) && !http.status.contains(200));
}

#[test]
fn tls_on_tcp_asks_for_the_host_unless_told_otherwise() {
    let name = |more: &str| {
        let check = format!("check.x.tcp = {{ tls = true, insecure = true, {more} }}");
        let config = file("", "", "", &check);
        let CheckKind::Tcp(tcp) = &config.checks[0].kind else { panic!("{config:?}") };
        tcp.tls.as_ref().expect("TLS").server_name.to_str().into_owned()
    };
    assert_eq!(name("address = \"db.example.com:5432\""), "db.example.com");
    assert_eq!(name("address = \"127.0.0.1:5432\""), "127.0.0.1");
    assert_eq!(name("address = \"[::1]:5432\""), "::1");
    assert_eq!(name("address = \"[::1]:5432\", server-name = \"db\""), "db");
}

#[test]
fn the_keys_of_a_dns_check_arrive() {
    let dns = |more: &str| {
        let check =
            format!("check.x.dns = {{ server = \"[::1]:53\", name = \"example.com\"{more} }}");
        let config = file("", "", "", &check);
        let CheckKind::Dns(dns) = config.checks[0].kind.clone() else { panic!("{config:?}") };
        dns
    };
    let plain = dns("");
    assert_eq!(plain.server, "[::1]:53".parse().unwrap());
    assert_eq!(
        (plain.name.to_string(), plain.record_type.to_string()),
        ("example.com".into(), "A".into())
    );
    assert_eq!(plain.expect, None);
    let expect = |more: &str| dns(more).expect.unwrap();
    assert_eq!(expect(", expect = \"192.0.2.1\""), "192.0.2.1");
    assert_eq!(expect(", type = \"AAAA\", expect = \"2001:DB8:0::1\""), "2001:db8::1");
    assert_eq!(expect(", type = \"MX\", expect = \"10 Mail.example.com.\""), "10 mail.example.com");
}

#[test]
fn state_tables_arrive() {
    let tables = "[service.web.up]\nmed = 5\n[service.web.down]\nannounce = true\nprepend = 6\n\
                  next-hop = \"192.0.2.30\"\n[service.web.drain]\nprepend = 1\ncommunities = []\nfor = \"0s\"\n\
                  wait-sessions = \"90s\"";
    let config = file("", "", "", tables);
    let routes = &config.policy.services["web"];
    assert_eq!(routes.up.extras.med, Some(5));
    assert!(routes.down.announce);
    assert_eq!(routes.down.extras.prepend, 6);
    assert_eq!(routes.down.next_hop, Some(IpAddr::from([192, 0, 2, 30])));
    assert_eq!(routes.drain.attributes.extras.prepend, 1);
    assert!(routes.drain.attributes.extras.communities.is_empty());
    assert_eq!(routes.drain.lasts, Duration::ZERO);
    assert_eq!(config.services["web"].wait_sessions, seconds(90));
}

#[test]
fn addresses_are_bound_and_prefixes_only_announced() {
    let more = "prefixes = [\"203.0.113.0/24\"]\n[service.web.loopback]\ninterface = \"dummy0\"\n\
                label = \"dummy0:w\"\non-down = \"remove\"\nscope = \"host\"";
    let config = file("", "", "", more);
    assert_eq!(config.policy.services["web"].prefixes.len(), 2);
    let loopback = &config.services["web"].loopback;
    assert_eq!(loopback.on_down, OnDown::Remove);
    let [bound] = loopback.addresses.iter().collect::<Vec<_>>()[..] else { panic!("{loopback:?}") };
    assert_eq!(bound.address, IpAddr::from([198, 51, 100, 1]));
    assert_eq!((&*bound.interface, bound.label.as_deref()), ("dummy0", Some("dummy0:w")));
    assert_eq!(bound.scope, Scope::Host);
}

#[test]
fn labels_are_for_ipv4_addresses_only() {
    let text = format!("{ROUTER_ID}{NEIGHBOR}next-hop-ipv6 = \"2001:db8::20\"\n{HAPROXY}{SERVICE}loopback.label = \"lo:w\"")
        .replace("[\"198.51.100.1\"]", "[\"198.51.100.1\", \"2001:db8:ffff::1\"]");
    let config = config(&text);
    for bound in &config.services["web"].loopback.addresses {
        assert_eq!(bound.label.is_some(), bound.address.is_ipv4(), "{bound:?}");
    }
    assert_eq!(config.services["web"].loopback.addresses.len(), 2);
}

#[test]
fn nothing_is_bound_without_bind() {
    let config = file("", "", "", "loopback.bind = false");
    assert!(config.services["web"].loopback.addresses.is_empty());
    assert_eq!(config.policy.services["web"].prefixes.len(), 1);
}

#[test]
fn health_rules_arrive() {
    let rule = |line: &str| {
        let config = file("", "", "", &format!("check.b.haproxy = {{ backend = \"b\" }}\n{line}"));
        config.services["web"].health.clone()
    };
    assert_eq!(rule("health.rule = \"any\"").rule, Rule::Any);
    assert_eq!(rule("health.rule = { at-least = 2 }").rule, Rule::AtLeast(2));
    let held = rule("health.hold-up = \"1m30s\"\nhealth.unknown-for = \"0s\"");
    assert_eq!((held.hold_up, held.unknown_for), (seconds(90), Duration::ZERO));
}

#[test]
fn damping_is_off_unless_given_and_its_keys_arrive() {
    let damping = |line: &str| file("", "", "", line).services["web"].health.damping;
    assert_eq!(damping(""), None);
    let default = Damping { half_life: seconds(15), suppress: 2000, reuse: 750, max: seconds(60) };
    assert_eq!(damping("health.damping = {}"), Some(default));
    let all =
        "health.damping = { half-life = \"1m\", suppress = 3000, reuse = 1000, max = \"2m\" }";
    let given = Damping { half_life: seconds(60), suppress: 3000, reuse: 1000, max: seconds(120) };
    assert_eq!(damping(all), Some(given));
}

#[test]
fn the_ladder_is_off_unless_given_and_its_keys_arrive() {
    let degraded = |line: &str| {
        let config = file("", "", "", line);
        let ladder = config.services["web"].health.ladder;
        let shares = ladder.map(|ladder| (ladder.below.get(), ladder.recover.get()));
        (shares, config.policy.services["web"].degraded.clone())
    };
    assert_eq!(degraded("").0, None);
    let (shares, table) = degraded("degraded = {}");
    assert_eq!((shares, table.announce, table.extras.prepend), (Some((50, 70)), true, 3));
    let (shares, table) = degraded(
        "degraded = { below = \"90%\", announce = false, prepend = 1, med = 7, \
         communities = [\"65010:1\"], large-communities = [\"65010:1:2\"], next-hop = \"192.0.2.9\" }",
    );
    assert_eq!((shares, table.announce), (Some((90, 100)), false));
    assert_eq!((table.extras.prepend, table.extras.med), (1, Some(7)));
    assert_eq!((table.extras.communities.len(), table.extras.large_communities.len()), (1, 1));
    assert_eq!(table.next_hop, Some(IpAddr::from([192, 0, 2, 9])));
    assert_eq!(degraded("degraded = { below = \"60%\", recover = \"60%\" }").0, Some((60, 60)));
}

#[test]
fn what_a_service_watches_is_off_unless_given_and_its_keys_arrive() {
    let other = "[neighbor.rs-1]\naddress = \"192.0.2.2\"\npeer-as = 65000\n[service.web]\n";
    let sites = |lines: &str| {
        let service = SERVICE.replace("[service.web]\n", other);
        let config = config(&format!("{ROUTER_ID}{NEIGHBOR}{HAPROXY}{service}{lines}"));
        assert_eq!(config.policy.router_id, Ipv4Addr::new(192, 0, 2, 10));
        let service = config.policy.services["web"].clone();
        let shown = |watch: Watch| {
            let names: Vec<_> = watch.neighbors.iter().map(ToString::to_string).collect();
            (names.join(" "), watch.patience)
        };
        (service.standby.map(shown), service.last_site.map(shown))
    };
    let some = |names: &str, patience| Some((names.to_owned(), patience));
    assert_eq!(sites(""), (None, None));
    assert_eq!(
        sites("standby = {}\nlast-site = {}\nneighbors = [\"rs-1\"]"),
        (some("rs-1", seconds(1)), some("rs-1", seconds(3)))
    );
    assert_eq!(
        sites("standby = { watch = [\"rs-0\"], absent-for = \"2s\" }\nlast-site.wait = \"1m\""),
        (some("rs-0", seconds(2)), some("rs-0 rs-1", seconds(60)))
    );
}

#[test]
fn a_disabled_service_is_lowered_as_such() {
    assert!(!file("", "", "", "enabled = false").policy.services["web"].enabled);
}

#[test]
fn variables_of_the_environment_are_replaced_in_strings() {
    let config = file("shutdown-message = \"${HOST}, ${HOST} and {so} $on\"", "", "", "");
    assert_eq!(
        config.neighbors["rs-0"].session.shutdown_message,
        "localhost, localhost and {so} $on"
    );
}
