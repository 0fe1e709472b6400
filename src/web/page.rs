//! The page for people: files in the binary, no build step, nothing from elsewhere.
//!
//! ```text
//! main.js ── asks and follows: agent.js ─▶ /api/v1/status, /api/v1/events
//!    └────── draws: services.js, timeline.js, neighbors.js, haproxy.js ─▶ dom.js, words.js
//! ```
//!
//! A drawing is a function from what the agent says to a tree of elements, in which texts are text
//! nodes; `dom.js` makes the document like it, and changes only what differs.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Path, kind and content of each file.
const FILES: [(&str, &str, &str); 11] = [
    ("/", HTML, include_str!("page/index.html")),
    ("/page/page.css", CSS, include_str!("page/page.css")),
    ("/page/icon.svg", SVG, include_str!("page/icon.svg")),
    ("/page/main.js", SCRIPT, include_str!("page/main.js")),
    ("/page/agent.js", SCRIPT, include_str!("page/agent.js")),
    ("/page/dom.js", SCRIPT, include_str!("page/dom.js")),
    ("/page/words.js", SCRIPT, include_str!("page/words.js")),
    ("/page/services.js", SCRIPT, include_str!("page/services.js")),
    ("/page/timeline.js", SCRIPT, include_str!("page/timeline.js")),
    ("/page/neighbors.js", SCRIPT, include_str!("page/neighbors.js")),
    ("/page/haproxy.js", SCRIPT, include_str!("page/haproxy.js")),
];

/// The routes of the page.
pub(super) fn router() -> Router {
    FILES.into_iter().fold(Router::new(), |router, (path, kind, content)| {
        router.route(path, get(move || async move { ([(CONTENT_TYPE, kind)], content) }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Together, in octets.
    const MOST: usize = 41 << 10;

    #[test]
    fn the_page_stays_small() {
        let octets: usize = FILES.iter().map(|(_, _, content)| content.len()).sum();
        assert!(octets < MOST, "{octets} octets");
    }

    #[test]
    fn texts_are_never_read_as_markup() {
        let ways = ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("];
        for (path, _, content) in FILES {
            for way in ways {
                assert!(!content.contains(way), "{way} in {path}");
            }
        }
    }

    #[test]
    fn nothing_comes_from_elsewhere() {
        for (path, _, content) in FILES {
            let elsewhere = content.replace("http://www.w3.org/2000/svg", "");
            assert!(!elsewhere.contains("http"), "{path}");
        }
    }
}
