//! What each target can say: versions, and constructs.
//!
//! An emitter knows its target's every corner and refuses at the place where something can't be said; this is the
//! summary that people choose a target by, as data.

use gloo_ir::{Backend, Version};

/// A part of a target with a version of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// What it is called: `Envoy Gateway`.
    pub title: &'static str,
    /// The oldest version that understands what gloo writes.
    pub oldest: &'static [u32],
}

const ISTIO: Versions = Versions { title: "Istio", oldest: &[1, 30] };
const GATEWAY_API: Versions = Versions { title: "Gateway API", oldest: &[1, 6] };
const ENVOY_GATEWAY: Versions = Versions { title: "Envoy Gateway", oldest: &[1, 9] };
const ENVOY: Versions = Versions { title: "Envoy", oldest: &[1, 36] };

/// The versions that a backend names, each with what gloo writes for.
#[must_use]
pub fn versions(backend: &Backend) -> Vec<(Versions, &Version)> {
    match backend {
        Backend::Istio { version, .. } => vec![(ISTIO, version)],
        Backend::GatewayApi { version, envoy_gateway, mesh } => {
            let mut all = vec![(GATEWAY_API, version), (ENVOY_GATEWAY, envoy_gateway)];
            if let gloo_ir::GatewayMesh::IstioAmbient(version) = mesh {
                all.push((ISTIO, version));
            }
            all
        }
        Backend::Envoy { version, .. } => vec![(ENVOY, version)],
    }
}

impl Versions {
    /// Whether gloo writes for that version.
    #[must_use]
    pub fn takes(self, version: &Version) -> bool {
        version.0.as_slice() >= self.oldest
    }

    /// The oldest version, as programs write it.
    #[must_use]
    pub fn oldest(self) -> Version {
        Version(self.oldest.to_vec())
    }
}

/// Whether a target can say something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// It can.
    Yes,
    /// It can, where this has been installed or set before.
    With(&'static str),
    /// It can in part: what not, and what works instead.
    Partly(&'static str),
    /// It can't: what works instead.
    No(&'static str),
}

/// A construct of the language and the targets that can say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capability {
    /// The construct, as programs write it.
    pub construct: &'static str,
    /// On Istio.
    pub istio: Support,
    /// On the Gateway API, by Envoy Gateway, without a mesh.
    pub gateway_api: Support,
    /// On Envoy by itself.
    pub envoy: Support,
}

const fn row(construct: &'static str, istio: Support, gateway_api: Support, envoy: Support) -> Capability {
    Capability { construct, istio, gateway_api, envoy }
}

use Support::{No, Partly, With, Yes};

const MESH_NEEDED: Support = No("place it on a cluster with a mesh, such as `on mesh@east`");
const IDENTITY: Support = With("`identity:` on the cluster");

/// What stands in programs, and where it can be said.
pub const CAPABILITIES: &[Capability] = &[
    row("listener http", Yes, Yes, Yes),
    row(
        "listener https",
        Yes,
        Partly("one host for each, or a wildcard: there the table goes by server name and host"),
        Yes,
    ),
    row("listener https, client_certificate", Yes, Yes, Yes),
    row("listener tls, passthrough", Yes, Yes, Yes),
    row("listener tcp", Yes, Yes, Yes),
    row("redirect: https", Yes, Yes, Yes),
    row("paths: strict", With("`pathNormalization` in MeshConfig"), Yes, Yes),
    row("paths: keep", With("`pathNormalization` in MeshConfig"), No("`paths: strict`"), Yes),
    row("path patterns", Yes, Yes, Yes),
    row("header, ==, in, matches", Yes, Yes, Yes),
    row("header, negated", Yes, No("a rule for the requests where it holds, before"), Yes),
    row("query", Partly("not every regular expression"), Yes, Partly("not every regular expression")),
    row("cookie", Partly("`==`, `starts_with`, `ends_with`, `contains`"), Partly("`==`"), Yes),
    row("client.ip, source.ip in a route", Yes, No("headers, query or cookies"), Yes),
    row("client.cert in a route", No("a listener of its own"), No("a listener of its own"), Yes),
    row(
        "source in a route on mesh",
        Partly("services with `labels`, told apart by them"),
        MESH_NEEDED,
        IDENTITY,
    ),
    row("grpc rules", Yes, Yes, Yes),
    row("order of rules", Yes, Partly("rules that overlap in ways that its ranking can't follow"), Yes),
    row("split", Yes, Yes, Yes),
    row("redirect", Yes, Partly("not to a path that takes something from the match"), Yes),
    row("respond", Yes, Yes, Yes),
    row("delegate", Yes, Yes, Yes),
    row("timeout, retries", Yes, Yes, Yes),
    row("rewrite", Yes, Yes, Yes),
    row("host", Yes, Yes, Yes),
    row("mirror", Yes, Yes, Yes),
    row("request_headers, response_headers", Yes, Partly("not from attributes of the request"), Yes),
    row("fault", Yes, Yes, Partly("a delay and an error for all requests, or one of them")),
    row("hash on a rule", Yes, No("`balance: hash(…)` in `traffic`"), Yes),
    row("websocket: false", Yes, No("nothing: leave it out"), Yes),
    row("external", Yes, Partly("not a wildcard host"), Partly("one host for each that a route names")),
    row("external, through", Yes, No("a call without `through`"), Yes),
    row("routes on mesh", Yes, MESH_NEEDED, IDENTITY),
    row("mtls", Yes, MESH_NEEDED, IDENTITY),
    row("traffic balance, connections, eject", Yes, Yes, Yes),
    row("traffic health", Yes, Yes, Yes),
    row("traffic prefer", Partly("with `eject`"), Partly("`zone`"), No("nothing: leave it out")),
    row("traffic retry_budget, warm_up", Yes, Yes, Yes),
];
