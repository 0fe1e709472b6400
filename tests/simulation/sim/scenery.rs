//! What is configured: a handful of knobs, and the file that they stand for.

use std::fmt::Write;
use std::time::Duration;

use super::dice::Dice;

/// The AS of the agent.
pub(crate) const LOCAL_AS: u32 = 65010;
/// The last octet of its router-id.
pub(crate) const OWN: u8 = 9;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scenery {
    pub(crate) region_prepend: usize,
    pub(crate) neighbors: Vec<Neighbor>,
    pub(crate) services: Vec<Service>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Neighbor {
    /// Configured at all.
    pub(crate) present: bool,
    pub(crate) hold: u16,
    pub(crate) passive: bool,
    /// The neighbour dials, too.
    pub(crate) dials: bool,
    pub(crate) prepend: usize,
    pub(crate) bfd: Option<Duration>,
    pub(crate) graceful_restart: bool,
    /// One way.
    pub(crate) delay: Duration,
    /// Octets that the kernels take of a connection before anybody reads.
    pub(crate) window: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Service {
    pub(crate) present: bool,
    pub(crate) enabled: bool,
    pub(crate) ipv6: bool,
    /// Announces a network, too, that is bound nowhere.
    pub(crate) network: bool,
    pub(crate) label: u8,
    pub(crate) remove_on_down: bool,
    pub(crate) checks: usize,
    pub(crate) rise: u32,
    pub(crate) fall: u32,
    pub(crate) hold_up: Duration,
    pub(crate) unknown_for: Duration,
    pub(crate) damping: bool,
    pub(crate) degraded: bool,
    /// `down.announce`.
    pub(crate) last_resort: bool,
    /// `absent-for`, where it has a `standby` table.
    pub(crate) standby: Option<Duration>,
    /// `wait`, where it has a `last-site` table.
    pub(crate) last_site: Option<Duration>,
    /// Looks at all that it tells, not at the first one only.
    pub(crate) watches_all: bool,
    pub(crate) drain_for: Duration,
    /// By index of the neighbour.
    pub(crate) told: Vec<bool>,
}

/// The longest suppression that damping is given here.
pub(crate) const DAMPING_MAX: Duration = Duration::from_secs(120);

impl Scenery {
    pub(crate) fn roll(dice: &mut Dice) -> Self {
        let neighbors: Vec<_> = (0..1 + dice.index(3)).map(|_| Neighbor::roll(dice)).collect();
        let services = (0..1 + dice.index(3)).map(|_| Service::roll(dice, neighbors.len()));
        let services = services.collect();
        Self { region_prepend: dice.index(3), neighbors, services }
    }

    /// The file.
    pub(crate) fn text(&self) -> String {
        let mut text = format!(
            "[agent]\nregion = \"here\"\n[bgp]\nlocal-as = {LOCAL_AS}\nrouter-id = \"10.9.9.{OWN}\"\n\
             [region.here]\nprepend = {}\n[haproxy.local]\nsocket = \"/run/haproxy/admin.sock\"\n",
            self.region_prepend
        );
        for (n, neighbor) in self.neighbors.iter().enumerate().filter(|(_, n)| n.present) {
            neighbor.write(n, &mut text);
        }
        for (s, service) in self.services.iter().enumerate().filter(|(_, s)| s.present) {
            service.write(s, &self.neighbors, &mut text);
        }
        text
    }

    /// The neighbours whose routes decide whose turn a service has.
    pub(crate) fn watched(&self, s: usize) -> impl Iterator<Item = usize> {
        let service = &self.services[s];
        let told = (0..self.neighbors.len()).filter(move |n| self.tells(s, *n));
        told.take(if service.watches_all { usize::MAX } else { 1 })
    }

    /// Whether the neighbour should hear of the service at all.
    pub(crate) fn tells(&self, s: usize, n: usize) -> bool {
        let service = &self.services[s];
        service.present && service.enabled && service.told[n] && self.neighbors[n].present
    }
}

impl Neighbor {
    fn roll(dice: &mut Dice) -> Self {
        let passive = dice.chance(20);
        Self {
            present: true,
            hold: dice.pick(&[9, 60, 90, 90, 90, 180, 180, 180]),
            passive,
            dials: passive || dice.chance(50),
            prepend: dice.index(2),
            bfd: dice.chance(6).then(|| Duration::from_secs(dice.pick(&[3, 10]))),
            graceful_restart: dice.chance(20),
            delay: Duration::from_micros(dice.pick(&[50, 500, 5000, 40_000])),
            window: dice.pick(&[64, 400, 4096, 65_536]),
        }
    }

    fn write(&self, n: usize, text: &mut String) {
        let Self { hold, passive, prepend, .. } = self;
        let restart = if self.graceful_restart { 60 } else { 0 };
        let _ = write!(
            text,
            "[neighbor.rs-{n}]\naddress = \"10.0.{n}.1\"\nlocal-address = \"10.0.{n}.2\"\n\
             next-hop-ipv6 = \"2001:db8:{n}::2\"\npeer-as = 65515\nhold-time = \"{hold}s\"\n\
             passive = {passive}\nprepend = {prepend}\ngraceful-restart = \"{restart}s\"\n"
        );
        if let Some(every) = self.bfd {
            let every = every.as_millis();
            let _ = writeln!(text, "bfd = {{ min-tx = \"{every}ms\", min-rx = \"{every}ms\" }}");
        }
    }
}

impl Service {
    fn roll(dice: &mut Dice, neighbors: usize) -> Self {
        let rivalry = dice.below(10);
        let mut patience = |of: &[u64]| {
            let patience = Duration::from_millis(dice.pick(&[500, 2000, 10_000]));
            of.contains(&rivalry).then_some(patience)
        };
        let (standby, last_site) = (patience(&[0, 1]), patience(&[1, 2]));
        let told: Vec<bool> = (0..neighbors).map(|n| n == 0 || dice.chance(80)).collect();
        Self {
            present: true,
            enabled: true,
            ipv6: dice.chance(30),
            network: dice.chance(20),
            label: 0,
            remove_on_down: dice.chance(40),
            checks: if dice.chance(30) { 2 } else { 1 },
            rise: dice.pick(&[1, 1, 2]),
            fall: dice.pick(&[1, 1, 3]),
            hold_up: Duration::from_secs(dice.pick(&[0, 0, 3, 20])),
            unknown_for: Duration::from_secs(dice.pick(&[2, 10])),
            damping: dice.chance(25),
            degraded: dice.chance(30),
            last_resort: dice.chance(15),
            standby,
            last_site,
            watches_all: dice.chance(50),
            drain_for: Duration::from_secs(dice.pick(&[1, 30])),
            told,
        }
    }

    /// Announced when it is not healthy, whoever else is there.
    pub(crate) fn is_last_resort(&self) -> bool {
        self.last_resort && self.standby.is_none()
    }

    /// Announced when it is not healthy, if nobody else is.
    pub(crate) fn may_be_last_site(&self) -> bool {
        !self.is_last_resort() && (self.last_site.is_some() || self.last_resort)
    }

    /// How long after it has become healthy it may be kept back at most.
    pub(crate) fn pause(&self) -> Duration {
        self.hold_up + if self.damping { DAMPING_MAX } else { Duration::ZERO }
    }

    fn write(&self, s: usize, neighbors: &[Neighbor], text: &mut String) {
        let mut addresses = vec![format!("\"9.9.{s}.9\"")];
        addresses.extend(self.ipv6.then(|| format!("\"2001:db8:9:{s}::9\"")));
        let _ = write!(text, "[service.s{s}]\naddresses = [{}]\n", addresses.join(", "));
        if self.network {
            let _ = writeln!(text, "prefixes = [\"9.8.{s}.0/24\"]");
        }
        let told = self.told.iter().zip(neighbors).enumerate();
        let told = told.filter(|(_, (told, neighbor))| **told && neighbor.present);
        let told: Vec<_> = told.map(|(n, _)| format!("\"rs-{n}\"")).collect();
        let _ = writeln!(text, "neighbors = [{}]\nenabled = {}", told.join(", "), self.enabled);
        let on_down = if self.remove_on_down { "remove" } else { "keep" };
        let _ = writeln!(
            text,
            "loopback = {{ on-down = \"{on_down}\", label = \"lo:{}\" }}",
            self.label
        );
        for c in 0..self.checks {
            let (rise, fall) = (self.rise, self.fall);
            let _ = writeln!(
                text,
                "check.c{c} = {{ rise = {rise}, fall = {fall}, haproxy.backend = \"b{c}\" }}"
            );
        }
        let millis = |time: Duration| format!("\"{}ms\"", time.as_millis());
        let _ = writeln!(
            text,
            "health.hold-up = {}\nhealth.unknown-for = {}\ndrain = {{ for = {} }}",
            millis(self.hold_up),
            millis(self.unknown_for),
            millis(self.drain_for)
        );
        if self.damping {
            let _ = writeln!(text, "health.damping = {{ max = {} }}", millis(DAMPING_MAX));
        }
        if self.degraded {
            text.push_str("degraded = { below = \"50%\", recover = \"70%\", prepend = 3 }\n");
        }
        if self.last_resort {
            text.push_str("down = { announce = true, prepend = 6 }\n");
        }
        let watched = if self.watches_all { told.len() } else { 1 };
        let watch = told[..watched].join(", ");
        for (table, key, patience) in
            [("standby", "absent-for", self.standby), ("last-site", "wait", self.last_site)]
        {
            let Some(patience) = patience.map(millis) else { continue };
            let _ = writeln!(text, "{table} = {{ watch = [{watch}], {key} = {patience} }}");
        }
    }
}
