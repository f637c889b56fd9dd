//! Names that Kubernetes and Istio take.

use gloo_domain::HostPattern;
use gloo_ir::{Namespace, Service, Subset};
use std::collections::BTreeSet;

/// The namespace whose objects hold for the whole mesh.
pub(crate) const ROOT_NAMESPACE: &str = "istio-system";

/// The longest name of an object (RFC 1123, section 2.1).
const MAX_NAME: usize = 253;
/// The longest label.
const MAX_LABEL: usize = 63;

/// The DNS name that Kubernetes gives a service.
pub(crate) fn service_host(service: &Service, namespace: &Namespace) -> String {
    format!("{}.{}.svc.cluster.local", service.name, namespace.name)
}

/// The name of a subset: its own, as a DNS label; numbered where two of the service's would be the same.
pub(crate) fn subset_name(service: &Service, subset: &Subset) -> String {
    let mut names = Unique::default();
    let mut found = label(&subset.name);
    for other in &service.subsets {
        let name = names.claim(label(&other.name));
        if other.name == subset.name {
            found = name;
        }
    }
    found
}

/// A part of a name for a host: `shop.acme.com`, `below.acme.com` for `*.acme.com`, `any` for `*`.
pub(crate) fn host_part(host: &HostPattern) -> String {
    match host {
        HostPattern::Any => "any".to_owned(),
        HostPattern::Wildcard(name) => format!("below.{name}"),
        HostPattern::Exact(name) => name.to_string(),
    }
}

/// A name of an object made of parts: lower case, `-` for what may not stand in one.
pub(crate) fn object_name(parts: &[&str]) -> String {
    let name = legal(&parts.join("-"), |c| c == '.' || c == '-');
    shorten(name, MAX_NAME)
}

/// A DNS label for a name of the program: subsets must have such names.
pub(crate) fn label(name: &str) -> String {
    shorten(legal(name, |c| c == '-'), MAX_LABEL)
}

fn legal(text: &str, also: impl Fn(char) -> bool) -> String {
    let legal = |c: char| if c.is_ascii_alphanumeric() || also(c) { c.to_ascii_lowercase() } else { '-' };
    let name: String = text.chars().map(legal).collect();
    name.trim_matches(['-', '.']).to_owned()
}

/// Cuts a name that is too long; the hash of all of it keeps two such names apart.
fn shorten(name: String, longest: usize) -> String {
    if name.len() <= longest {
        return name;
    }
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let kept: String = name.chars().take(longest.saturating_sub(17)).collect();
    format!("{}-{hash:016x}", kept.trim_end_matches(['-', '.']))
}

/// Names that are given out once each.
#[derive(Debug, Default)]
pub(crate) struct Unique(BTreeSet<String>);

impl Unique {
    /// The name, or the name with the first number that makes it new.
    pub(crate) fn claim(&mut self, name: String) -> String {
        let free = (2..).map(|number| format!("{name}-{number}")).find(|other| !self.0.contains(other));
        let claimed = if self.0.contains(&name) { free.unwrap_or_else(|| name.clone()) } else { name };
        self.0.insert(claimed.clone());
        claimed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_dns_names() {
        assert_eq!(object_name(&["edge", "tls", "shop.acme.com"]), "edge-tls-shop.acme.com");
        assert_eq!(object_name(&["My_Gate", "web", "any"]), "my-gate-web-any");
        assert_eq!(label("V2_beta"), "v2-beta");
        let long = "a".repeat(300);
        assert_eq!(object_name(&[&long]).len(), 253);
        assert_ne!(object_name(&[&long]), object_name(&[&long, "b"]));
    }

    #[test]
    fn a_name_is_given_out_once() {
        let mut names = Unique::default();
        assert_eq!(names.claim("a".to_owned()), "a");
        assert_eq!(names.claim("a".to_owned()), "a-2");
        assert_eq!(names.claim("a".to_owned()), "a-3");
    }
}
