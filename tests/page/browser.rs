//! Chromium without a screen, by the WebDriver protocol (W3C) of its chromedriver.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::support::herald::directory;
use super::support::netns::Namespace;
use super::support::process::{Process, inside, program};
use super::support::wait::{SOON, eventually};

/// Where chromedriver listens; each namespace has a loopback of its own.
const PORT: u16 = 9515;

/// Runs in every document before its own scripts: what a page must not do is kept for the test.
const WITNESS: &str = "
    window.seen = [];
    addEventListener('error', event => seen.push(`error: ${event.message}`));
    addEventListener('unhandledrejection', event => seen.push(`rejection: ${event.reason}`));
    document.addEventListener('securitypolicyviolation',
        event => seen.push(`policy: ${event.violatedDirective} ${event.blockedURI}`));
";

/// One browser with one window. Browser and driver end with the value, or with the namespace.
pub(crate) struct Browser {
    namespace: Namespace,
    session: String,
    _driver: Process,
    _directory: TempDir,
}

/// `prefers-color-scheme`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scheme {
    Light,
    Dark,
}

impl Browser {
    /// Starts it in a namespace, and sees nothing else.
    pub(crate) fn start(namespace: &Namespace) -> Self {
        let directory = directory("browser");
        let mut command = inside(namespace, &program(&["chromedriver"], "chromium-driver"));
        command.arg(format!("--port={PORT}")).env("HOME", directory.path());
        let driver = Process::start("chromedriver", command, &directory.path().join("log"));
        eventually("chromedriver answers", SOON, || ask(namespace, "GET", "/status", None));
        let profile = directory.path().join("profile");
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--no-proxy-server",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--disable-lcd-text",
            &format!("--user-data-dir={}", profile.display()),
        ];
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {
                "binary": program(&["chromium"], "chromium"), "args": arguments,
            },
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let answer = ask(namespace, "POST", "/session", Some(&wanted)).expect("a session");
        let session = format!("/session/{}", answer["sessionId"].as_str().expect("its name"));
        let namespace = namespace.clone();
        let browser = Self { namespace, session, _driver: driver, _directory: directory };
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", &json!({"source": WITNESS}));
        browser
    }

    /// Opens a page; returns when it is loaded.
    pub(crate) fn open(&self, url: &str) {
        self.tell("POST", "/url", &json!({"url": url}));
    }

    /// The value of a JavaScript expression in the page.
    pub(crate) fn value(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        self.tell("POST", "/execute/sync", &json!({"script": script, "args": []}))
    }

    /// Waits until an expression is true; shows the page's text when it does not become so.
    #[track_caller]
    pub(crate) fn becomes(&self, what: &str, expression: &str) {
        eventually(&format!("{what}: {expression}"), SOON, || {
            let value = self.value(expression);
            if value == true { Ok(()) } else { Err((value, self.text("body"))) }
        });
    }

    /// The text of the first element, as the reader sees it.
    pub(crate) fn text(&self, selector: &str) -> String {
        let value = self.value(&format!("document.querySelector({selector:?})?.innerText ?? ''"));
        value.as_str().unwrap_or_default().to_owned()
    }

    /// A screen of this size, in CSS pixels.
    pub(crate) fn resize(&self, width: u32, height: u32) {
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// What the reader prefers.
    pub(crate) fn prefer(&self, scheme: Scheme) {
        let value = match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let feature = json!({"name": "prefers-color-scheme", "value": value});
        self.devtools("Emulation.setEmulatedMedia", &json!({"features": [feature]}));
    }

    /// Presses the tabulator.
    pub(crate) fn press_tab(&self) {
        let key = json!({"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9});
        for kind in ["keyDown", "keyUp"] {
            let mut event = key.clone();
            event["type"] = kind.into();
            self.devtools("Input.dispatchKeyEvent", &event);
        }
    }

    /// What is on the screen, as PNG.
    pub(crate) fn screenshot(&self) -> Vec<u8> {
        let shot = self.devtools("Page.captureScreenshot", &json!({"format": "png"}));
        base64(shot["data"].as_str().expect("a picture"))
    }

    /// What the page must not have done: errors, and attempts that its policy has stopped.
    pub(crate) fn misdeeds(&self) -> Vec<String> {
        let seen = self.value("window.seen");
        let seen = seen.as_array().expect("the witness runs").iter();
        let log = self.tell("POST", "/se/log", &json!({"type": "browser"}));
        let log = log.as_array().expect("a list").clone();
        let log = log.iter().filter(|entry| entry["level"] == "SEVERE");
        seen.chain(log).map(ToString::to_string).collect()
    }

    /// A command of the DevTools protocol.
    fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.tell("POST", "/goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    fn tell(&self, method: &str, path: &str, body: &Value) -> Value {
        let path = format!("{}{path}", self.session);
        ask(&self.namespace, method, &path, Some(body)).unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The namespace ends what does not end by itself.
        let _ = ask(&self.namespace, "DELETE", &self.session, None);
    }
}

/// One request to the driver; gives the `value` of its answer.
fn ask(
    namespace: &Namespace,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<Value, String> {
    let body = body.map(ToString::to_string).unwrap_or_default();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answered = namespace.enter(|| {
        let mut stream = TcpStream::connect(("127.0.0.1", PORT))?;
        stream.set_read_timeout(Some(2 * SOON))?;
        stream.write_all(request.as_bytes())?;
        answer(BufReader::new(stream))
    });
    let (granted, mut content) = answered.map_err(|error| format!("{method} {path}: {error}"))?;
    let value = content["value"].take();
    if granted { Ok(value) } else { Err(format!("{path}: {value}")) }
}

/// Whether the answer is a good one, and its content. The driver keeps its connections open.
fn answer(mut stream: impl BufRead) -> std::io::Result<(bool, Value)> {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        match line.trim() {
            "" => break,
            line => head.push(line.to_lowercase()),
        }
    }
    let length = head.iter().find_map(|line| line.strip_prefix("content-length:"));
    let length = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    let granted = head.first().is_some_and(|line| line.starts_with("http/1.1 200"));
    Ok((granted, serde_json::from_slice(&body)?))
}

/// RFC 4648 §4.
fn base64(text: &str) -> Vec<u8> {
    let sextet = |octet: u8| match octet {
        b'A'..=b'Z' => Some(octet - b'A'),
        b'a'..=b'z' => Some(octet - b'a' + 26),
        b'0'..=b'9' => Some(octet - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let sextets: Vec<u8> = text.bytes().filter_map(sextet).collect();
    let octets = sextets.chunks(4).flat_map(|group| {
        let bits = group.iter().fold(0u32, |bits, sextet| bits << 6 | u32::from(*sextet));
        let [_, rest @ ..] = (bits << (6 * (4 - group.len()))).to_be_bytes();
        rest.into_iter().take(group.len() - 1)
    });
    octets.collect()
}

#[test]
fn base64_is_read() {
    assert_eq!(base64("Zg=="), b"f");
    assert_eq!(base64("Zm9vYg=="), b"foob");
    assert_eq!(base64("Zm9vYmE="), b"fooba");
    assert_eq!(base64("+/8A"), [0xfb, 0xff, 0]);
}
