use std::net::TcpListener;

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::authority::Authority;
use crate::servers::{Server, page};
use crate::support::config::{ANYCAST, Config};
use crate::support::frr::Frr;
use crate::support::herald::{BINARY, Herald, control_socket, directory, write_config};
use crate::support::netns::{Namespace, Net};
use crate::support::peer::{Meeting, Peer};
use crate::support::process::{Process, inside, output};
use crate::support::scene::PORTS;
use crate::support::wait::{SOON, eventually};
use crate::support::web::Web;

const PAGE: &str = "service.web.check.page";

/// The usual configuration with these checks in the place of HAProxy.
fn config(checks: &[(&str, &str, String)]) -> Config {
    let base = Config::usual(Meeting::USUAL, "/nonexistent".as_ref())
        .drop("haproxy.local")
        .drop("service.web.check.backend");
    checks.iter().fold(base, |config, (section, kind, value)| {
        config.set(section, kind, value).set(section, "interval", "\"50ms\"")
    })
}

fn http(port: u16) -> String {
    format!("{{ url = \"http://127.0.0.1:{port}/\", body = \"answer\" }}")
}

fn check<'a>(service: &'a Value, name: &str) -> &'a Value {
    let checks = service["checks"].as_array().expect("a list of checks");
    checks.iter().find(|check| check["name"] == name).expect("the check")
}

#[test]
fn a_route_follows_its_checks() {
    let (_net, ours, theirs) = Net::pair();
    let [page, port] = PORTS;
    let mut web = Some(Web::start(&ours, page, "answer"));
    let _other = Web::start(&ours, port, "answer");
    let frr = Frr::start(&theirs, Meeting::USUAL);
    let tcp = format!("{{ address = \"127.0.0.1:{port}\" }}");
    let checks = [(PAGE, "http", http(page)), ("service.web.check.port", "tcp", tcp)];
    let herald = Herald::start(&ours, &config(&checks));
    let arrives = || eventually("FRR has it", SOON, || frr.routes().remove(ANYCAST).ok_or(""));
    arrives();
    let service = herald.service();
    assert_eq!(check(&service, "page")["kind"], "http");
    assert_eq!(check(&service, "port")["kind"], "tcp");
    assert_eq!(check(&service, "page")["because"], format!("http://127.0.0.1:{page}/: 200 OK"));

    drop(web.take());
    eventually("FRR has lost it", SOON, || match frr.routes().remove(ANYCAST) {
        Some(route) => Err(route),
        None => Ok(()),
    });
    let service = herald.service_becomes("down");
    let because = service["because"].as_str().unwrap_or_default();
    assert!(because.contains("connection refused"), "{because}");
    assert_eq!(check(&service, "port")["verdict"], "healthy");

    let _back = Web::start(&ours, page, "answer");
    arrives();
}

#[test]
fn a_reload_starts_changes_and_ends_checks() {
    let (_net, ours, _theirs) = Net::pair();
    let [good, bad] = PORTS;
    let _web = Web::start(&ours, good, "answer");
    let page = |port| config(&[(PAGE, "http", http(port))]);
    let herald = Herald::start(&ours, &page(good));
    herald.service_becomes("up");

    herald.rewrite(&page(bad));
    herald.signal(Signal::SIGHUP);
    herald.service_becomes("down");

    let tcp = format!("{{ address = \"127.0.0.1:{good}\" }}");
    herald.rewrite(&config(&[("service.web.check.port", "tcp", tcp)]));
    herald.signal(Signal::SIGHUP);
    let service = herald.service_becomes("up");
    assert_eq!(service["checks"].as_array().map(Vec::len), Some(1), "{service}");
}

#[tokio::test]
async fn the_authorities_of_the_machine_are_believed() {
    let (_net, ours, _theirs) = Net::pair();
    let authority = Authority::new();
    let tls = authority.server(&["127.0.0.1"]);
    let server = Server::on(listener(&ours), page("200 OK", ""), tls);
    let url = format!("{{ url = \"https://{}/\" }}", server.address);

    let directory = directory("herald");
    let file = write_config(directory.path(), &config(&[(PAGE, "http", url)]));
    let mut command = inside(&ours, BINARY.as_ref());
    command.arg("run").arg("--config").arg(file).env("SSL_CERT_FILE", authority.file());
    let herald = Process::start("herald", command, &directory.path().join("log"));
    let socket = control_socket(directory.path());
    let healthy = move || {
        let mut status = inside(&ours, BINARY.as_ref());
        status.args(["status", "--json", "--socket"]).arg(&socket);
        let status: Value = serde_json::from_slice(&output(&mut status).stdout).unwrap_or_default();
        let service = status["services"][0].clone();
        if service["state"] == "up" { Ok(()) } else { Err((service, herald.log())) }
    };
    // Not on this thread, which serves.
    let waiting = tokio::task::spawn_blocking(|| eventually("the service is up", SOON, healthy));
    waiting.await.expect("it comes up");
}

fn listener(namespace: &Namespace) -> tokio::net::TcpListener {
    let listener = namespace.enter(|| TcpListener::bind("127.0.0.1:0")).expect("a socket");
    listener.set_nonblocking(true).expect("a socket that does not block");
    tokio::net::TcpListener::from_std(listener).expect("a socket for tokio")
}
