//! Tokens: the filter that looks at them, the cluster that their keys come from, and the 401 of who has none.
//!
//! Istio's own RequestAuthentication refuses bad tokens on every path, and lets preflights by; so the filter is put in by
//! hand, and refuses nobody: AuthorizationPolicies do.

use crate::emission::Emission;
use crate::envoy_filter::{Context, Patch};
use gloo_ir::{Provider, ProviderKind, TokenPlace};
use gloo_source::{Place, Reported};
use serde_json::{Value, json};

/// What Istio calls the claims of a token.
const PAYLOAD: &str = "payload";
const FILTER: &str = "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication";
const EXPRESSION: &str =
    "type.googleapis.com/envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter";
const UPSTREAM_TLS: &str = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";
/// The authorities of the proxy's image.
const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Where keys are published.
#[derive(Debug, PartialEq, Eq)]
struct Keys<'u> {
    uri: &'u str,
    tls: bool,
    host: &'u str,
    port: u16,
}

impl<'u> Keys<'u> {
    fn parse(uri: &'u str) -> Option<Self> {
        let (tls, rest) = match uri.split_once("://")? {
            ("https", rest) => (true, rest),
            ("http", rest) => (false, rest),
            _ => return None,
        };
        let authority = rest.split(['/', '?', '#']).next()?;
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (authority, if tls { 443 } else { 80 }),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        (!host.is_empty() && host.chars().all(plain)).then_some(Self { uri, tls, host, port })
    }

    fn cluster(&self) -> String {
        format!("gloo.jwks.{}.{}", self.host, self.port)
    }
}

/// What lets the proxies of a workload look at the tokens of a provider. Of the requirements, `place` is the first.
pub(crate) fn patches(
    emission: &mut Emission<'_>,
    context: Context,
    provider: &Provider,
    place: Place,
) -> Result<Vec<Patch>, Reported> {
    let ProviderKind::Jwt { issuer, jwks, audiences, from, forward } = &provider.kind else {
        return Err(emission.not_lowered(place, &format!("`require {}`", provider.id)));
    };
    let Some(jwks) = jwks else {
        let what = format!("provider `{}` without `jwks`", provider.id);
        let instead = "say where its keys are published: `jwks: \"https://…\"`";
        return Err(emission.refuse(provider.place, &what, instead));
    };
    let Some(keys) = Keys::parse(jwks) else {
        let what = format!("the address `{jwks}` of keys");
        return Err(emission.refuse(provider.place, &what, "say `https://HOST/PATH`"));
    };
    let mut settings = json!({"issuer": issuer});
    let mut set = |name: &str, value: Value| {
        if let Some(settings) = settings.as_object_mut() {
            settings.insert(name.to_owned(), value);
        }
    };
    if !audiences.is_empty() {
        set("audiences", json!(audiences));
    }
    match from {
        TokenPlace::Bearer => {
            set("from_headers", json!([{"name": "authorization", "value_prefix": "Bearer "}]));
        }
        TokenPlace::Header(name, prefix) if prefix.is_empty() => set("from_headers", json!([{"name": name}])),
        TokenPlace::Header(name, prefix) => {
            set("from_headers", json!([{"name": name, "value_prefix": prefix}]));
        }
        TokenPlace::Query(name) if *forward => set("from_params", json!([name])),
        TokenPlace::Query(_) => {
            let what = "`forward: false` of a token in the query";
            return Err(emission.refuse(
                provider.place,
                what,
                "say `forward: true`, or send the token in a header",
            ));
        }
        TokenPlace::Cookie(name) => set("from_cookies", json!([name])),
    }
    set("forward", json!(forward));
    set("payload_in_metadata", json!(PAYLOAD));
    set(
        "remote_jwks",
        json!({
            "http_uri": {"uri": keys.uri, "cluster": keys.cluster(), "timeout": "5s"},
            "cache_duration": "300s",
        }),
    );
    let name = provider.id.to_string();
    let asked = json!([{"provider_name": name}, {"allow_missing_or_failed": {}}]);
    let filter = json!({
        "providers": {name: settings},
        "rules": [{"match": {"prefix": "/"}, "requires": {"requires_any": {"requirements": asked}}}],
    });
    Ok(vec![context.new_cluster(cluster(&keys)), context.first_http_filter(FILTER_NAME, FILTER, filter)])
}

/// The name by which AuthorizationPolicies find the claims.
const FILTER_NAME: &str = "envoy.filters.http.jwt_authn";

fn cluster(keys: &Keys<'_>) -> Value {
    let name = keys.cluster();
    let address = json!({"socket_address": {"address": keys.host, "port_value": keys.port}});
    let mut cluster = json!({
        "name": name,
        "type": "STRICT_DNS",
        "connect_timeout": "5s",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
        },
    });
    if let Some(cluster) = cluster.as_object_mut().filter(|_| keys.tls) {
        let validation = json!({
            "trusted_ca": {"filename": AUTHORITIES},
            "match_typed_subject_alt_names": [{"san_type": "DNS", "matcher": {"exact": keys.host}}],
        });
        let socket = json!({
            "name": "envoy.transport_sockets.tls",
            "typed_config": {
                "@type": UPSTREAM_TLS,
                "sni": keys.host,
                "common_tls_context": {"validation_context": validation},
            },
        });
        cluster.insert("transport_socket".to_owned(), socket);
    }
    cluster
}

/// What answers 401 to those whom the rules of a policy refuse: by itself Envoy answers 403.
pub(crate) fn unauthorized(context: Context, namespace: &str, policy: &str) -> Patch {
    let refused = format!("rbac_access_denied_matched_policy[ns[{namespace}]-policy[{policy}]-rule[");
    let expression = format!("response.code_details.startsWith('{refused}')");
    let filter = json!({
        "name": "envoy.access_loggers.extension_filters.cel",
        "typed_config": {"@type": EXPRESSION, "expression": expression},
    });
    context.connection_manager(json!({"local_reply_config": {"mappers": [{
        "filter": {"extension_filter": filter},
        "status_code": 401,
        "headers_to_add": [{
            "header": {"key": "www-authenticate", "value": "Bearer"},
            "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
        }],
    }]}}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_an_address() {
        let found = Keys::parse("https://acme.auth0.com/.well-known/jwks.json").unwrap();
        assert_eq!((found.tls, found.host, found.port), (true, "acme.auth0.com", 443));
        let found = Keys::parse("http://keys.shop:8080/a").unwrap();
        assert_eq!((found.tls, found.host, found.port), (false, "keys.shop", 8080));
        for none in ["keys.shop", "ftp://a/b", "https:///a", "https://a b/c", "https://user@host/"] {
            assert_eq!(Keys::parse(none), None, "{none}");
        }
    }
}
