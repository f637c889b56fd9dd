//! Signed tokens, as Envoy's `jwt_authn` filter verifies them.

use crate::context::Context;
use crate::jwks::KeyServer;
use crate::proto::{duration, seconds};
use envoy_types::pb::envoy::config::core::v3::{HttpUri, http_uri::HttpUpstreamType};
use envoy_types::pb::envoy::extensions::filters::http::jwt_authn::v3::jwt_provider::JwksSourceSpecifier;
use envoy_types::pb::envoy::extensions::filters::http::jwt_authn::v3::jwt_requirement::RequiresType;
use envoy_types::pb::envoy::extensions::filters::http::jwt_authn::v3::{
    JwksAsyncFetch, JwtHeader, JwtProvider, JwtRequirement, JwtRequirementAndList, RemoteJwks,
};
use gloo_ir::{Provider, ProviderKind, TokenPlace};
use gloo_source::{Place, Reported};
use std::sync::Arc;
use std::time::Duration;

/// The name of the filter.
pub(crate) const FILTER: &str = "envoy.filters.http.jwt_authn";

/// How long a fetch of keys may take.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);

/// How long keys are believed before they are fetched again, in seconds.
const KEYS_ARE_FRESH: u64 = 300;

/// What Envoy is told about a provider. The claims of a token that it verified stand in the filter's metadata under the
/// provider's name.
pub(crate) fn provider(context: &mut Context<'_>, provider: &Provider) -> Result<JwtProvider, Reported> {
    let ProviderKind::Jwt { issuer, jwks, audiences, from, forward } = &provider.kind else {
        let construct = format!("`require` by the {} provider `{}`", provider.kind.word(), provider.id);
        return Err(context.not_lowered(provider.place, &construct));
    };
    let Some(url) = jwks else {
        let construct = format!("the provider `{}` without `jwks`", provider.id);
        let instead =
            "Envoy doesn't look for keys at the issuer: say by `jwks: \"https://…\"` where they are";
        return Err(context.unsupported(provider.place, &construct, instead));
    };
    let Some(server) = KeyServer::of(url) else {
        let construct = format!("keys at `{url}`");
        let instead = "write a URL as `https://HOST/PATH` or `https://HOST:PORT/PATH`";
        return Err(context.unsupported(provider.place, &construct, instead));
    };
    let keys = RemoteJwks {
        http_uri: Some(HttpUri {
            uri: url.clone(),
            timeout: duration(FETCH_TIMEOUT),
            http_upstream_type: Some(HttpUpstreamType::Cluster(server.cluster_name())),
        }),
        cache_duration: seconds(KEYS_ARE_FRESH),
        // Without it the first requests after a start would wait, or be refused.
        async_fetch: Some(JwksAsyncFetch::default()),
        retry_policy: None,
    };
    context.key_servers.insert(server);
    let mut told = JwtProvider {
        issuer: issuer.clone(),
        audiences: audiences.clone(),
        forward: *forward,
        payload_in_metadata: provider.id.to_string(),
        jwks_source_specifier: Some(JwksSourceSpecifier::RemoteJwks(keys)),
        ..JwtProvider::default()
    };
    // Left alone, Envoy looks for a token in the query too.
    match from {
        TokenPlace::Bearer => told.from_headers.push(header("authorization", "Bearer ")),
        TokenPlace::Header(name, prefix) => told.from_headers.push(header(name, prefix)),
        TokenPlace::Query(name) => told.from_params.push(name.clone()),
        TokenPlace::Cookie(name) => told.from_cookies.push(name.clone()),
    }
    Ok(told)
}

fn header(name: &str, prefix: &str) -> JwtHeader {
    JwtHeader { name: name.to_owned(), value_prefix: prefix.to_owned() }
}

/// That each of these has verified a token.
pub(crate) fn requirement(providers: &[Arc<Provider>]) -> JwtRequirement {
    let one = |provider: &Arc<Provider>| JwtRequirement {
        requires_type: Some(RequiresType::ProviderName(provider.id.to_string())),
    };
    match providers {
        [only] => one(only),
        several => JwtRequirement {
            requires_type: Some(RequiresType::RequiresAll(JwtRequirementAndList {
                requirements: several.iter().map(one).collect(),
            })),
        },
    }
}

/// The name of that requirement.
pub(crate) fn requirement_name(providers: &[Arc<Provider>]) -> String {
    providers.iter().map(|provider| provider.id.as_str()).collect::<Vec<_>>().join(" and ")
}

/// Two providers that look for their tokens in one place: no token could be valid for both.
pub(crate) fn rivals(
    context: &mut Context<'_>,
    providers: &[Arc<Provider>],
    place: Place,
) -> Result<(), Reported> {
    let from = |provider: &Provider| match &provider.kind {
        ProviderKind::Jwt { from, .. } => Some(from.clone()),
        _ => None,
    };
    for (index, one) in providers.iter().enumerate() {
        let rival = providers.iter().skip(index + 1).find(|other| from(other) == from(one));
        if let Some(other) = rival {
            let construct = format!("a token of `{}` and one of `{}` in one place", one.id, other.id);
            let instead = "give one of the providers a `from` of its own";
            return Err(context.unsupported(place, &construct, instead));
        }
    }
    Ok(())
}
