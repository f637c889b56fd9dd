//! IP addresses and CIDR ranges.
//!
//! All addresses lie on one line of 128-bit numbers. An IPv4 address stands where its IPv4-mapped form stands (RFC 4291
//! §2.5.5.2), so the two are one address; an IPv6 range never holds IPv4 addresses, not even `::/0`.

mod set;

pub use set::AddressSet;

use crate::PatternError;
use crate::interval::Intervals;
use serde::{Serialize, Serializer};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What a user writes: `10.0.0.7`, `10.0.0.0/8`, `2001:db8::/32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressRange {
    first: IpAddr,
    prefix: u8,
}

/// The bits that an IPv4 address has before its own in its mapped form.
const MAPPED_BITS: u8 = 96;

impl AddressRange {
    /// Reads an address or a CIDR range.
    ///
    /// # Errors
    /// Where the text is none, and where a range has bits set behind its prefix.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let error = |range, message: String| PatternError::new(range, message);
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        if let Some(inner) = address.strip_prefix('[') {
            let inner = inner.strip_suffix(']').unwrap_or(inner);
            return Err(error(0..text.len(), format!("`{text}` is no address"))
                .help(format!("write `{inner}` without the brackets")));
        }
        let Ok(written) = address.parse::<IpAddr>() else {
            return Err(not_an_address(text, address));
        };
        let first = canonical(written);
        let Some(length) = length else { return Ok(Self { first, prefix: bits(first) }) };
        let from = address.len() + 1;
        let prefix = Some(length)
            .filter(|text| {
                text.bytes().all(|byte| byte.is_ascii_digit()) && (*text == "0" || !text.starts_with('0'))
            })
            .and_then(|text| text.parse::<u8>().ok())
            .filter(|prefix| *prefix <= bits(written));
        let Some(prefix) = prefix else {
            return Err(error(from..text.len(), format!("`/{length}` is no prefix length"))
                .help(format!("write a number from 0 to {}", bits(written))));
        };
        // A mapped range is the IPv4 range; one that is wider than all IPv4 addresses is an IPv6 range.
        let (first, prefix) = match (first.is_ipv4() && written.is_ipv6(), prefix.checked_sub(MAPPED_BITS)) {
            (true, Some(prefix)) => (first, prefix),
            (true, None) => (written, prefix),
            (false, _) => (first, prefix),
        };
        let network = network(first, prefix);
        if network != first {
            return Err(error(0..text.len(), format!("`{text}` is not the first address of a range")).help(
                format!("write `{network}/{prefix}` for the whole range, `{first}` for the one address"),
            ));
        }
        Ok(Self { first, prefix })
    }

    /// The range of one address.
    #[must_use]
    pub fn single(address: IpAddr) -> Self {
        let first = canonical(address);
        Self { first, prefix: bits(first) }
    }

    /// Its first address; an IPv4 address is never in its mapped form.
    #[must_use]
    pub fn first(self) -> IpAddr {
        self.first
    }

    /// The length of its prefix: up to 32 for IPv4, up to 128 for IPv6.
    #[must_use]
    pub fn prefix(self) -> u8 {
        self.prefix
    }

    /// Whether it holds one address.
    #[must_use]
    pub fn is_single(self) -> bool {
        self.prefix == bits(self.first)
    }

    /// Whether the address is in the range.
    #[must_use]
    pub fn contains(self, address: IpAddr) -> bool {
        let address = canonical(address);
        address.is_ipv4() == self.first.is_ipv4() && network(address, self.prefix) == self.first
    }

    /// Its addresses.
    #[must_use]
    pub fn set(self) -> AddressSet {
        let low = number(self.first);
        let free = u32::from(bits(self.first) - self.prefix);
        let high = low | 1_u128.checked_shl(free).map_or(u128::MAX, |size| size - 1);
        let range = Intervals::of([(low, high)]);
        AddressSet::new(if self.first.is_ipv4() { range } else { range.minus(&set::ipv4()) })
    }
}

fn not_an_address(text: &str, address: &str) -> PatternError {
    let error = PatternError::new(0..text.len(), format!("`{text}` is no address"));
    let octets: Vec<&str> = address.split('.').collect();
    let padded = |octet: &&str| octet.len() > 1 && octet.starts_with('0');
    if address.contains('%') {
        error.help("leave out the zone behind `%`")
    } else if octets.len() == 4 && octets.iter().any(padded) {
        error.help("write the numbers without leading zeros")
    } else if address.rsplit_once(':').is_some_and(|(host, _)| host.parse::<Ipv4Addr>().is_ok()) {
        error.help("leave out the port")
    } else {
        error.help("an address is written `10.0.0.7`, a range `10.0.0.0/8`, IPv6 `\"2001:db8::/32\"`")
    }
}

fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// The address, an IPv4-mapped one as the IPv4 address that it is.
fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// The address with all bits behind the prefix cleared.
fn network(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix.min(32))).unwrap_or(0);
            Ipv4Addr::from_bits(v4.to_bits() & mask).into()
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix.min(128))).unwrap_or(0);
            Ipv6Addr::from_bits(v6.to_bits() & mask).into()
        }
    }
}

/// Its place on the line.
fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

impl std::fmt::Display for AddressRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_single() {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}/{}", self.first, self.prefix)
        }
    }
}

impl Serialize for AddressRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
