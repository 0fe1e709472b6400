use std::fs;
use std::path::{Path, PathBuf};

use jiff::{Timestamp, ToSpan};
use nix::sys::signal::Signal;
use serde_json::{Value, json};

use super::browser::{Browser, Scheme};
use super::support::bird::Bird;
use super::support::herald::{Herald, directory};
use super::support::netns::Namespace;
use super::support::scene::{PORTS, Scene};
use super::support::wait::{SOON, eventually};
use super::{reader, scene};

/// A small phone, in CSS pixels.
const PHONE: (u32, u32) = (360, 760);
/// A window beside a terminal.
const WINDOW: (u32, u32) = (960, 700);
/// Of a picture in the repository, in octets.
const MOST_PICTURE: usize = 100 << 10;

/// Text whose contrast with what is behind it is less than WCAG 2 wants of small text (AA, 1.4.3).
const FAINT: &str = "(() => {
    const parse = text => text.match(/[\\d.]+/g).map(Number);
    const light = ([red, green, blue]) => {
        const part = value => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
        return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
    };
    const behind = element => {
        for (let one = element; one; one = one.parentElement) {
            const colour = parse(getComputedStyle(one).backgroundColor);
            if (colour.length === 3 || colour[3] === 1) return colour;
        }
        return parse(getComputedStyle(document.documentElement).backgroundColor);
    };
    const faint = [];
    let looked = 0;
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        if (!texts.currentNode.data.trim() || !element.checkVisibility()) continue;
        looked += 1;
        const pair = [light(parse(getComputedStyle(element).color)), light(behind(element))];
        const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
        if (ratio < 4.5) faint.push(`${ratio.toFixed(2)}: ${texts.currentNode.data}`);
    }
    return looked > 50 ? faint : ['too little to look at'];
})()";

/// Several services in several states, with a past.
fn busy() -> Scene<Bird> {
    let mut scene = scene(|config| {
        let port = |port: u16| format!("{{ address = \"127.0.0.1:{port}\" }}");
        config
            .set("region.here", "prepend", "1")
            .set("neighbor.peer", "next-hop-ipv6", "\"fd00:9::1\"")
            .set("neighbor.peer", "description", "\"route server of this region\"")
            .set("service.mail", "addresses", "[\"203.0.113.25/32\"]")
            .set("service.mail.check.port", "tcp", port(PORTS[0]))
            .set("service.mail.drain", "for", "\"10m\"")
            .set("service.dns", "addresses", "[\"2001:db8:53::53/128\"]")
            .set("service.dns.check.port", "tcp", port(53))
    });
    with_a_past(&mut scene.herald, &["web", "mail", "dns"]);
    scene.session_comes_up();
    eventually("mail is up", SOON, || {
        let services = scene.herald.status()["services"].take();
        let mail = services.as_array().into_iter().flatten().find(|one| one["name"] == "mail");
        if mail.is_some_and(|mail| mail["state"] == "up") { Ok(()) } else { Err(services) }
    });
    let said = scene.herald.ask(&["drain", "mail", "--reason", "new kernel"]);
    assert!(said.status.success(), "{said:?}");
    scene
}

/// Gives the agent an hour behind it, which an earlier life has left, and starts it again.
pub(crate) fn with_a_past(herald: &mut Herald, services: &[&str]) {
    herald.signal(Signal::SIGTERM);
    herald.ended();
    let mut events: Vec<Value> = vec![json!({"minutes": 300, "kind": "agent", "to": "started",
        "because": "herald 0.1.0"})];
    let told = [
        (299, "pending", "up", 2),
        (48, "up", "degraded", 1),
        (41, "degraded", "up", 2),
        (23, "up", "down", 0),
        (19, "down", "up", 2),
    ];
    for (at, service) in services.iter().enumerate() {
        for (minutes, from, to, servers) in told {
            let because = format!("http_back: {servers} of 2 servers up");
            events.push(json!({"minutes": minutes + 4 * at, "kind": "service", "service": service,
                "from": from, "to": to, "because": because}));
        }
    }
    events.push(json!({"minutes": 2, "kind": "agent", "to": "stopping",
        "because": "SIGTERM received"}));
    events.sort_by_key(|event| -event["minutes"].as_i64().expect("a number"));
    let now = Timestamp::now();
    for (index, event) in events.iter_mut().enumerate() {
        let minutes = event["minutes"].take().as_i64().expect("a number");
        event.as_object_mut().expect("an object").remove("minutes");
        event["id"] = (index + 1).into();
        event["at"] = (now - minutes.minutes()).to_string().into();
    }
    let history = json!({"format": 1, "content": events}).to_string();
    fs::write(herald.state_directory().join("history.json"), history).expect("a state directory");
    herald.restart();
    herald.session_comes_up();
    herald.service_becomes("up");
}

fn settled(namespace: &Namespace) -> Browser {
    let browser = reader(namespace);
    let states = "document.title.startsWith('1 down, 1 draining, 1 up')";
    browser.becomes("all states are there", states);
    browser.becomes(
        "the session too",
        "document.querySelector('#summary').innerText.includes('1 of 1 session')
         && document.querySelector('#neighbors .state').innerText.includes('established')",
    );
    browser
}

#[test]
fn it_is_readable_on_a_phone_in_light_and_in_dark() {
    let scene = busy();
    let browser = settled(&scene.ours);
    for scheme in [Scheme::Light, Scheme::Dark] {
        browser.prefer(scheme);
        let ground = browser.value("getComputedStyle(document.body).backgroundColor");
        let is_dark = ground.as_str().is_some_and(|colour| colour.starts_with("rgb(20,"));
        assert_eq!(is_dark, matches!(scheme, Scheme::Dark), "{ground}");
        for (width, height) in [PHONE, WINDOW] {
            browser.resize(width, height);
            assert_eq!(browser.value("document.documentElement.scrollWidth"), width, "{scheme:?}");
            let wide = "[...document.querySelectorAll('body *')].filter(one => one.checkVisibility() \
                && one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML)";
            assert_eq!(browser.value(wide), json!([]), "{scheme:?} {width}");
            assert_eq!(browser.value(FAINT), json!([]), "{scheme:?} {width}");
        }
    }
    assert_eq!(browser.misdeeds(), [""; 0]);
}

#[test]
fn it_needs_neither_colour_nor_a_mouse() {
    let scene = busy();
    let browser = settled(&scene.ours);
    let mute = "[...document.querySelectorAll('.state')].filter(state =>
        !state.querySelector('.symbol').innerText.trim() || !/[a-z]/.test(state.innerText)).length";
    assert_eq!(browser.value(mute), 0, "each state is a symbol and a word");
    let bands = browser
        .value("[...document.querySelectorAll('#hour svg[role=img]')].map(band => band.ariaLabel)");
    assert!(bands.to_string().contains("web: up "), "{bands}");
    let unnamed = "[...document.querySelectorAll('table')].filter(table =>
        !table.caption?.innerText || table.querySelector('thead th:not([scope=col])')
        || table.querySelector('tbody tr:not(.notes) > :first-child:not([scope=row])')).length";
    assert_eq!(browser.value(unnamed), 0, "tables have captions and headers");
    let mut reached = Vec::new();
    for _ in 0..6 {
        browser.press_tab();
        let focus = browser.value(
            "[document.activeElement.tagName, getComputedStyle(document.activeElement).outlineStyle]",
        );
        assert_eq!(focus[1], "solid", "{focus}");
        reached.push(focus[0].as_str().unwrap_or_default().to_owned());
    }
    for element in ["A", "INPUT", "SUMMARY"] {
        assert!(reached.iter().any(|tag| tag == element), "{element} in {reached:?}");
    }
}

#[test]
fn it_has_its_picture_taken() {
    let scene = busy();
    let browser = settled(&scene.ours);
    browser.value("document.querySelector('[data-name=web] summary').click()");
    let taken = directory("pictures");
    let pictures = [
        ("status-light.png", Scheme::Light, WINDOW),
        ("status-dark.png", Scheme::Dark, WINDOW),
        ("status-phone.png", Scheme::Light, PHONE),
    ];
    for (name, scheme, (width, height)) in pictures {
        browser.prefer(scheme);
        browser.resize(width, height);
        let picture = browser.screenshot();
        assert!(picture.starts_with(b"\x89PNG") && picture.len() > 10_000, "{name} is empty");
        assert!(picture.len() < MOST_PICTURE, "{name}: {} octets", picture.len());
        fs::write(destination(taken.path()).join(name), picture).expect("a place for pictures");
    }
}

/// Where pictures go: into the repository only when that is asked for.
fn destination(otherwise: &Path) -> PathBuf {
    match std::env::var_os("UPDATE_SCREENSHOTS").is_some_and(|value| value == "1") {
        true => Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/img"),
        false => otherwise.to_owned(),
    }
}
