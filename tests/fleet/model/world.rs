use std::time::{Duration, Instant};

use herald::clock;
use herald::config::{Config, Inheritance};
use herald::engine::{Input, Params};
use herald::session;

use super::agenda::Agenda;
use super::judge::{Leads, Service, Wrong};
use super::lane::{LaneId, Packet, Side, address};
use super::server::{Offer, Server, heard};
use super::settings::Settings;
use super::site::{Site, said};
use super::story::Deed;

/// Everything at one moment.
pub(super) struct World {
    pub(super) settings: Settings,
    pub(super) start: Instant,
    pub(super) now: Instant,
    agenda: Agenda<Happening>,
    config: Config,
    pub(super) sites: Vec<Site>,
    /// Two in a region, beside each other.
    pub(super) servers: Vec<Server>,
    /// UPDATEs of the site that is heard, as they arrived at its first route server.
    pub(super) heard: Vec<(Duration, Vec<u8>)>,
    /// The shortest announcement and the longest withdrawal.
    pub(super) octets: (usize, usize),
}

/// What comes up at a time that was set before.
#[derive(Debug)]
pub(super) enum Happening {
    Deed(Deed),
    /// HAProxy looks at its servers.
    Look(usize),
    /// The agent of this life looks at HAProxy.
    See(usize, u32),
    Decide(usize, u32, Box<Input>),
    /// A timer of the engine, or of one end of a session.
    EngineWakes(usize),
    SessionWakes(LaneId, Side),
    Arrive(LaneId, Side, u64, Packet),
    /// One route server hears of another.
    Hear(usize, usize, Option<Offer>),
}

impl World {
    pub(super) fn new(settings: Settings) -> Self {
        let start = clock::now();
        let mut world = Self {
            settings,
            start,
            now: start,
            agenda: Agenda::new(),
            config: settings.config(),
            sites: (0..settings.sites).map(|site| Site::new(settings.seed, site)).collect(),
            servers: (0..2 * settings.regions).map(|_| Server::new()).collect(),
            heard: Vec::new(),
            octets: (usize::MAX, 0),
        };
        for server in 0..world.servers.len() {
            world.start_server(server);
        }
        for site in 0..world.sites.len() {
            world.start_agent(site);
        }
        world
    }

    pub(super) fn note(&mut self, after: Duration, happening: Happening) {
        self.agenda.note(self.now + after, happening);
    }

    /// Lets everything happen until this long after the start.
    pub(super) fn pass(&mut self, until: Duration) {
        let until = self.start + until;
        while let Some(at) = self.agenda.next().filter(|at| *at <= until) {
            self.now = at;
            if let Some(happening) = self.agenda.take() {
                self.happen(happening);
            }
        }
        self.now = until;
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Deed(deed) => self.act(deed),
            Happening::Look(site) => self.look(site),
            Happening::See(site, life) if life == self.sites[site].life => self.see(site),
            Happening::Decide(site, life, input) if life == self.sites[site].life => {
                self.decide(site, *input);
            }
            Happening::See(..) | Happening::Decide(..) => {}
            Happening::EngineWakes(site) => self.engine_wakes(site),
            Happening::SessionWakes(lane, side) => self.session_wakes(lane, side),
            Happening::Arrive(lane, to, conn, packet) => self.arrive(lane, to, conn, packet),
            Happening::Hear(server, other, offer) if self.servers[server].up => {
                self.servers[server].hear(other, offer);
                self.choose(server);
            }
            Happening::Hear(..) => {}
        }
    }

    /// The route server at the other end of a lane.
    pub(super) fn server_of(&self, lane: LaneId) -> usize {
        2 * self.settings.region(lane.site) + lane.which
    }

    /// The lanes of a route server.
    pub(super) fn lanes_of(&self, server: usize) -> Vec<LaneId> {
        let sites = self.settings.sites_of(server / 2);
        sites.map(|site| LaneId { site, which: server % 2 }).collect()
    }

    /// The parameters of an agent: one file for all, but for what the machine's address makes of it.
    pub(super) fn engine_params(&self, site: usize) -> Params {
        let mut params = self.config.engine(&Inheritance::default());
        params.policy.router_id = address(site);
        params
    }

    pub(super) fn session_params(&self, lane: LaneId) -> session::Params {
        let neighbor = self.config.neighbors.get(&neighbor_name(lane.which));
        let mut params = neighbor.expect("both are configured").session.clone();
        params.router_id = address(lane.site);
        params
    }

    /// Whether clients that are sent to a site get an answer.
    fn answers(&self, site: usize) -> bool {
        self.sites[site].healthy && !self.sites[site].cut
    }

    /// Something about a site has changed: its truth, or what a route server has of it.
    pub(super) fn judge(&mut self, site: usize) {
        let answers = self.answers(site);
        let region = self.settings.region(site);
        let servers = &self.servers[2 * region..2 * region + 2];
        let mut regular = servers.iter().filter(|server| server.up).map(|server| {
            let offer = server.offer(site);
            offer.is_some_and(Offer::is_regular)
        });
        let present = !answers && regular.clone().any(|regular| regular);
        let absent = answers && !self.sites[site].excused && regular.any(|regular| !regular);
        let wrong = &mut self.sites[site].wrong;
        wrong.present.set(present, self.now);
        wrong.absent.set(absent, self.now);
    }

    /// The same for what clients get.
    pub(super) fn judge_server(&mut self, server: usize) {
        let best = self.servers[server].best.as_ref().map(|best| best.site);
        let leads = match best {
            _ if !self.servers[server].up => Leads::Unasked,
            None => Leads::Nowhere,
            Some(site) if self.answers(site) => Leads::ToHealthy,
            Some(_) => Leads::ToDead,
        };
        self.servers[server].service.set(leads, self.now);
    }

    /// The truth of a site has changed.
    pub(super) fn turned(&mut self, site: usize) {
        self.judge(site);
        for server in 0..self.servers.len() {
            let best = &self.servers[server].best;
            if best.as_ref().is_some_and(|best| best.site == site) {
                self.judge_server(server);
            }
        }
    }

    /// Begins to count.
    pub(super) fn count(&mut self) {
        for server in &mut self.servers {
            (server.heard, server.told) = (heard(), 0);
            server.service = Service::default();
        }
        for site in &mut self.sites {
            (site.wrong, site.transitions) = (Wrong::default(), 0);
            site.said = said();
        }
        self.heard.clear();
        (0..self.sites.len()).for_each(|site| self.judge(site));
        (0..self.servers.len()).for_each(|server| self.judge_server(server));
    }

    /// Ends what is still wrong.
    pub(super) fn settle(&mut self) {
        let now = self.now;
        for site in &mut self.sites {
            site.wrong.present.set(false, now);
            site.wrong.absent.set(false, now);
        }
        self.servers.iter_mut().for_each(|server| server.service.set(Leads::Unasked, now));
    }
}

pub(super) fn neighbor_name(which: usize) -> herald::base::NeighborName {
    format!("rs-{which}").as_str().into()
}
