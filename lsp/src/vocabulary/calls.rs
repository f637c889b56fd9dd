//! What is called with arguments.

/// Something that is called with arguments.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Its name.
    pub name: &'static str,
    /// Its arguments as they are written: `status`, `scheme: https`.
    pub arguments: &'static [(&'static str, &'static str)],
    /// What it is.
    pub doc: &'static str,
}

const fn c(
    name: &'static str,
    arguments: &'static [(&'static str, &'static str)],
    doc: &'static str,
) -> Call {
    Call { name, arguments, doc }
}

/// All of them, but for `let`s.
#[rustfmt::skip] // A table is read by its lines.
pub const CALLS: &[Call] = &[
    c("split", &[("DESTINATION: share", "A part of the requests for each destination: `cart.v1: 90%`; they sum to 100 %, `rest` is what is left.")], "Sends each request to one of several destinations, drawn by their shares."),
    c("redirect", &[
        ("scheme: https", "The scheme; the request's unless said."),
        ("host: \"www.acme.com\"", "The host; the request's unless said."),
        ("port: 8443", "The port; the listener's unless said, the scheme's own where that is said."),
        ("path: \"/\"", "The path; the request's unless said."),
        ("status: 308", "302 unless said, or 301, 303, 307, 308."),
    ], "Answers with a redirect. The query stays."),
    c("respond", &[
        ("status", "The status."),
        ("body", "The body; 204 and 304 have none."),
        ("grpc: unimplemented", "The status of a gRPC call, instead of both."),
    ], "Answers by itself."),
    c("delegate", &[("table", "A `delegated` table, perhaps of another module.")], "Hands the requests to the rules of another table."),
    c("header", &[("name", "The header; its case doesn't matter.")], "The values of a header."),
    c("query", &[("key", "The key.")], "The first value of a key of the query, undecoded."),
    c("cookie", &[("name", "The cookie.")], "The first value of a cookie."),
    c("has", &[("attribute", "An optional attribute: `header(\"x\")`.")], "Whether the request has the attribute at all."),
    c("sampled", &[("share", "The share of the requests.")], "Holds for a share of the requests, drawn."),
    c("prefix", &[("text", "How paths begin, whole segments or not.")], "Paths that begin so."),
    c("regex", &[("expression", "An RE2 expression that must match the whole path.")], "Paths by a regular expression."),
    c("ignore_case", &[("pattern", "A path pattern.")], "Folds the case of ASCII letters."),
    c("hash", &[("key", "`header(\"x-user\")`, `cookie(\"…\")`, `query(\"…\")` or `client.ip`.")], "One value, one instance."),
    c("http", &[("port", "The port's number.")], "A port or listener that speaks HTTP/1.1 and HTTP/2 without TLS."),
    c("https", &[("port", "The port's number.")], "A port or listener that speaks HTTP in TLS."),
    c("tls", &[("port", "The port's number.")], "A port or listener with TLS that is passed on."),
    c("tcp", &[("port", "The port's number.")], "A port or listener for bytes."),
    c("grpc", &[("port", "The port's number.")], "A port that speaks gRPC."),
    c("http2", &[("port", "The port's number.")], "A port that speaks HTTP/2."),
    c("istio", &[("version: \"1.30\"", "Istio's version."), ("mode: sidecar", "`sidecar`, unless said, or `ambient`.")], "A cluster that runs Istio."),
    c("gateway_api", &[
        ("version: \"1.6\"", "The Gateway API's version."),
        ("gateway: envoy_gateway(\"1.9\")", "What implements the gateways."),
        ("mesh: none", "`none`, or `istio_ambient(\"1.30\")`."),
    ], "A cluster with the Gateway API."),
    c("envoy", &[("version: \"1.40\"", "Envoy's version."), ("identity: spiffe(\"/run/spire/agent.sock\")", "Where identities come from; rules of the mesh need one.")], "One Envoy without a control plane."),
    c("owasp", &[
        ("paranoia: 1", "1 to 4. Must be said."),
        ("mode: block", "`block`, unless said, or `detect`, which only logs."),
        ("exclude: [942100]", "Rules that are left out."),
        ("rules: file(\"own.conf\")", "Rules of your own."),
        ("on_error: deny", "`deny` unless said."),
    ], "The OWASP core rule set."),
    c("pattern", &[("expression", "An RE2 expression.")], "Text that is masked."),
    c("json", &[("what", "A JSON path to mask, or a file with a template.")], "A part of a JSON body."),
    c("replace", &[("pattern", "An RE2 expression."), ("text", "What stands there afterwards.")], "Replaces text in a body."),
    c("module", &[
        ("url", "`oci://…`, `https://…` or `file://…`."),
        ("phase: authn", "`authn`, `authz` or `default`."),
        ("config: { }", "What the module is told."),
        ("sha256: \"\"", "What the module's content must be."),
        ("on_error: deny", "`deny` unless said."),
    ], "A WebAssembly module."),
    c("script", &[("script", "The text, or `file(\"…\")`."), ("on_error: deny", "`deny` unless said.")], "A Lua script."),
    c("secret", &[("name", "`\"name\"` or `\"namespace/name\"`.")], "A Kubernetes Secret. Its content never passes through gloo."),
    c("file", &[("path", "Relative to the file that names it.")], "Takes in a file of the workspace."),
    c("identity", &[("uri", "`\"spiffe://…\"`.")], "A caller by its identity."),
    c("otel", &[("service", "The collector.")], "OpenTelemetry."),
    c("reaches", &[("set", "A service, a subset, `shop.*`, or several.")], "Some destination lies in the set."),
    c("only_reaches", &[("set", "A service, a subset, `shop.*`, or several.")], "Every destination lies in the set."),
    c("same", &[("on: [east, west]", "The clusters.")], "These clusters answer alike."),
    c("require", &[("ca: secret(\"ca\")", "Who vouches for certificates."), ("names: [\"spiffe://partner/**\"]", "Which names are taken.")], "Insists on a client's certificate."),
    c("request", &[("ca: secret(\"ca\")", "Who vouches for certificates."), ("names: [\"spiffe://partner/**\"]", "Which names are taken.")], "Asks for a client's certificate."),
];
