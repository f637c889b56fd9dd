//! A whole program.

use crate::{
    Access, Cluster, ClusterId, External, ExternalId, Gateway, GatewayId, Mesh, Mtls, Namespace, NamespaceId,
    Patch, PathMode, Policy, PolicyId, Proof, Provider, ProviderId, Service, ServiceId, Table, TableId,
    Telemetry, TestBlock, Traffic,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A typed program: every declaration of a workspace by its name, in the order of the names; those without a name in
/// the order of files and lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// The workspace's name.
    pub name: String,
    /// The mesh, where one is declared.
    pub mesh: Option<Arc<Mesh>>,
    /// Clusters.
    pub clusters: BTreeMap<ClusterId, Arc<Cluster>>,
    /// Namespaces.
    pub namespaces: BTreeMap<NamespaceId, Arc<Namespace>>,
    /// Services.
    pub services: BTreeMap<ServiceId, Arc<Service>>,
    /// Hosts outside.
    pub externals: BTreeMap<ExternalId, Arc<External>>,
    /// Gateways.
    pub gateways: BTreeMap<GatewayId, Arc<Gateway>>,
    /// Routes tables.
    pub tables: BTreeMap<TableId, Arc<Table>>,
    /// Providers.
    pub providers: BTreeMap<ProviderId, Arc<Provider>>,
    /// Policies.
    pub policies: BTreeMap<PolicyId, Arc<Policy>>,
    /// Access blocks.
    pub access: Vec<Arc<Access>>,
    /// Traffic blocks.
    pub traffic: Vec<Arc<Traffic>>,
    /// Telemetry.
    pub telemetry: Vec<Arc<Telemetry>>,
    /// Patches.
    pub patches: Vec<Arc<Patch>>,
    /// Proofs.
    pub proofs: Vec<Arc<Proof>>,
    /// Tests.
    pub tests: Vec<Arc<TestBlock>>,
}

impl Program {
    /// How services prove to each other who they are on a cluster: the cluster's word, else the mesh's, else not at
    /// all.
    #[must_use]
    pub fn mtls(&self, cluster: &ClusterId) -> Mtls {
        let own = self.clusters.get(cluster).and_then(|cluster| cluster.mtls.map(|mtls| mtls.value));
        own.or(self.mesh.as_ref().map(|mesh| mesh.mtls.value)).unwrap_or(Mtls::Off)
    }

    /// How paths are normalised.
    #[must_use]
    pub fn paths(&self) -> PathMode {
        self.mesh.as_ref().map_or(PathMode::Strict, |mesh| mesh.paths.value)
    }

    /// The trust domain of a cluster: its own, else the mesh's, else `cluster.local`.
    #[must_use]
    pub fn trust_domain(&self, cluster: &ClusterId) -> &str {
        let own = self.clusters.get(cluster).and_then(|cluster| cluster.trust_domain.as_deref());
        own.or(self.mesh.as_ref().map(|mesh| mesh.trust_domain.as_str())).unwrap_or("cluster.local")
    }
}
