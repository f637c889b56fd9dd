//! Which chain of a listener a connection belongs to.

mod predicate;

use crate::filter_chain::Chain;
use crate::proto::extension;
use envoy_types::pb::envoy::config::listener::v3::{FilterChain, FilterChainMatch, Listener};
use envoy_types::pb::google::protobuf::StringValue;
use envoy_types::pb::xds::core::v3::TypedExtensionConfig;
use envoy_types::pb::xds::r#type::matcher::v3::Matcher;
use envoy_types::pb::xds::r#type::matcher::v3::matcher::{
    MatcherList, MatcherType, OnMatch, matcher_list::FieldMatcher, on_match,
};
use gloo_domain::HostPattern;

/// The listener with its chains. Server names alone are told apart by the chains themselves, the most specific name
/// first; where a rule has conditions, a matcher holds them in the order of the rules. What nothing matches is closed.
pub(crate) fn with_chains(listener: Listener, chains: Vec<Chain>) -> Listener {
    if chains.iter().all(Chain::is_unconditional) {
        let filter_chains = chains
            .into_iter()
            .map(|chain| FilterChain { filter_chain_match: by_server_name(&chain), ..filter_chain(chain) });
        return Listener { filter_chains: filter_chains.collect(), ..listener };
    }
    let matcher = matcher(&chains);
    Listener {
        filter_chain_matcher: Some(matcher),
        filter_chains: chains.into_iter().map(filter_chain).collect(),
        ..listener
    }
}

fn filter_chain(chain: Chain) -> FilterChain {
    FilterChain {
        name: chain.name,
        filters: chain.filters,
        transport_socket: chain.transport_socket,
        ..FilterChain::default()
    }
}

fn by_server_name(chain: &Chain) -> Option<FilterChainMatch> {
    chain.tls.then(|| FilterChainMatch {
        server_names: chain.hosts.iter().map(ToString::to_string).collect(),
        transport_protocol: "tls".to_owned(),
        ..FilterChainMatch::default()
    })
}

/// The first that holds decides. A name never falls back to the chains of a less specific one.
fn matcher(chains: &[Chain]) -> Matcher {
    let mut served: Vec<(HostPattern, &Chain)> = Vec::new();
    for chain in chains {
        let hosts = if chain.hosts.is_empty() { vec![HostPattern::Any] } else { chain.hosts.clone() };
        served.extend(hosts.into_iter().map(|host| (host, chain)));
    }
    served.sort_by_key(|(host, _)| std::cmp::Reverse(host.specificity()));
    let names: Vec<_> = served.iter().map(|(host, _)| host.clone()).collect();
    let fields = served.iter().map(|(host, chain)| FieldMatcher {
        predicate: Some(predicate::of(host, &names, chain)),
        on_match: Some(OnMatch {
            on_match: Some(on_match::OnMatch::Action(action(&chain.name))),
            ..OnMatch::default()
        }),
    });
    let list = MatcherList { matchers: fields.collect() };
    Matcher { matcher_type: Some(MatcherType::MatcherList(list)), on_no_match: None }
}

fn action(chain: &str) -> TypedExtensionConfig {
    let config = extension(chain, StringValue { value: chain.to_owned() });
    TypedExtensionConfig { name: config.name, typed_config: config.typed_config }
}
