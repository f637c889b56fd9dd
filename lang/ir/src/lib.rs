//! The typed program: how trees become one, and what it means for one request.
//!
//! A [`Program`] has its names resolved, its types checked, its `let`s put in; what is left are values of the field's
//! own words, one file per noun. It holds no spans: every value that an error may speak of carries a [`Place`]
//! (a node of a file's tree), which the parser's tables turn into a span.
//!
//! [`Place`]: gloo_source::Place

mod access;
mod compile;
pub mod evaluate;
mod infer;
mod infrastructure;
mod join;
pub mod joined;
mod lower;
mod manifest;
mod names;
pub mod normal_form;
mod policy;
mod predicate;
mod program;
mod proof;
mod provider;
pub mod resolve;
mod route;
mod source_map;
pub mod texts;
mod traffic;
mod ty;
mod value;

pub use access::{Access, AccessRule, Effect, SourcePattern};
pub use compile::{Compiled, compile, compile_with, finished};
pub use infrastructure::{
    Alpn, Backend, ClientAddress, ClientCertificate, Cluster, External, ExternalTls, Gateway, GatewayKind,
    GatewayMesh, IstioMode, Listener, ListenerProtocol, Mesh, Mtls, NamePattern, Namespace, Outbound,
    PathMode, Port, Protocol, Service, Subset, TlsVersion, Trust,
};
pub use lower::{
    AssetError, Assets, Environment, Lower, Lowered, NoAssets, RequestText, lower_file, request_from_text,
};
pub use manifest::{Layout, Lint, LintProblem, Manifest, lint_name};
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
pub use source_map::SourceMap;
pub use traffic::{
    Balance, Connections, Ejection, HealthCheck, LogSink, LogValue, Patch, Preference, Telemetry,
    TelemetryLog, TelemetryTrace, Traffic, TrafficTls, UpstreamProtocol,
};
pub use ty::Ty;
pub use value::{At, GrpcStatus, Percent, Rate, Secret, StatusSet, Version};
