//! The settings of blocks.

/// A setting of a block.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its key.
    pub key: &'static str,
    /// How a value is written, with the places to fill in as `${1:…}`.
    pub value: &'static str,
    /// What it does, and what holds where it isn't said.
    pub doc: &'static str,
    /// The words that may stand as its value.
    pub words: &'static [&'static str],
}

const fn s(
    key: &'static str,
    value: &'static str,
    doc: &'static str,
    words: &'static [&'static str],
) -> Setting {
    Setting { key, value, doc, words }
}

const MTLS: &[&str] = &["strict", "permissive", "off"];
const ON_ERROR: &[&str] = &["deny", "allow"];
const BOOL: &[&str] = &["true", "false"];

/// The settings of a kind of block.
#[must_use]
pub fn block(name: &str) -> &'static [Setting] {
    BLOCKS.iter().find(|(known, _)| *known == name).map_or(&[], |(_, settings)| settings)
}

/// A setting of a kind of block.
#[must_use]
pub fn setting(name: &str, key: &str) -> Option<&'static Setting> {
    block(name).iter().find(|setting| setting.key == key)
}

/// The kinds of blocks, by the words that begin them.
#[rustfmt::skip] // A table is read by its lines.
pub const BLOCKS: &[(&str, &[Setting])] = &[
    ("mesh", &[
        s("trust_domain", "\"${1:cluster.local}\"", "The trust domain of the mesh's identities. `\"cluster.local\"` unless said.", &[]),
        s("mtls", "${1:strict}", "Whether calls between services prove who they are by TLS. `strict` unless said.", MTLS),
        s("paths", "${1:strict}", "Whether paths are normalised before they are matched (`strict`, unless said) or kept as sent.", &["strict", "keep"]),
        s("outbound", "${1:declared}", "Whether services may call hosts that are not declared. `declared` unless said.", &["declared", "any"]),
        s("trusts", "{ \"${1:partner.example}\": ca(secret(\"${2:partner-ca}\")) }", "Other trust domains whose identities are accepted too. Nobody's unless said.", &[]),
    ]),
    ("cluster", &[
        s("backend", "${1:istio(version: \"1.30\", mode: sidecar)}", "What the cluster runs: `istio(…)`, `gateway_api(…)` or `envoy(…)`. Must be said.", &["istio(version: \"1.30\", mode: sidecar)", "gateway_api(version: \"1.6\", gateway: envoy_gateway(\"1.9\"), mesh: none)", "envoy(version: \"1.40\")"]),
        s("region", "\"${1:us-east-1}\"", "The region, for locality and failover.", &[]),
        s("network", "\"${1:east-net}\"", "The network: clusters of one network reach each other's pods.", &[]),
        s("east_west", "\"${1:eastwest.east.example:15443}\"", "Host and port of the gateway by which other networks come in.", &[]),
        s("context", "\"${1:kind-east}\"", "The context of the kubeconfig.", &[]),
        s("mtls", "${1:strict}", "As the mesh's `mtls`, on this cluster only.", MTLS),
        s("trust_domain", "\"${1:east.local}\"", "As the mesh's `trust_domain`, on this cluster only.", &[]),
    ]),
    ("namespace", &[
        s("name", "\"${1:3scale}\"", "The real name, where the declared one is not it.", &[]),
        s("waypoint", "\"${1:shop-wp}\"", "The waypoint that ambient clusters need for rules that look into HTTP.", &[]),
    ]),
    ("service", &[
        s("name", "\"${1:3scale}\"", "The real name, where the declared one is not it.", &[]),
        s("account", "\"${1:payments-sa}\"", "The service account that the service runs as. The service's name unless said.", &[]),
        s("labels", "{ app: \"${1:payments}\" }", "The labels of its pods. `{ app: NAME }` unless said.", &[]),
    ]),
    ("external", &[
        s("hosts", "[\"${1:api.stripe.com}\"]", "The hosts outside. Must be said.", &[]),
        s("tls", "${1:off}", "Whether the sidecar puts calls into TLS. `off` unless said.", &["simple(sni: \"\")", "mutual(certificate: secret(\"\"))", "off"]),
        s("through", "${1:out}", "The egress gateway by which calls leave.", &[]),
    ]),
    ("gateway", &[
        s("name", "\"${1:edge}\"", "The real name, where the declared one is not it.", &[]),
        s("kind", "${1:ingress}", "Whether requests come in by it or leave. `ingress` unless said.", &["ingress", "egress"]),
        s("namespace", "\"${1:istio-ingress}\"", "The namespace that it runs in. The gateway's name unless said.", &[]),
        s("account", "\"${1:edge-sa}\"", "The service account that it runs as. The gateway's name unless said.", &[]),
        s("workload", "{ ${1:istio}: \"${2:ingressgateway}\" }", "The labels of its pods.", &[]),
        s("client_address", "${1:hops(1)}", "How the original client's address is known. `direct` unless said.", &["hops(1)", "header(\"cf-connecting-ip\")", "proxy_protocol", "direct"]),
    ]),
    ("listener", &[
        s("hosts", "[\"${1:*.acme.com}\"]", "The hosts that it serves. Every host unless said.", &[]),
        s("redirect", "https", "Answers every request with a redirect to https.", &["https"]),
        s("certificate", "secret(\"${1:acme-cert}\")", "The Kubernetes Secret of its certificate.", &[]),
        s("min_tls", "\"${1:1.2}\"", "The oldest version of TLS. `\"1.2\"` unless said, or `\"1.3\"`.", &["\"1.2\"", "\"1.3\""]),
        s("alpn", "[${1:h2, http1}]", "The protocols that it offers. `[h2, http1]` unless said.", &["h2", "http1"]),
        s("client_certificate", "${1:require(ca: secret(\"partners-ca\"))}", "Asks clients for a certificate: `require(…)` insists, `request(…)` doesn't.", &["require(ca: secret(\"\"))", "request(ca: secret(\"\"))"]),
        s("passthrough", "true", "Passes TLS on, undecrypted. Must be said on `tls(…)`.", BOOL),
    ]),
    ("provider jwt", &[
        s("issuer", "\"${1:https://acme.auth0.com/}\"", "Who issues the tokens. Must be said.", &[]),
        s("jwks", "\"${1:https://acme.auth0.com/.well-known/jwks.json}\"", "Where the keys are.", &[]),
        s("audiences", "[\"${1:shop}\"]", "For whom tokens must be.", &[]),
        s("from", "${1:header(\"x-token\")}", "Where the token stands. `authorization: Bearer` unless said.", &["header(\"x-token\")", "query(\"t\")", "cookie(\"t\")"]),
        s("forward", "${1:true}", "Whether the service sees the token. `true` unless said.", BOOL),
    ]),
    ("provider oidc", &[
        s("issuer", "\"${1:https://sso.acme.com}\"", "Who logs users in. Must be said.", &[]),
        s("client_id", "\"${1:shop}\"", "What the gateway is called there. Must be said.", &[]),
        s("client_secret", "secret(\"${1:oidc}\")", "Its Kubernetes Secret. Must be said.", &[]),
        s("callback", "${1:/oauth/callback}", "The path that users come back to. Must be said.", &[]),
        s("logout", "${1:/oauth/logout}", "The path that logs out.", &[]),
        s("scopes", "[\"${1:openid}\"]", "What is asked for. `[\"openid\"]` unless said.", &[]),
    ]),
    ("provider ldap", &[
        s("address", "\"${1:ldaps://ad.acme.com}\"", "The directory. Must be said.", &[]),
        s("user_dn", "\"${1:uid=%s,ou=people,dc=acme,dc=com}\"", "A user's entry, with `%s` once for the name. Must be said.", &[]),
        s("groups", "[\"${1:shop-admin}\"]", "The groups of which a user must be in one.", &[]),
        s("service", "${1:ops.authd}", "An authoriser of your own.", &[]),
        s("on_error", "${1:deny}", "What becomes of requests while it doesn't answer. `deny` unless said.", ON_ERROR),
    ]),
    ("provider opa", &[
        s("service", "${1:ops.opa}", "The service that decides. Must be said.", &[]),
        s("decision", "\"${1:shop/allow}\"", "The rule that decides. Must be said.", &[]),
        s("timeout", "${1:200ms}", "How long is waited for it.", &[]),
        s("on_error", "${1:deny}", "What becomes of requests while it doesn't answer. `deny` unless said.", ON_ERROR),
    ]),
    ("provider api_key", &[
        s("header", "\"${1:x-api-key}\"", "The header that holds the key. Must be said.", &[]),
        s("keys", "secret(\"${1:partner-keys}\")", "The Kubernetes Secret of the keys. Must be said.", &[]),
        s("service", "${1:ops.authd}", "An authoriser of your own.", &[]),
    ]),
    ("provider basic", &[s("users", "secret(\"${1:htpasswd}\")", "The Kubernetes Secret of the users. Must be said.", &[])]),
    ("provider hmac", &[
        s("keys", "secret(\"${1:hmac-keys}\")", "The Kubernetes Secret of the keys. Must be said.", &[]),
        s("headers", "[\"${1:date}\"]", "The headers that are signed. `[\"date\"]` unless said.", &[]),
        s("service", "${1:ops.verifier}", "An authoriser of your own.", &[]),
    ]),
    ("provider ext_authz", &[
        s("service", "${1:ops.authz}", "The service that decides. Must be said.", &[]),
        s("timeout", "${1:200ms}", "How long is waited for it.", &[]),
        s("on_error", "${1:deny}", "What becomes of requests while it doesn't answer. `deny` unless said.", ON_ERROR),
    ]),
    ("options", &[
        s("timeout", "${1:2s}", "How long is waited for the answer. No limit unless said.", &[]),
        s("retries", "${1:2}", "Tries after the first, on `connect_failure`, `reset` and 503 unless `on` is said.", &[]),
        s("rewrite", "${1:/v2/**}", "The path that the service sees; `**` and `{id}` take what the match captured.", &[]),
        s("host", "\"${1:internal.acme.com}\"", "The host that the service sees.", &[]),
        s("mirror", "{ to: ${1:cart.v2}  share: ${2:10%} }", "Sends copies to another service. All of them unless `share` is said.", &[]),
        s("fault", "{ delay: ${1:2s}  share: ${2:5%} }", "Delays or aborts a share of the requests, to try what happens.", &[]),
        s("hash", "${1:header(\"x-user\")}", "One value, one instance.", &["header(\"x-user\")", "cookie(\"session\")", "query(\"id\")", "client.ip"]),
        s("websocket", "false", "Whether upgrades pass. They do unless said.", BOOL),
    ]),
    ("retries", &[
        s("attempts", "${1:2}", "Tries after the first. Must be said.", &[]),
        s("per_try", "${1:500ms}", "How long is waited for each.", &[]),
        s("on", "[${1:5xx, reset, connect_failure}]", "What is tried again.", &["5xx", "4xx", "reset", "connect_failure", "refused_stream", "gateway_error", "cancelled", "deadline_exceeded", "internal", "resource_exhausted", "unavailable"]),
    ]),
    ("mirror", &[
        s("to", "${1:cart.v2}", "The service that gets copies. Must be said.", &[]),
        s("share", "${1:10%}", "The share of the requests that is copied. All unless said.", &[]),
    ]),
    ("fault", &[
        s("delay", "${1:2s}", "How long requests are held.", &[]),
        s("abort", "${1:503}", "The status that they are answered.", &[]),
        s("share", "${1:5%}", "The share of the requests.", &[]),
    ]),
    ("traffic", &[
        s("balance", "${1:least_request}", "How an instance is chosen. `least_request` unless said.", &["round_robin", "random", "least_request", "hash(header(\"x-user\"))", "hash(client.ip)"]),
        s("tls", "${1:mutual}", "How calls to it are put into TLS.", &["mutual", "simple", "simple(sni: \"\")", "off"]),
        s("protocol", "${1:h2}", "The version of HTTP that is spoken to it.", &["h2", "http1"]),
        s("connections", "{ max: ${1:100} }", "How many connections and waiting requests there may be.", &[]),
        s("eject", "{ after: ${1:5} }", "Leaves out instances that fail. 10 s, 30 s and 50 % unless said.", &[]),
        s("failover", "[${1:east} => ${2:west}]", "The order of the clusters.", &[]),
        s("only", "[${1:west}]", "The clusters whose instances may be chosen.", &[]),
        s("prefer", "${1:zone}", "Which instances are nearer.", &["zone", "region", "cluster"]),
        s("health", "{ path: ${1:/healthz}  every: ${2:10s} }", "Asks each instance whether it is well.", &[]),
        s("retry_budget", "${1:20%}", "The share of requests that may be retries.", &[]),
        s("warm_up", "${1:60s}", "How long a new instance gets fewer requests.", &[]),
    ]),
    ("connections", &[
        s("max", "${1:100}", "How many connections.", &[]),
        s("pending", "${1:50}", "How many requests may wait.", &[]),
        s("requests_per_connection", "${1:10}", "How many requests use one connection.", &[]),
        s("connect_timeout", "${1:1s}", "How long is waited for a connection.", &[]),
    ]),
    ("eject", &[
        s("after", "${1:5}", "After how many failures in a row. Must be said.", &[]),
        s("interval", "${1:10s}", "How often that is looked at. 10 s unless said.", &[]),
        s("for", "${1:30s}", "For how long. 30 s unless said.", &[]),
        s("at_most", "${1:50%}", "The share of instances that may be left out. 50 % unless said.", &[]),
    ]),
    ("health", &[
        s("path", "${1:/healthz}", "The path that is asked. Must be said.", &[]),
        s("every", "${1:10s}", "How often. Must be said.", &[]),
        s("timeout", "${1:1s}", "How long is waited for the answer. 1 s unless said.", &[]),
        s("unhealthy_after", "${1:3}", "How many bad answers make it ill. 3 unless said.", &[]),
        s("healthy_after", "${1:2}", "How many good answers make it well. 2 unless said.", &[]),
    ]),
    ("mask", &[s("max", "${1:1MiB}", "How much of a body is looked at.", &[])]),
    ("cors", &[
        s("origins", "[\"${1:https://shop.acme.com}\"]", "The sites that may call from a browser. Must be said.", &[]),
        s("methods", "[${1:GET, POST}]", "With which methods.", &["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]),
        s("headers", "[\"${1:content-type}\"]", "With which headers.", &[]),
        s("expose", "[\"${1:x-request-id}\"]", "The headers of answers that they may read.", &[]),
        s("credentials", "true", "Whether they may send cookies.", BOOL),
        s("max_age", "${1:1h}", "How long a browser may remember that.", &[]),
    ]),
    ("csrf", &[s("origins", "[\"${1:https://shop.acme.com}\"]", "The sites that may change something, beside the own host.", &[])]),
    ("log", &[
        s("to", "${1:stdout}", "Where lines go. Must be said.", &["stdout", "otel(ops.collector)"]),
        s("fields", "{ ${1:user}: ${2:auth0.sub} }", "What a line says besides.", &[]),
    ]),
    ("trace", &[
        s("to", "otel(${1:ops.collector})", "Where spans go. Must be said.", &["otel(ops.collector)"]),
        s("sample", "${1:5%}", "The share of requests.", &[]),
        s("tags", "{ ${1:team}: \"${2:shop}\" }", "What a span says besides.", &[]),
    ]),
    ("patch", &[
        s("after", "${1:rbac}", "After which filter it stands.", &[]),
        s("content", "file(\"${1:patches/legacy.yaml}\")", "The raw configuration. Must be said.", &[]),
    ]),
];
