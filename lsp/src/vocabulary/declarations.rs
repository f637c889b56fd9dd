//! Declarations, and the words that stand in them.

/// A declaration.
#[derive(Clone, Copy, Debug)]
pub struct Declaration {
    /// Its word.
    pub word: &'static str,
    /// How one is written, with places to fill in.
    pub snippet: &'static str,
    /// What it is.
    pub doc: &'static str,
}

const fn d(word: &'static str, snippet: &'static str, doc: &'static str) -> Declaration {
    Declaration { word, snippet, doc }
}

/// All declarations.
#[rustfmt::skip] // A table is read by its lines.
pub const DECLARATIONS: &[Declaration] = &[
    d("pub", "pub $0", "Makes the declaration visible to other modules, and with a namespace its services."),
    d("use", "use ${1:root}.${2:edge}", "Brings in a name of another module."),
    d("let", "let ${1:beta} = ${0:header(\"x-beta\") == \"1\"}", "A name for a value, a condition, an action or options. With parameters it is put in with what they are given."),
    d("mesh", "mesh ${1:acme} {\n  mtls: ${2:strict}\n}", "What holds for all clusters: one trust domain, how services prove who they are."),
    d("cluster", "cluster ${1:east} { backend: ${0:istio(version: \"1.30\", mode: sidecar)} }", "Where manifests are built for."),
    d("namespace", "namespace ${1:shop} {\n  service ${2:cart} { port http: ${3:8080} }\n}", "A Kubernetes namespace with its services."),
    d("external", "external ${1:stripe} {\n  hosts: [\"${2:api.stripe.com}\"]\n  port https: ${3:443}\n}", "A host outside the mesh."),
    d("gateway", "gateway ${1:edge} {\n  workload: { istio: \"${2:ingressgateway}\" }\n  listener ${3:web}: ${4:http(80)} { hosts: [\"${5:*.acme.com}\"] }\n}", "Where requests come in or leave."),
    d("routes", "routes ${1:storefront} on ${2:edge} for \"${3:shop.acme.com}\" {\n  any ${4:/**} => ${5:cart}\n  otherwise => ${0:respond(404)}\n}", "A table of rules; the first that matches decides."),
    d("provider", "provider ${1:auth0}: ${2:jwt} { issuer: \"${3:https://acme.auth0.com/}\" }", "A way to know who calls, or whom to ask."),
    d("policy", "policy ${1:front-door} on ${2:storefront} {\n  require ${3:auth0} where path in ${4:/api/**}\n}", "What requests must meet, besides finding their way: logins, limits, firewalls, masks."),
    d("access", "access ${1:payments} {\n  allow ${2:checkout}\n}", "Who may call a service. What is covered is closed, but for its `allow`s; `deny` wins."),
    d("traffic", "traffic ${1:reviews} {\n  ${2:balance}: ${3:least_request}\n}", "How calls to a service travel."),
    d("telemetry", "telemetry ${1:base} on ${2:mesh} {\n  log { to: ${3:stdout} }\n}", "What is logged and traced."),
    d("patch", "patch ${1:legacy} on ${2:edge} { after: ${3:rbac}  content: file(\"${4:patches/legacy.yaml}\") }", "Raw configuration of a target. It is opaque: every proof that it could touch names it."),
    d("prove", "prove \"${1:only checkout charges cards}\" { every request to ${2:payments} where !source in [${3:checkout}] => ${4:denied} }", "A claim about all requests, which `gloo check` decides."),
    d("test", "test \"${1:the storefront}\" {\n  GET \"https://${2:shop.acme.com}/\" => ${3:cart}\n}", "Single requests with what must become of them."),
];

/// Words with a meaning in one place: the block that they stand in, the word, how an entry is written, what it is.
#[rustfmt::skip] // A table is read by its lines.
pub const KEYWORDS: &[(&str, &str, &str, &str)] = &[
    ("namespace", "service", "service ${1:cart} { port http: ${2:8080} }", "A service of the namespace."),
    ("service", "port", "port ${1:http}: ${2:8080}", "A port; its name is the protocol, or it names one: `port admin: http(9901)`."),
    ("service", "subset", "subset ${1:v1} { version: \"${2:v1}\" }", "Some of the service's pods, by their labels."),
    ("external", "port", "port ${1:https}: ${2:443}", "A port; its name is the protocol, or it names one."),
    ("gateway", "listener", "listener ${1:web}: ${2:http(80)} { hosts: [\"${3:*.acme.com}\"] }", "A port that requests come in by."),
    ("routes", "any", "any ${1:/**} => ${2:cart}", "A rule for every method."),
    ("routes", "GET", "GET ${1:/**} => ${2:cart}", "A rule for reads."),
    ("routes", "POST", "POST ${1:/**} => ${2:cart}", "A rule for one method; several as `POST|PUT`."),
    ("routes", "grpc", "grpc ${1:shop.Cart/*} => ${2:cart-api}", "A rule for gRPC methods; `*` is every method of the service."),
    ("routes", "otherwise", "otherwise => ${1:respond(404)}", "What becomes of requests that no rule before matches."),
    ("options", "request_headers", "request_headers { set ${1:x-a}: \"${2:1}\" }", "Changes headers of the request."),
    ("options", "response_headers", "response_headers { set ${1:x-a}: \"${2:1}\" }", "Changes headers of the answer."),
    ("options", "with", "with ${1:patient}", "Takes in the options of a `let`."),
    ("headers", "set", "set ${1:x-a}: \"${2:1}\"", "Gives a header a value."),
    ("headers", "add", "add ${1:x-a}: \"${2:1}\"", "Adds a value to a header."),
    ("headers", "remove", "remove ${1:x-a}", "Removes a header."),
    ("headers", "body", "body replace(r\"${1:internal}\", \"${2:internal}\")", "Changes the body."),
    ("policy", "require", "require ${1:auth0}", "Who calls must be known to the provider; of several the first whose credential is present decides."),
    ("policy", "limit", "limit ${1:100/min} per ${2:proxy} by ${3:client.ip}", "How many requests pass."),
    ("policy", "waf", "waf owasp(paranoia: ${1:1})", "A firewall that looks into requests."),
    ("policy", "mask", "mask [${1:card_numbers}] in [${2:response}]", "Hides parts of messages."),
    ("policy", "cors", "cors { origins: [\"${1:https://shop.acme.com}\"] }", "Which sites may call from a browser."),
    ("policy", "csrf", "csrf { origins: [\"${1:https://shop.acme.com}\"] }", "Which sites may change something from a browser."),
    ("policy", "transform", "transform ${1:request} { set ${2:x-user}: ${3:\"1\"} }", "Changes headers or the body."),
    ("policy", "wasm", "wasm module(\"${1:oci://}\")", "A WebAssembly module that looks at requests."),
    ("policy", "lua", "lua file(\"${1:stamp.lua}\")", "A Lua script that looks at requests."),
    ("policy", "max_body", "max_body ${1:1MiB}", "How large a body may be."),
    ("policy", "compress", "compress [${1:gzip}]", "Compresses answers."),
    ("access", "allow", "allow ${1:checkout}", "Who may call."),
    ("access", "deny", "deny ${1:any}", "Who may not; it wins over every `allow`."),
    ("telemetry", "log", "log { to: ${1:stdout} }", "A line for each request."),
    ("telemetry", "trace", "trace { to: otel(${1:ops.collector})  sample: ${2:5%} }", "Spans of requests."),
    ("prove", "every", "every request ${1:through edge} => ${2:allowed}", "No request in scope violates the outcome."),
    ("prove", "no", "no request ${1:through edge} => ${2:denied}", "No request in scope meets the outcome."),
    ("prove", "some", "some request ${1:through edge} => ${2:allowed}", "At least one request in scope meets the outcome."),
    ("test", "GET", "GET \"${1:https://shop.acme.com/}\" => ${2:allowed}", "A request that is tried."),
    ("test", "POST", "POST \"${1:https://shop.acme.com/}\" => ${2:allowed}", "A request that is tried."),
    ("test", "grpc", "grpc ${1:shop.Cart/AddItem} { host: \"${2:grpc.acme.com}\" } => ${3:allowed}", "A gRPC call that is tried."),
    ("test", "tcp", "tcp { tls.sni: \"${1:db.acme.com}\" } through ${2:edge} => ${3:allowed}", "A connection that is tried."),
];
