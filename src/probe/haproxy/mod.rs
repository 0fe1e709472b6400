//! Asks HAProxy: `show stat` over its socket, or the CSV of its stats page.
