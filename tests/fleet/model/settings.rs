use std::ops::Range;
use std::time::Duration;

use herald::config::{self, Config};

/// The AS of every agent.
pub(super) const LOCAL_AS: u32 = 65010;
/// The AS of every route server.
pub(super) const SERVER_AS: u32 = 65000;
/// How often HAProxy looks at its servers: one look that fails is enough (`inter 200ms fall 1 rise 1`).
pub(crate) const INTER: Duration = Duration::from_millis(200);
/// From a change at HAProxy to the sample of it, by the event stream.
pub(crate) const WAKE: Duration = Duration::from_millis(1);
/// The longest way from an agent to a route server of its region.
pub(crate) const FARTHEST: Duration = Duration::from_millis(2);
/// From one route server to another, with what it needs to decide.
pub(crate) const BACKBONE: Duration = Duration::from_millis(100);
/// The hold time of every session.
pub(crate) const HOLD: Duration = Duration::from_secs(90);

/// What a run is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) sites: usize,
    /// Each has two route servers and an equal part of the sites.
    pub(crate) regions: usize,
    pub(crate) seed: u64,
    /// `health.damping`, with its defaults.
    pub(crate) damping: bool,
    pub(crate) guard: Guard,
    /// The site whose UPDATEs are kept word by word.
    pub(crate) heard: Option<usize>,
}

/// What a service does against being announced nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guard {
    Nothing,
    /// `last-site`, with its defaults.
    LastSite,
    /// `down = { announce = true, prepend = 6 }`.
    LastResort,
}

impl Settings {
    pub(crate) fn region(&self, site: usize) -> usize {
        site * self.regions / self.sites
    }

    pub(crate) fn sites_of(&self, region: usize) -> Range<usize> {
        let first = |region: usize| (region * self.sites).div_ceil(self.regions);
        first(region)..first(region + 1)
    }

    pub(super) fn config(&self) -> Config {
        let text = self.text();
        let loaded = config::read("fleet.toml", &text, &|_| None);
        loaded.unwrap_or_else(|faults| panic!("{faults}\n{text}")).config
    }

    /// The file of every agent.
    fn text(&self) -> String {
        let mut text = format!(
            "[agent]\nregion = \"here\"\n[region.here]\n[bgp]\nlocal-as = {LOCAL_AS}\n\
             router-id = \"10.64.0.1\"\nhold-time = \"{}s\"\n\
             [haproxy.local]\nsocket = \"/run/haproxy/admin.sock\"\n",
            HOLD.as_secs()
        );
        for n in 0..2 {
            let address = format!("10.0.0.{}", 1 + n);
            text += &format!(
                "[neighbor.rs-{n}]\naddress = \"{address}\"\npeer-as = {SERVER_AS}\nprofile = \"frr\"\n"
            );
        }
        text += "[service.web]\naddresses = [\"192.0.2.80\"]\n\
                 check.backend.haproxy.backend = \"http_back\"\n";
        if self.damping {
            text += "health.damping = {}\n";
        }
        text += match self.guard {
            Guard::Nothing => "",
            Guard::LastSite => "last-site = {}\n",
            Guard::LastResort => "down = { announce = true, prepend = 6 }\n",
        };
        text
    }
}
