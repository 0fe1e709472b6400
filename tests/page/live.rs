use nix::sys::signal::Signal;
use serde_json::json;

use super::support::config::ANYCAST;
use super::support::wait::{SOON, eventually};
use super::{reader, scene};

/// The state that the page shows of the service.
const STATE: &str = "document.querySelector('[data-name=web] summary .state').innerText";
/// The row of its route.
const ROUTE: &str = "document.querySelector('[data-name=web] .routes tbody tr').innerText";

#[test]
fn a_withdrawal_and_the_return_are_shown_without_a_reload() {
    let mut scene = scene(|config| config);
    let browser = reader(&scene.ours);
    browser.value("window.mark = 'the same document'");
    let route = browser.value(ROUTE).to_string();
    for words in [ANYCAST, "announced, bound", "peer", "65010 65010 65010", "10.9.0.1"] {
        assert!(route.contains(words), "{words}: {route}");
    }
    assert!(
        browser.value("document.title").as_str().is_some_and(|title| title.starts_with("1 up"))
    );

    scene.servers_die();
    browser.becomes("the page says down", &format!("{STATE}.includes('down')"));
    browser.becomes("the title says down", "document.title.startsWith('1 down')");
    assert!(browser.value(ROUTE).to_string().contains("not announced"));
    assert!(!browser.value(ROUTE).to_string().contains("65010"));
    let reason = browser.text("[data-name=web] .because");
    assert!(reason.contains("http_back: 0 of 2 servers up"), "{reason}");
    let newest = browser.text("#hour tbody tr");
    assert!(newest.contains("web") && newest.contains("down"), "{newest}");
    let bands = browser.value(
        "[...document.querySelectorAll('[data-band=web] rect')].map(rect => rect.dataset.state)",
    );
    let last_two = bands.as_array().map(|bands| &bands[bands.len() - 2..]);
    assert_eq!(last_two, Some(&[json!("up"), json!("down")][..]), "{bands}");

    scene.servers_return();
    browser.becomes("the page says up again", &format!("{STATE}.includes('up')"));
    assert_eq!(browser.value("window.mark"), "the same document");
    assert_eq!(browser.misdeeds(), [""; 0]);
}

#[test]
fn a_restart_of_the_agent_is_survived() {
    let mut scene = scene(|config| config);
    let browser = reader(&scene.ours);
    browser.value("window.mark = 'the same document'");
    scene.herald.signal(Signal::SIGKILL);
    scene.herald.ended();
    browser.becomes(
        "the page says since when it has no answer",
        r"/lost since \d\d:\d\d:\d\d/.test(document.querySelector('#alerts').innerText)",
    );
    assert!(browser.text("#link").contains("lost"));
    assert!(browser.value(STATE).to_string().contains("up"), "what was said last stays there");

    scene.herald.restart();
    browser.becomes(
        "the page is live again",
        "document.querySelector('#alerts').innerText === '' \
         && document.querySelector('#link').innerText.includes('live')",
    );
    let pid = format!("pid {}", scene.herald.pid());
    assert!(browser.text("#identity").contains(&pid), "{}", browser.text("#identity"));
    scene.session_comes_up();
    scene.servers_die();
    browser.becomes("what happens afterwards is shown", &format!("{STATE}.includes('down')"));
    eventually("both starts stand in the list", SOON, || {
        let list = browser.text("#hour table");
        if list.matches("started").count() == 2 { Ok(()) } else { Err(list) }
    });
    assert_eq!(browser.value("window.mark"), "the same document");
}

#[test]
fn what_the_reader_has_opened_stays_open_while_the_page_goes_on() {
    let mut scene = scene(|config| {
        config.set("service.other", "addresses", "[\"9.9.9.10/32\"]").set(
            "service.other.check.own",
            "file",
            "{ path = \"/\" }",
        )
    });
    let browser = reader(&scene.ours);
    browser.value("document.querySelector('[data-name=other] summary').click()");
    browser.value("document.querySelector('[data-name=other] summary').focus()");
    scene.servers_die();
    browser.becomes("the page says down", &format!("{STATE}.includes('down')"));
    assert_eq!(browser.value("document.querySelector('[data-name=other]').open"), false);
    let focused = "document.activeElement.parentElement.dataset.name";
    assert_eq!(browser.value(focused), "other", "also when others have moved in front of it");
}

#[test]
fn the_last_hour_knows_what_was_before_the_start_and_what_nobody_knows() {
    let mut scene = scene(|config| config);
    super::looks::with_a_past(&mut scene.herald, &["web"]);
    let browser = reader(&scene.ours);
    let states = "[...document.querySelectorAll('[data-band=web] rect')]
        .map(rect => rect.dataset.state).join(' ')";
    browser.becomes(
        "the past life, then the present one",
        &format!("/^up degraded up down up( pending)? up$/.test({states})"),
    );
    let gap = "(() => {
        const rects = [...document.querySelectorAll('[data-band=web] rect')];
        const end = rect => +rect.getAttribute('x') + +rect.getAttribute('width');
        return rects.slice(1).some((rect, at) => +rect.getAttribute('x') - end(rects[at]) > 60);
    })()";
    assert_eq!(browser.value(gap), true, "while no agent ran nothing is known");
}
