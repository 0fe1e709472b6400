use std::fs;

use super::support::config::Config;
use super::support::herald::{Herald, directory};
use super::support::netns::Net;
use super::support::peer::Meeting;
use super::{reader, with_page};

/// As many as a large appliance has.
const SERVICES: usize = 200;

#[test]
fn with_two_hundred_services_what_is_wrong_comes_first_and_the_rest_is_found() {
    let (_net, ours, _) = Net::pair();
    let directory = directory("many");
    fs::write(directory.path().join("ready"), "").expect("a writable directory");
    let mut config = Config::usual(Meeting::USUAL, "/nonexistent".as_ref())
        .drop("haproxy.local")
        .drop("service.web.check.backend")
        .drop("service.web.loopback")
        .drop("service.web");
    for number in 0..SERVICES {
        let file = directory.path().join(if number == 150 { "missing" } else { "ready" });
        let (service, check) =
            (format!("service.s{number:03}"), format!("service.s{number:03}.check.own"));
        config = config.set(&service, "addresses", format!("[\"203.0.113.{number}/32\"]")).set(
            &check,
            "file",
            format!("{{ path = {file:?} }}"),
        );
    }
    let _herald = Herald::start(&ours, &with_page(config));
    let browser = reader(&ours);
    browser.becomes("all of them are up but one", "document.title.startsWith('1 down, 199 up')");
    let first = "document.querySelector('.service').dataset.name";
    assert_eq!(browser.value(first), "s150");
    let open =
        "[...document.querySelectorAll('.service[open]')].map(one => one.dataset.name).join()";
    assert_eq!(browser.value(open), "s150");
    let filter = |words: &str| {
        browser.value(&format!(
            "(() => {{
                const filter = document.querySelector('#filter');
                filter.value = {words:?};
                filter.dispatchEvent(new Event('input'));
                return [...document.querySelectorAll('.service')].map(one => one.dataset.name).join();
            }})()"
        ))
    };
    assert_eq!(browser.value("document.querySelectorAll('.band').length"), 2, "s150 and the peer");
    assert_eq!(filter("S042"), "s042");
    assert_eq!(filter("113.199/"), "s199");
    assert_eq!(filter("down"), "s150");
    assert_eq!(filter("up s00 113.7/"), "s007");
    assert!(browser.text("#services").contains("1 of 200 services match"));
    assert_eq!(filter("nonsense"), "");
    filter("");
    let took = browser.value(
        "(() => {
            const filter = document.querySelector('#filter');
            const begun = performance.now();
            filter.dispatchEvent(new Event('input'));
            return performance.now() - begun;
        })()",
    );
    println!("{SERVICES} services drawn in {took} ms");
}
