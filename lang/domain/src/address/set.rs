//! Sets of addresses.

use super::AddressRange;
use crate::interval::{self, Intervals};
use crate::minterm::Minterm;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A set of IPv4 and IPv6 addresses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressSet(Intervals<u128>);

/// Where the IPv4 addresses lie on the line.
const IPV4: (u128, u128) = (0xFFFF_0000_0000, 0xFFFF_FFFF_FFFF);

pub(super) fn ipv4() -> Intervals<u128> {
    Intervals::of([IPV4])
}

/// Addresses that a reader takes for examples (RFC 5737, RFC 1918, RFC 3849), the most telling first.
const FAMILIAR: [IpAddr; 7] = [
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
    IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)),
    IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1)),
    IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1)),
    IpAddr::V4(Ipv4Addr::new(172, 16, 0, 1)),
    IpAddr::V4(Ipv4Addr::new(192, 168, 0, 1)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xDB8, 0, 0, 0, 0, 0, 1)),
];

impl AddressSet {
    pub(super) fn new(points: Intervals<u128>) -> Self {
        Self(points)
    }

    /// No address.
    #[must_use]
    pub fn empty() -> Self {
        Self(Intervals::empty())
    }

    /// Every address.
    #[must_use]
    pub fn all() -> Self {
        Self(Intervals::all())
    }

    /// Whether the address is in the set.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(super::number(address))
    }

    /// Whether no address is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The addresses of both.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Self {
        Self(self.0.meet(&other.0))
    }

    /// The addresses of either.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        Self(self.0.join(&other.0))
    }

    /// The addresses that are not in the set.
    #[must_use]
    pub fn complement(&self) -> Self {
        Self(self.0.complement())
    }

    /// The addresses that are not in `other`.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        Self(self.0.minus(&other.0))
    }

    /// Whether each address is in `other` too.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// Whether no address is in `other` too.
    #[must_use]
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.0.is_disjoint(&other.0)
    }

    /// A readable address of the set: one for documentation where there is one, else the first that doesn't end in `.0`.
    #[must_use]
    pub fn witness(&self) -> Option<IpAddr> {
        if let Some(address) = FAMILIAR.into_iter().find(|address| self.contains(*address)) {
            return Some(address);
        }
        let own = self.0.meet(&ipv4());
        let readable = |low: u128, high: u128| if low & 0xFF == 0 && low < high { low + 1 } else { low };
        let first = own.iter().next().or_else(|| self.0.iter().next());
        first.map(|(low, high)| address(readable(low, high)))
    }

    /// The classes into which the sets cut the addresses.
    #[must_use]
    pub fn minterms(sets: &[&Self]) -> Vec<Minterm<IpAddr>> {
        let sets: Vec<&Intervals<u128>> = sets.iter().map(|set| &set.0).collect();
        let readable =
            |points: Intervals<u128>| Self(points).witness().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        interval::minterms(&sets).into_iter().map(|class| class.map(readable)).collect()
    }
}

/// The address at a place of the line.
fn address(number: u128) -> IpAddr {
    IpAddr::V6(Ipv6Addr::from_bits(number)).to_canonical()
}

impl FromIterator<AddressRange> for AddressSet {
    fn from_iter<I: IntoIterator<Item = AddressRange>>(ranges: I) -> Self {
        Self(Intervals::of(ranges.into_iter().flat_map(|range| range.set().0.iter().collect::<Vec<_>>())))
    }
}
