use serde_json::json;

use super::{PAGE, reader, scene};

/// Would leave a mark if it ever ran.
const EVIL: &str = "<script>window.hacked = 1</script><img src=x onerror=window.hacked=1>\
                    <a href=javascript:window.hacked=1>'\"&amp;</a>";

#[test]
fn whatever_a_reason_holds_is_shown_as_text() {
    let scene = scene(|config| {
        let says = |exit: u8| format!("cat <<'END'\n{EVIL}\nEND\nexit {exit}");
        let check = |script: String| format!("{{ command = [\"/bin/sh\", \"-c\", {script:?}] }}");
        config
            .set("service.web.check.odd", "exec", check(says(0)))
            .set("service.bad", "addresses", "[\"9.9.9.10/32\"]")
            .set("service.bad.check.odd", "exec", check(says(2)))
            .set("service.bad.check.odd", "interval", "\"200ms\"")
            .set("neighbor.peer", "description", format!("{EVIL:?}"))
    });
    let reason = format!("reason {EVIL}");
    let said = scene.herald.ask(&["drain", "web", "--for", "1m", "--reason", &reason]);
    assert!(said.status.success(), "{said:?}");
    let browser = reader(&scene.ours);
    for place in [
        "[data-name=bad] .because",
        "[data-name=bad] .checks",
        "#neighbors",
        "[data-name=web] .override",
    ] {
        let shown =
            format!("document.querySelector({place:?})?.innerText.includes('<script>window')");
        browser.becomes("what is meant as markup is text", &shown);
    }
    let shown = "document.querySelector('#hour table')?.innerText.includes('<script>window')";
    browser.becomes("in the list of changes too", shown);
    let made =
        "document.querySelectorAll('body script, img, [onerror], [href^=javascript]').length";
    assert_eq!(browser.value(made), 0);
    assert_eq!(browser.value("window.hacked === undefined"), true);
    assert_eq!(browser.misdeeds(), [""; 0]);
}

#[test]
fn everything_comes_from_the_agent() {
    let scene = scene(|config| config);
    let browser = reader(&scene.ours);
    let asked = browser.value("performance.getEntriesByType('resource').map(entry => entry.name)");
    let asked = asked.as_array().expect("a list");
    assert!(asked.len() > 8, "{asked:?}");
    for address in asked {
        assert!(address.as_str().is_some_and(|address| address.starts_with(PAGE)), "{address}");
    }
    assert_eq!(browser.misdeeds(), [""; 0]);
}

#[test]
fn the_witness_sees_what_the_policy_stops() {
    let scene = scene(|config| config);
    let browser = reader(&scene.ours);
    browser.value(
        "(() => {
            const script = document.createElement('script');
            script.textContent = 'window.hacked = 1';
            document.body.append(script);
            document.body.append(Object.assign(new Image(), { src: 'http://192.0.2.1/' }));
        })()",
    );
    let seen = "window.seen.filter(line => line.startsWith('policy')).length === 2";
    browser.becomes("a script and a picture from elsewhere are stopped", seen);
    assert_eq!(browser.value("window.hacked ?? null"), json!(null));
}
