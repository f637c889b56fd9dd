//! Ranges of addresses, as policies of Envoy Gateway take them: `10.0.0.0/8`, without exceptions.

use gloo_domain::AddressRange;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Addresses that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cidr {
    first: IpAddr,
    prefix: u8,
}

impl Cidr {
    /// A range as it is written.
    pub fn of(range: AddressRange) -> Self {
        Self { first: range.first(), prefix: range.prefix() }
    }

    /// Whether all of `other` lies in it.
    fn covers(self, other: Self) -> bool {
        self.prefix <= other.prefix && self.cut(other.first) == Some(self.first)
    }

    /// The first address of the range of this size that an address is in; nothing for one of another kind.
    fn cut(self, address: IpAddr) -> Option<IpAddr> {
        match (self.first, address) {
            (IpAddr::V4(_), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32_u32.saturating_sub(u32::from(self.prefix))).unwrap_or(0);
                Some(Ipv4Addr::from_bits(address.to_bits() & mask).into())
            }
            (IpAddr::V6(_), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128_u32.saturating_sub(u32::from(self.prefix))).unwrap_or(0);
                Some(Ipv6Addr::from_bits(address.to_bits() & mask).into())
            }
            _ => None,
        }
    }
}

impl std::fmt::Display for Cidr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix)
    }
}

/// What lies in both.
pub fn meet(one: &[Cidr], other: &[Cidr]) -> Vec<Cidr> {
    let pairs = one.iter().flat_map(|one| other.iter().map(move |other| (*one, *other)));
    let both = pairs.filter_map(|(one, other)| match (one.covers(other), other.covers(one)) {
        (true, _) => Some(other),
        (false, true) => Some(one),
        (false, false) => None,
    });
    let mut both: Vec<Cidr> = both.collect();
    both.sort();
    both.dedup();
    both
}

#[cfg(test)]
mod tests {
    use super::{Cidr, meet};
    use gloo_domain::{AddressRange, AddressSet};

    fn ranges(texts: &[&str]) -> Vec<AddressRange> {
        texts.iter().map(|text| AddressRange::parse(text).unwrap()).collect()
    }

    fn cidrs(texts: &[&str]) -> Vec<Cidr> {
        ranges(texts).into_iter().map(Cidr::of).collect()
    }

    fn set(cidrs: &[Cidr]) -> AddressSet {
        cidrs.iter().map(|cidr| AddressRange::parse(&cidr.to_string()).unwrap()).collect()
    }

    #[test]
    fn what_lies_in_both_is_the_same_set() {
        let others = cidrs(&["10.128.0.0/9", "2001:db8:1::/48", "192.0.2.1"]);
        for texts in [
            &["10.0.0.0/8"][..],
            &["10.0.0.0/8", "10.129.2.3", "2001:db8::/32", "::1"],
            &["0.0.0.0/0"],
            &["128.0.0.0/1", "0.0.0.0/1", "::/0"],
        ] {
            let named: AddressSet = ranges(texts).into_iter().collect();
            assert_eq!(set(&meet(&cidrs(texts), &others)), named.meet(&set(&others)), "{texts:?}");
        }
    }
}
