//! What of a new configuration a running agent can take over, and at which price.

use super::signature::Signature;
use super::types::{Config, Neighbor, Transport};
use crate::base::NeighborName;

impl Config {
    /// The keys that differ in `new` and that only a new start can take over.
    pub fn restarting(&self, new: &Self) -> Vec<&'static str> {
        let differs = [
            ("[agent] control-socket", self.agent.control_socket != new.agent.control_socket),
            ("[agent] http", self.agent.http != new.agent.http),
            ("[bgp] listen", self.bgp.listen != new.bgp.listen),
            ("[agent] state-directory", self.agent.state_directory != new.agent.state_directory),
        ];
        differs.into_iter().filter(|(_, differs)| *differs).map(|(key, _)| key).collect()
    }

    /// The neighbours of both configurations whose session has to be reset, each with the keys that
    /// make it so.
    pub fn resetting<'a>(
        &'a self,
        new: &'a Self,
    ) -> impl Iterator<Item = (&'a NeighborName, Vec<&'static str>)> {
        self.neighbors.iter().filter_map(|(name, old)| {
            let keys = old.resetting(new.neighbors.get(name)?);
            (!keys.is_empty()).then_some((name, keys))
        })
    }
}

impl Neighbor {
    /// The keys that differ in `new` and that only another session can take over.
    pub fn resetting(&self, new: &Self) -> Vec<&'static str> {
        let mut keys = self.session.resetting(&new.session);
        keys.extend(self.transport.resetting(&new.transport));
        keys.extend((self.bfd != new.bfd).then_some("bfd"));
        keys
    }
}

impl Transport {
    fn resetting(&self, new: &Self) -> Vec<&'static str> {
        let Self { remote, local_address, local_interface, ttl, signature } = self;
        // A password is changed on the connection that is there; TCP-AO comes and goes with one.
        let has_ao = |signature: &Option<Signature>| matches!(signature, Some(Signature::Ao(_)));
        let other_ao = *signature != new.signature && (has_ao(signature) || has_ao(&new.signature));
        let differs = [
            ("address", remote.ip() != new.remote.ip()),
            ("port", remote.port() != new.remote.port()),
            ("local-address", *local_address != new.local_address),
            ("local-interface", *local_interface != new.local_interface),
            ("multihop or ttl-security", *ttl != new.ttl),
            ("tcp-ao", other_ao),
        ];
        differs.into_iter().filter(|(_, differs)| *differs).map(|(key, _)| key).collect()
    }
}

#[cfg(test)]
mod tests;
