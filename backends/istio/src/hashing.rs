//! Hashes of rules: a VirtualService has none, so each becomes a subset with a policy of its own.

use crate::destination_rule::{ConsistentHash, Cookie};
use crate::names::label;
use gloo_ir::HashKey;
use std::collections::BTreeMap;

/// The subsets that rules need for their hashes, by host.
#[derive(Debug, Default)]
pub(crate) struct HashSubsets(BTreeMap<String, BTreeMap<String, HashSubset>>);

/// A subset with a hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HashSubset {
    /// The name of the declared subset whose pods it has; all pods, without one.
    pub(crate) base: Option<String>,
    /// What decides.
    pub(crate) hash: ConsistentHash,
}

impl HashSubsets {
    /// The name of the subset, which is made if it is new.
    pub(crate) fn subset(&mut self, host: &str, base: Option<&str>, hash: &ConsistentHash) -> String {
        let subset = HashSubset { base: base.map(str::to_owned), hash: hash.clone() };
        let subsets = self.0.entry(host.to_owned()).or_default();
        if let Some((name, _)) = subsets.iter().find(|(_, other)| **other == subset) {
            return name.clone();
        }
        let wanted = match base {
            Some(base) => label(&format!("{base}-by-{}", word(hash))),
            None => label(&format!("by-{}", word(hash))),
        };
        let mut name = wanted.clone();
        let mut number = 2;
        while subsets.contains_key(&name) {
            name = format!("{wanted}-{number}");
            number += 1;
        }
        subsets.insert(name.clone(), subset);
        name
    }

    /// The subsets of a host, by name.
    pub(crate) fn of(&self, host: &str) -> impl Iterator<Item = (&String, &HashSubset)> {
        self.0.get(host).into_iter().flatten()
    }
}

/// The same in Istio's words.
pub(crate) fn consistent_hash(key: &HashKey) -> ConsistentHash {
    match key {
        HashKey::Header(name) => ConsistentHash::HttpHeaderName(name.clone()),
        HashKey::Cookie(name) => {
            ConsistentHash::HttpCookie(Cookie { name: name.clone(), path: "/", ttl: "0s" })
        }
        HashKey::Query(name) => ConsistentHash::HttpQueryParameterName(name.clone()),
        HashKey::ClientAddress => ConsistentHash::UseSourceIp(true),
    }
}

fn word(hash: &ConsistentHash) -> String {
    match hash {
        ConsistentHash::HttpHeaderName(name) => format!("header-{name}"),
        ConsistentHash::HttpCookie(cookie) => format!("cookie-{}", cookie.name),
        ConsistentHash::UseSourceIp(_) => "client-ip".to_owned(),
        ConsistentHash::HttpQueryParameterName(name) => format!("query-{name}"),
    }
}
