//! Tokens: what Envoy's `jwt_authn` filter does with them, and where their keys come from.

use super::patch::insist;
use gloo_ir::{Program, ProviderId, ProviderKind, TokenPlace};
use gloo_target::{Fields, Unread};
use serde_json::json;

/// The name of the filter whose claims AuthorizationPolicies find.
pub(super) const NAME: &str = "envoy.filters.http.jwt_authn";
/// What Istio reads claims from.
const PAYLOAD: &str = "payload";
/// The authorities of the image of Istio's proxy, which are those of its system.
const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// A filter that looks at tokens of one kind, and refuses nobody.
#[derive(Debug)]
pub(super) struct Filter {
    kind: ProviderKind,
    cluster: String,
    unread: Unread,
}

/// A cluster that was added.
#[derive(Debug)]
pub(super) struct Cluster {
    name: String,
    host: String,
    port: u64,
    /// Whether it is called by TLS, by that name.
    tls: bool,
}

/// Whose tokens are verified.
#[derive(Debug)]
pub(super) struct Tokens {
    pub provider: ProviderId,
    pub issuer: String,
    pub forward: bool,
}

/// A filter. Whoever has no token, or a bad one, must pass: only then nobody is refused on the paths that ask for none.
pub(super) fn filter(mut value: Fields<'_>) -> Result<Filter, Unread> {
    let unread = value.unread("typed_config", "it isn't known which tokens this takes");
    let mut config = value.object("typed_config")?.ok_or_else(|| unread.clone())?;
    value.done()?;
    insist(config.needed_text("@type")?.ends_with(".JwtAuthentication"), &unread)?;
    let mut providers = config.object("providers")?.ok_or_else(|| unread.clone())?;
    let names = providers.names();
    let [name] = names.as_slice() else {
        return Err(config.unread("providers", "only one kind of tokens can be read"));
    };
    let provider = providers.object(name)?.ok_or_else(|| unread.clone())?;
    providers.done()?;
    let passes = json!([{
        "match": {"prefix": "/"},
        "requires": {"requires_any": {"requirements": [{"provider_name": name}, {"allow_missing_or_failed": {}}]}},
    }]);
    config.expect("rules", &passes, "some requests would be refused, or their tokens not looked at")?;
    config.done()?;
    let (kind, cluster) = provider_of(provider)?;
    Ok(Filter { kind, cluster, unread })
}

fn provider_of(mut fields: Fields<'_>) -> Result<(ProviderKind, String), Unread> {
    let unread = fields.unread("", "it isn't known where these tokens stand");
    let issuer = fields.needed_text("issuer")?.to_owned();
    let audiences = fields.texts("audiences")?.into_iter().map(str::to_owned).collect();
    let forward = fields.flag("forward")?.unwrap_or(false);
    let payload = json!(PAYLOAD);
    fields.expect("payload_in_metadata", &payload, "AuthorizationPolicies would not find the claims")?;
    let mut places = Vec::new();
    for mut header in fields.objects("from_headers")? {
        let name = header.needed_text("name")?.to_ascii_lowercase();
        let prefix = header.text("value_prefix")?.unwrap_or_default();
        header.done()?;
        places.push(if (name.as_str(), prefix) == ("authorization", "Bearer ") {
            TokenPlace::Bearer
        } else {
            TokenPlace::Header(name, prefix.to_owned())
        });
    }
    places.extend(fields.texts("from_params")?.into_iter().map(|name| TokenPlace::Query(name.to_owned())));
    places.extend(fields.texts("from_cookies")?.into_iter().map(|name| TokenPlace::Cookie(name.to_owned())));
    let (Some(from), true) = (places.pop(), places.is_empty()) else { return Err(unread) };
    let mut remote = fields.object("remote_jwks")?.ok_or_else(|| unread.clone())?;
    remote.ignore(&["cache_duration"]);
    let mut address = remote.object("http_uri")?.ok_or(unread)?;
    address.ignore(&["timeout"]);
    let jwks = Some(address.needed_text("uri")?.to_owned());
    let cluster = address.needed_text("cluster")?.to_owned();
    address.done()?;
    remote.done()?;
    fields.done()?;
    Ok((ProviderKind::Jwt { issuer, jwks, audiences, from, forward }, cluster))
}

/// A cluster of one address.
pub(super) fn cluster(mut value: Fields<'_>) -> Result<Cluster, Unread> {
    let unread = value.unread("", "it isn't known where this leads to");
    value.ignore(&["connect_timeout"]);
    value.expect("type", &json!("STRICT_DNS"), "the name might not be looked up")?;
    let name = value.needed_text("name")?.to_owned();
    let mut load = value.object("load_assignment")?.ok_or_else(|| unread.clone())?;
    load.ignore(&["cluster_name"]);
    let places = load.objects("endpoints")?;
    load.done()?;
    let [mut place] = <[Fields<'_>; 1]>::try_from(places).map_err(|_| unread.clone())?;
    let found = place.objects("lb_endpoints")?;
    place.done()?;
    let [mut endpoint] = <[Fields<'_>; 1]>::try_from(found).map_err(|_| unread.clone())?;
    let mut inner = endpoint.object("endpoint")?.ok_or_else(|| unread.clone())?;
    endpoint.done()?;
    let mut address = inner.object("address")?.ok_or_else(|| unread.clone())?;
    inner.done()?;
    let mut socket = address.object("socket_address")?.ok_or_else(|| unread.clone())?;
    address.done()?;
    let host = socket.needed_text("address")?.to_owned();
    let port = socket.number("port_value")?.ok_or_else(|| unread.clone())?;
    socket.done()?;
    let tls = match value.object("transport_socket")? {
        Some(mut socket) => {
            socket.ignore(&["name"]);
            let mut config = socket.object("typed_config")?.ok_or(unread)?;
            socket.done()?;
            tls(&mut config, &host)?;
            config.done()?;
            true
        }
        None => false,
    };
    value.done()?;
    Ok(Cluster { name, host, port, tls })
}

/// Anybody else could hand out keys of their own.
fn tls(config: &mut Fields<'_>, host: &str) -> Result<(), Unread> {
    let why = "somebody else could answer with keys of their own";
    let unread = config.unread("", why);
    insist(config.needed_text("@type")?.ends_with(".UpstreamTlsContext"), &unread)?;
    config.expect("sni", &json!(host), why)?;
    let names = json!([{"san_type": "DNS", "matcher": {"exact": host}}]);
    let wanted = json!({"validation_context": {
        "trusted_ca": {"filename": AUTHORITIES}, "match_typed_subject_alt_names": names,
    }});
    config.expect("common_tls_context", &wanted, why)
}

impl Filter {
    /// Why it can't be read beside another.
    pub fn twice(&self) -> Unread {
        Unread { what: "another filter looks at tokens too".to_owned(), ..self.unread.clone() }
    }

    /// Whose tokens it takes, of those that are declared; its keys must come from where that says.
    pub fn tokens(&self, base: &Program, clusters: &[Cluster]) -> Result<Tokens, Unread> {
        let unread = |what: &str| Unread { what: what.to_owned(), ..self.unread.clone() };
        let declared = base.providers.values().find(|provider| is_same(&provider.kind, &self.kind));
        let declared = declared.ok_or_else(|| unread("no declared provider has these tokens"))?;
        let ProviderKind::Jwt { issuer, jwks: Some(jwks), forward, .. } = &self.kind else {
            return Err(unread("no declared provider has these tokens"));
        };
        let is_there = |cluster: &&Cluster| {
            let (scheme, usual) = if cluster.tls { ("https", 443) } else { ("http", 80) };
            let start = format!("{scheme}://{}", cluster.host);
            let rest = jwks.strip_prefix(start.as_str()).unwrap_or("?");
            let port = format!(":{}", cluster.port);
            let rest = rest.strip_prefix(port.as_str()).or(Some(rest).filter(|_| cluster.port == usual));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let mut of_name = clusters.iter().filter(|cluster| cluster.name == self.cluster);
        match (of_name.next().filter(is_there), of_name.next()) {
            (Some(_), None) => {}
            _ => return Err(unread("its keys would come from elsewhere")),
        }
        Ok(Tokens { provider: declared.id.clone(), issuer: issuer.clone(), forward: *forward })
    }
}

/// Whether two kinds take the same tokens, whatever the order of their audiences.
fn is_same(one: &ProviderKind, other: &ProviderKind) -> bool {
    let sorted = |kind: &ProviderKind| {
        let mut kind = kind.clone();
        if let ProviderKind::Jwt { audiences, .. } = &mut kind {
            audiences.sort();
        }
        kind
    };
    sorted(one) == sorted(other)
}
