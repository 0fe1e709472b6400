//! The status page in a real browser, before a real agent: Chromium without a screen, HAProxy, BIRD.
//!
//! | file | claims |
//! |---|---|
//! | `live.rs` | a withdrawal without a reload, a restart of the agent, the last hour |
//! | `text.rs` | whatever a reason holds is text; nothing comes from or goes anywhere else |
//! | `looks.rs` | a phone, light and dark, contrast, the keyboard, and the pictures of the README |
//! | `many.rs` | two hundred services |
//! | `listener.rs` | headers, Host, methods; clients that hang or flood |

#[path = "../support/mod.rs"]
mod support;

mod browser;
mod listener;
mod live;
mod looks;
mod many;
mod text;

use std::process::Command;

use browser::Browser;
use support::bird::Bird;
use support::config::Config;
use support::netns::Namespace;
use support::peer::Meeting;
use support::process::output;
use support::scene::Scene;

/// Where herald answers, in its own namespace.
const PAGE: &str = "http://127.0.0.1:9642/";

/// The usual scene with the page; `change` adapts the configuration.
fn scene(change: impl FnOnce(Config) -> Config) -> Scene<Bird> {
    Scene::set(Meeting::USUAL, |config| change(with_page(config)))
}

fn with_page(config: Config) -> Config {
    config.set("agent", "http", "\"127.0.0.1:9642\"")
}

/// A browser that shows the page, and has what the agent says.
fn reader(namespace: &Namespace) -> Browser {
    let browser = Browser::start(namespace);
    browser.open(PAGE);
    let there = "document.querySelector('.service') !== null \
                 && document.querySelector('#link').innerText.includes('live')";
    browser.becomes("the page shows the agent", there);
    browser
}

/// What curl prints, without a proxy.
fn curl(namespace: &Namespace, arguments: &[&str]) -> String {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", namespace.name(), "curl", "-sS", "--noproxy", "*"]);
    command.args(["--max-time", "10"]).args(arguments);
    String::from_utf8_lossy(&output(&mut command).stdout).into_owned()
}
