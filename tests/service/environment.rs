//! What the environment does not decide: whom herald asks.

use std::io;
use std::net::TcpListener;

use super::Stage;
use super::support::config::Config;
use super::support::herald::Herald;
use super::support::wait::{SOON, eventually};
use super::support::web::Web;

const PROXY: u16 = 3128;

/// Whoever can set a variable would otherwise see every password of a stats page, and answer for it.
#[test]
fn no_proxy_of_the_environment_is_asked_anything() {
    let stage = Stage::new();
    let address = ("127.0.0.1", PROXY);
    let proxy = stage.ours.enter(|| TcpListener::bind(address)).expect("a free port");
    proxy.set_nonblocking(true).expect("a listener may be non-blocking");
    let _server = Web::start(&stage.ours, 8404, "no table");
    let variables =
        ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
            .map(|name| format!("{name}=http://127.0.0.1:{PROXY}"));
    let launcher: Vec<_> = ["env", "NO_PROXY=", "no_proxy="]
        .into_iter()
        .chain(variables.iter().map(String::as_str))
        .collect();
    let herald = Herald::spawn_by(&stage.ours, &asking(stage.config()), None, &launcher);
    eventually("each is asked itself", SOON, || {
        let answer = herald.ask(&["explain", "web"]);
        let said = String::from_utf8_lossy(&answer.stdout).into_owned();
        let answers = ["200 OK", "does not speak TLS", "it begins with \"no table\""];
        if answers.iter().all(|answer| said.contains(answer)) { Ok(()) } else { Err(said) }
    });
    let asked = proxy.accept().map(|(_, from)| from);
    assert!(
        asked.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock),
        "{asked:?}"
    );
}

/// Over HTTP, over HTTPS, and a stats page; one server answers them all, which has no TLS.
fn asking(config: Config) -> Config {
    config
        .set("haproxy.local", "url", "\"http://127.0.0.1:8404/stats\"")
        .set("service.web.health", "rule", "\"any\"")
        .set("service.web.check.page", "haproxy", "{ backend = \"http_back\", min-up = 1 }")
        .set("service.web.check.plain", "http", "{ url = \"http://127.0.0.1:8404/\" }")
        .set("service.web.check.tls", "http", "{ url = \"https://127.0.0.1:8404/\" }")
}
