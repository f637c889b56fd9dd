//! What needs a mesh, on a cluster that has none.

use super::Lowering;
use crate::Upstream;
use gloo_ir::{Attachment, Backend, GatewayMesh, Match, Mtls, TableId, Test, Traffic, TrafficTls};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::BTreeSet;

/// Whether services of a cluster with that backend have proxies of their own and identities.
#[must_use]
pub fn has_mesh(backend: &Backend) -> bool {
    match backend {
        Backend::Istio { .. } => true,
        Backend::GatewayApi { mesh, .. } => !matches!(mesh, GatewayMesh::None),
        Backend::Envoy { identity, .. } => identity.is_some(),
    }
}

impl Lowering<'_> {
    /// Whether services of the cluster have proxies of their own and identities.
    pub(super) fn has_mesh(&self) -> bool {
        has_mesh(&self.cluster.backend)
    }

    /// Reports mutual TLS on a cluster that has no mesh.
    pub(super) fn mtls_needs_mesh(&mut self) {
        if self.has_mesh() || self.program.mtls(&self.cluster.id) == Mtls::Off {
            return;
        }
        let own = self.cluster.mtls.as_ref().map(|mtls| mtls.at);
        let Some(place) = own.or(self.program.mesh.as_ref().map(|mesh| mesh.mtls.at)) else { return };
        let cluster = self.cluster.id.clone();
        let diagnostic = self
            .needs_mesh(place, "mutual TLS between services")
            .help(format!("say `mtls: off` on cluster `{cluster}`"));
        self.sink.report(diagnostic);
    }

    /// Reports a construct that needs a mesh, where the cluster has none.
    pub(super) fn no_mesh(&mut self, place: Place, construct: &str) {
        let help = match self.mesh_cluster() {
            Some(other) => {
                format!("put it where there is one: end its target with `@{other}`, as in `on mesh@{other}`")
            }
            None => match *self.cluster.backend {
                Backend::Envoy { .. } => {
                    "give the cluster's `backend` an identity: `identity: spiffe(\"…\")`".to_owned()
                }
                _ => "give the cluster a mesh: `mesh: istio_ambient(\"1.30\")`".to_owned(),
            },
        };
        let diagnostic = self.needs_mesh(place, construct).help(help);
        self.sink.report(diagnostic);
    }

    fn needs_mesh(&self, place: Place, construct: &str) -> Diagnostic<Place> {
        let why = match *self.cluster.backend {
            Backend::Envoy { .. } => "runs Envoy without `identity`",
            _ => "has `mesh: none`",
        };
        Diagnostic::new(Code::NO_MESH_ON_TARGET, place, format!("{construct}, which needs a mesh"))
            .saying(format!("cluster `{}` {why}", self.cluster.id))
    }

    /// Some cluster that has a mesh.
    fn mesh_cluster(&self) -> Option<&str> {
        self.program.clusters.values().find(|one| has_mesh(&one.backend)).map(|one| one.id.as_str())
    }

    /// Reports rules that ask for the source, in tables of a cluster without a mesh.
    pub(super) fn sources_need_mesh(&mut self, tables: &BTreeSet<TableId>) {
        if self.has_mesh() {
            return;
        }
        let program = self.program;
        for table in tables.iter().filter_map(|id| program.tables.get(id)) {
            if matches!(table.attachment, Attachment::Mesh { .. }) {
                continue;
            }
            for rule in table.rules.iter().filter(|rule| asks_for_source(&rule.matches)) {
                self.no_mesh(rule.place, "this rule asks for `source`");
            }
        }
    }

    /// Reports traffic settings that need a mesh, or that nothing on a cluster without one would carry.
    pub(super) fn traffic_needs_mesh(&mut self) {
        if self.has_mesh() {
            return;
        }
        let mut carried = BTreeSet::new();
        for upstream in self.upstreams.values() {
            let (Upstream::Service { traffic, .. } | Upstream::External { traffic, .. }) = upstream;
            carried.extend(traffic.blocks.iter().map(|block| block.place));
        }
        let blocks: BTreeSet<_> =
            self.traffic.values().flatten().map(|block| (block.place, mutual_tls(block))).collect();
        for (place, mutual) in blocks {
            if !carried.contains(&place) {
                self.no_mesh(place, "no gateway of the cluster calls what this speaks of; between services it acts at their own proxies");
            } else if let Some(place) = mutual {
                self.no_mesh(place, "`tls: mutual` uses the mesh's identities");
            }
        }
    }
}

fn mutual_tls(block: &Traffic) -> Option<Place> {
    block.tls.as_ref().filter(|tls| matches!(tls.value, TrafficTls::Mutual)).map(|tls| tls.at)
}

fn asks_for_source(matches: &Match) -> bool {
    let (Match::Http { condition, .. } | Match::Grpc { condition, .. } | Match::Connection { condition }) =
        matches
    else {
        return false;
    };
    let mut asks = false;
    condition.each_test(&mut |test| {
        asks |= matches!(test, Test::Source(_) | Test::SourceNamespace(_) | Test::SourceCluster(_));
    });
    asks
}
