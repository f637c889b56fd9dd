//! Sets of TCP ports.

use crate::interval::{self, Intervals};
use crate::minterm::Minterm;

/// A set of ports from 1 to 65535.
pub type PortSet = Intervals<u16>;

/// Ports that a reader knows, the most telling first.
const FAMILIAR: [u16; 8] = [443, 80, 8080, 8443, 15443, 9090, 5432, 6379];

impl PortSet {
    /// One port.
    #[must_use]
    pub fn port(port: u16) -> Self {
        Self::of([(port, port)])
    }

    /// A port of the set: a familiar one where there is one, else the smallest.
    #[must_use]
    pub fn witness(&self) -> Option<u16> {
        let familiar = FAMILIAR.into_iter().find(|port| self.contains(*port));
        familiar.or_else(|| self.iter().next().map(|(low, _)| low))
    }

    /// The classes into which the sets cut the ports.
    #[must_use]
    pub fn minterms(sets: &[&Self]) -> Vec<Minterm<u16>> {
        let readable = |class: Minterm<Self>| class.map(|ports| ports.witness().unwrap_or(1));
        interval::minterms(sets).into_iter().map(readable).collect()
    }
}
