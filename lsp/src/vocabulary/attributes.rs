//! What predicates and outcomes ask.

/// An attribute of a request.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    /// How it is written.
    pub text: &'static str,
    /// Its type.
    pub ty: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// The operator that mostly stands after it, with a value to fill in.
    pub then: &'static str,
}

const fn a(text: &'static str, ty: &'static str, doc: &'static str, then: &'static str) -> Attribute {
    Attribute { text, ty, doc, then }
}

/// What predicates may ask of a request.
#[rustfmt::skip] // A table is read by its lines.
pub const ATTRIBUTES: &[Attribute] = &[
    a("method", "Method", "The method.", " in [${1:GET, HEAD}]"),
    a("path", "Path", "The path without the query, after normalisation.", " in ${1:/api/**}"),
    a("host", "Host", "The host.", " in \"${1:*.acme.com}\""),
    a("port", "Int", "The port of the listener.", " == ${1:443}"),
    a("scheme", "Scheme", "`http` or `https`.", " == ${1:https}"),
    a("header(\"\")", "optional String", "A header; names ignore case, and it may have several values.", " == \"${2:1}\""),
    a("query(\"\")", "optional String", "The first value of a key of the query, undecoded.", " == \"${2:1}\""),
    a("cookie(\"\")", "optional String", "The first value of a cookie.", " == \"${2:1}\""),
    a("source", "Workload", "The authenticated caller; one without identity is none of the named ones.", " in [${1:shop.*}]"),
    a("source.namespace", "Namespace", "The caller's namespace.", " == ${1:shop}"),
    a("source.cluster", "Cluster", "The caller's cluster, where clusters have trust domains of their own.", " == ${1:east}"),
    a("source.ip", "Address", "The address of the direct peer.", " in ${1:10.0.0.0/8}"),
    a("client.ip", "Address", "The original client's address, by the gateway's `client_address`.", " in ${1:10.0.0.0/8}"),
    a("client.cert.uri", "optional String", "The URI of the client's verified certificate.", " starts_with \"${1:spiffe://}\""),
    a("client.cert.dns", "optional String", "The DNS name of the client's verified certificate.", " == \"${1:partner.example}\""),
    a("tls.sni", "optional String", "The server name of the TLS handshake.", " == \"${1:shop.acme.com}\""),
    a("route.name", "String", "The rule that took the request; in `log` and `trace` only.", " == \"${1:storefront.buy}\""),
    a("status", "Status", "The status of the answer; in `log` and `trace` and in outcomes.", " in ${1:5xx}"),
];

/// What an outcome may say.
#[rustfmt::skip] // A table is read by its lines.
pub const OUTCOMES: &[Attribute] = &[
    a("allowed", "Outcome", "Not denied: nothing that a policy, an access block or a listener says refuses it.", ""),
    a("denied", "Outcome", "Refused by authentication, access, a limit of the body, a firewall, CSRF.", ""),
    a("reaches()", "Outcome", "Some destination lies in the set: `reaches(shop.*)`.", ""),
    a("only_reaches()", "Outcome", "Every destination lies in the set, mirrors included.", ""),
    a("redirected", "Outcome", "Answered by a redirect.", ""),
    a("authenticated", "Outcome", "Some provider, or the one in parentheses, decided a `require`.", ""),
    a("passes(waf)", "Outcome", "A firewall looks at it.", ""),
    a("limited", "Outcome", "Some limit counts it.", ""),
    a("masked", "Outcome", "A body goes through a mask.", ""),
    a("encrypted", "Outcome", "Every hop uses TLS.", ""),
    a("status", "Outcome", "The status of the answer.", " == ${1:404}"),
    a("same(on: [])", "Outcome", "These clusters answer alike.", ""),
];

/// Headers that predicates mostly ask for.
#[rustfmt::skip] // A table is read by its lines.
pub const HEADERS: &[&str] = &[
    "accept", "accept-encoding", "accept-language", "authorization", "cache-control", "content-type", "cookie", "host",
    "if-none-match", "origin", "referer", "user-agent", "x-api-key", "x-forwarded-for", "x-forwarded-proto",
    "x-request-id", "x-user",
];
