//! Who a test of a caller's identity means, as identities: a proxy knows nothing of services and clusters.

use gloo_ir::Test;
use std::collections::BTreeMap;

/// Some callers, by the identity that mutual TLS shows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// Everybody, with an identity or without.
    Anybody,
    /// Those without an identity.
    Outside,
    /// One account: `spiffe://DOMAIN/ns/NAMESPACE/sa/ACCOUNT`.
    Account {
        /// Its trust domain.
        trust_domain: String,
        /// Its namespace's real name.
        namespace: String,
        /// The account.
        account: String,
    },
    /// All accounts of a namespace of a trust domain.
    Namespace {
        /// The trust domain.
        trust_domain: String,
        /// The namespace's real name.
        namespace: String,
    },
    /// All accounts of a trust domain.
    TrustDomain(String),
    /// One SPIFFE identity, by its URI.
    Identity(String),
}

/// The tests of callers' identities that admission at services makes, each with those whom it holds for: any of them.
pub type Principals = BTreeMap<Test, Vec<Principal>>;
