//! Policies: what is asked of requests and done to them, besides routing.

use crate::{
    ClusterId, ExternalId, GatewayId, HeaderOperation, NamespaceId, PolicyId, Predicate, ProviderId, Rate,
    ServiceId, TableId, TextAttribute,
};
use gloo_domain::{Method, Regex};
use gloo_source::Place;

/// A list of clauses for what the policy is on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Policy {
    /// Its name.
    pub id: PolicyId,
    /// Where it is declared.
    pub place: Place,
    /// Its documentation.
    pub doc: Option<String>,
    /// What it is on, at least one.
    pub targets: Vec<Scoped>,
    /// Whether it only logs what it would do.
    pub shadow: bool,
    /// The policies that it takes away from its own targets.
    pub replaces: Vec<PolicyId>,
    /// Its clauses, as written.
    pub clauses: Vec<Clause>,
}

/// What a declaration is on, and on which cluster.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scoped {
    /// What it is on.
    pub scope: Scope,
    /// Only there; wherever the target is placed, if absent.
    pub cluster: Option<ClusterId>,
    /// Where the target is written.
    pub place: Place,
}

/// What a declaration is on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// All services of the mesh.
    Mesh,
    /// All services of a namespace.
    Namespace(NamespaceId),
    /// A service.
    Service(ServiceId),
    /// A host outside (`traffic` only).
    External(ExternalId),
    /// All http and https listeners of a gateway.
    Gateway(GatewayId),
    /// One listener.
    Listener(GatewayId, String),
    /// A routes table.
    Table(TableId),
    /// One named rule of a table.
    Rule(TableId, String),
}

/// One clause of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Clause {
    /// Where it is written.
    pub place: Place,
    /// Its documentation.
    pub doc: Option<String>,
    /// What it does.
    pub kind: ClauseKind,
    /// To which requests.
    pub condition: Predicate,
}

/// What a clause does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ClauseKind {
    /// One of the providers vouches for the caller: the first whose credential is present decides.
    Require(Vec<ProviderId>),
    /// So many requests and no more.
    Limit(Limit),
    /// A web application firewall looks at the request.
    Waf(Waf),
    /// Secrets are blotted out.
    Mask(Mask),
    /// Which other sites may call from a browser.
    Cors(Cors),
    /// Which other sites may change things from a browser.
    Csrf(Vec<Origin>),
    /// The request is changed.
    TransformRequest(Transform),
    /// The response is changed.
    TransformResponse(Transform),
    /// A WebAssembly module runs.
    Wasm(Wasm),
    /// A Lua script runs: its text.
    Lua(String, OnError),
    /// A request's body may have so many bytes.
    MaxBody(u64),
    /// Responses are compressed, the first that the client takes.
    Compress(Vec<Compression>),
}

impl ClauseKind {
    /// The verb that programs use.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Require(_) => "require",
            Self::Limit(_) => "limit",
            Self::Waf(_) => "waf",
            Self::Mask(_) => "mask",
            Self::Cors(_) => "cors",
            Self::Csrf(_) => "csrf",
            Self::TransformRequest(_) => "transform request",
            Self::TransformResponse(_) => "transform response",
            Self::Wasm(_) => "wasm",
            Self::Lua(..) => "lua",
            Self::MaxBody(_) => "max_body",
            Self::Compress(_) => "compress",
        }
    }
}

/// What happens when a helper of the proxy can't be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OnError {
    /// The request is refused.
    Deny,
    /// The request passes.
    Allow,
}

/// A rate limit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Limit {
    /// How many.
    pub rate: Rate,
    /// Who counts.
    pub scope: LimitScope,
    /// What is counted apart; all together, if empty.
    pub by: Vec<LimitKey>,
}

/// Who counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LimitScope {
    /// Each proxy alone.
    Proxy,
    /// The proxies of a cluster together, by the service named.
    Cluster(ServiceId),
    /// All proxies together, by the service named.
    Mesh(ServiceId),
}

/// What is counted apart. A request without it counts under "absent".
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LimitKey {
    /// The original client's address.
    ClientAddress,
    /// The direct peer's address.
    SourceAddress,
    /// The source's identity.
    Source,
    /// The path.
    Path,
    /// The method.
    Method,
    /// The host.
    Host,
    /// A text of the request.
    Text(TextAttribute),
}

/// A web application firewall.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Waf {
    /// The paranoia level of the OWASP core rule set, 1 to 4.
    pub paranoia: u8,
    /// Whether it refuses or only logs.
    pub mode: WafMode,
    /// Rules that are left out, by number.
    pub exclude: Vec<u32>,
    /// Rules of the user's own: their text.
    pub rules: Vec<String>,
    /// What happens when it fails.
    pub on_error: OnError,
}

/// Whether a firewall refuses or only logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WafMode {
    /// It refuses.
    Block,
    /// It only logs.
    Detect,
}

/// What is blotted out, and where.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mask {
    /// What.
    pub what: Vec<Masked>,
    /// Where.
    pub places: Vec<MaskPlace>,
    /// The largest body that is read, in bytes; 1 MiB unless said.
    pub max: u64,
}

/// What is blotted out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Masked {
    /// Numbers of payment cards that pass the Luhn check.
    CardNumbers,
    /// US social security numbers.
    SocialSecurityNumbers,
    /// What a pattern finds.
    Pattern(Regex),
    /// The value at a JSON path.
    Json(String),
}

/// Where something is blotted out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MaskPlace {
    /// In request bodies.
    Request,
    /// In response bodies.
    Response,
    /// In headers.
    Headers,
    /// In access logs.
    Logs,
}

/// Which other sites may call from a browser.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cors {
    /// The sites.
    pub origins: Vec<Origin>,
    /// The methods.
    pub methods: Vec<Method>,
    /// The headers that may be sent, in lower case.
    pub headers: Vec<String>,
    /// The headers that may be read, in lower case.
    pub expose: Vec<String>,
    /// Whether cookies are sent.
    pub credentials: bool,
    /// How long the browser may remember it, in seconds.
    pub max_age: Option<u64>,
}

/// A site: `https://shop.acme.com`, `https://*.acme.com`, or any.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Every site.
    Any,
    /// That site: scheme, host and port as a browser sends them.
    Exactly(String),
    /// Every site below a host: scheme (with `://`) and the host without `*`, as `https://` and `.acme.com`, and a port.
    Below {
        /// `https://`.
        scheme: String,
        /// `.acme.com`.
        suffix: String,
    },
}

/// A change of a message.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Transform {
    /// What is done to headers, in order.
    pub headers: Vec<HeaderOperation>,
    /// What is done to the body.
    pub body: Option<TransformBody>,
}

/// What is done to a body.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TransformBody {
    /// Every match is replaced.
    Replace(Regex, String),
    /// It is made anew from a JSON template: its text.
    Json(String),
}

/// A WebAssembly module.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Wasm {
    /// `oci://…`, `https://…` or `file://…`.
    pub url: String,
    /// The module's hash, in hexadecimal.
    pub sha256: Option<String>,
    /// When it runs.
    pub phase: WasmPhase,
    /// Its configuration, as JSON.
    pub config: Option<String>,
    /// What happens when it fails.
    pub on_error: OnError,
}

/// When a module runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WasmPhase {
    /// Before authentication.
    Authn,
    /// Before access.
    Authz,
    /// Before routing.
    Default,
}

/// How a response is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Compression {
    /// gzip.
    Gzip,
    /// Brotli.
    Brotli,
    /// Zstandard.
    Zstd,
}
