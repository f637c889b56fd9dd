//! The typed program: how trees become one, and what it means for one request.
//!
//! A [`Program`] has its names resolved, its types checked, its `let`s put in; what is left are values of the field's
//! own words, one file per noun. It holds no spans: every value that an error may speak of carries a [`Place`]
//! (a node of a file's tree), which the parser's tables turn into a span.
//!
//! [`Place`]: gloo_source::Place

mod access;
pub mod evaluate;
mod infrastructure;
mod names;
pub mod joined;
pub mod normal_form;
mod policy;
mod predicate;
mod program;
mod proof;
mod provider;
mod route;
mod traffic;
mod value;

pub use access::{Access, AccessRule, Effect, SourcePattern};
pub use infrastructure::{
    Alpn, Backend, ClientAddress, ClientCertificate, Cluster, External, ExternalTls, Gateway, GatewayKind,
    GatewayMesh, IstioMode, Listener, ListenerProtocol, Mesh, Mtls, NamePattern, Namespace, Outbound,
    PathMode, Port, Protocol, Service, Subset, TlsVersion, Trust,
};
pub use names::{
    ClusterId, ExternalId, GatewayId, MeshId, NamespaceId, PatchId, PolicyId, ProviderId, ServiceId, TableId,
    TelemetryId,
};
pub use policy::{
    Clause, ClauseKind, Compression, Cors, Limit, LimitKey, LimitScope, Mask, MaskPlace, Masked, OnError,
    Origin, Policy, Scope, Scoped, Transform, TransformBody, Waf, WafMode, Wasm, WasmPhase,
};
pub use predicate::{AddressAttribute, Predicate, Test, TextAttribute, TextTest};
pub use program::Program;
pub use proof::{
    Attribute, Case, CaseKind, CaseRequest, Claim, ClaimScope, Outcome, Proof, Quantifier, TestBlock,
};
pub use provider::{Provider, ProviderKind, TokenPlace};
pub use route::{
    Action, Attachment, Destination, Fault, HashKey, HeaderOperation, Match, Mirror, Options, Redirect,
    Respond, Retries, RetryOn, Rule, Share, Table, Target, TextValue,
};
pub use traffic::{
    Balance, Connections, Ejection, HealthCheck, LogSink, LogValue, Patch, Preference, Telemetry,
    TelemetryLog, TelemetryTrace, Traffic, TrafficTls, UpstreamProtocol,
};
pub use value::{At, GrpcStatus, Percent, Rate, Secret, StatusSet, Version};
