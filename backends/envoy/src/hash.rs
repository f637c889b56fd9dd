//! What decides which instance a request goes to.

use crate::proto::never;
use envoy_types::pb::envoy::config::route::v3::route_action::HashPolicy;
use envoy_types::pb::envoy::config::route::v3::route_action::hash_policy::{
    ConnectionProperties, Cookie, Header, PolicySpecifier, QueryParameter,
};
use gloo_ir::HashKey;

/// The policy of a key.
pub(crate) fn policy(key: &HashKey) -> HashPolicy {
    let specifier = match key {
        HashKey::Header(name) => {
            PolicySpecifier::Header(Header { header_name: name.clone(), ..Header::default() })
        }
        // A cookie for as long as the browser runs, made by Envoy where there is none.
        HashKey::Cookie(name) => PolicySpecifier::Cookie(Cookie {
            name: name.clone(),
            ttl: never(),
            path: "/".to_owned(),
            ..Cookie::default()
        }),
        HashKey::Query(name) => PolicySpecifier::QueryParameter(QueryParameter { name: name.clone() }),
        HashKey::ClientAddress => {
            PolicySpecifier::ConnectionProperties(ConnectionProperties { source_ip: true })
        }
    };
    HashPolicy { policy_specifier: Some(specifier), terminal: false }
}
