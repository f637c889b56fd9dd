//! From a program and a cluster to its plan.

mod admission;
mod entry;
mod expressions;
mod mesh;
mod principal;
mod table;
mod unlowered;
mod upstream;

pub use mesh::has_mesh;

use crate::{Plan, Upstream, UpstreamKey, versions};
use gloo_ir::joined::joined_tables;
use gloo_ir::{Attachment, Cluster, ClusterId, Program, TableId, Traffic};
use gloo_source::{Code, Diagnostic, Place, Reported, Sink};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use table::TablePlan;
use upstream::Travels;

/// What plans the clusters of one program. What doesn't depend on the cluster is done once for all of them.
pub struct Planner<'a> {
    program: &'a Program,
    tables: BTreeMap<TableId, TablePlan>,
}

impl<'a> Planner<'a> {
    /// A planner for a program that is free of errors.
    #[must_use]
    pub fn new(program: &'a Program) -> Self {
        let attached: Vec<_> = program
            .tables
            .values()
            .filter(|table| !matches!(table.attachment, Attachment::Delegated))
            .collect();
        let tables = attached.par_iter().map(|table| (table.id.clone(), TablePlan::new(program, table)));
        Self { program, tables: tables.collect() }
    }

    /// The plan of a cluster. Everything that can't be planned is reported at its place.
    ///
    /// # Errors
    /// Something on the cluster has no plan; it has been reported.
    pub fn plan(&self, cluster: &Arc<Cluster>, sink: &mut Sink<Place>) -> Result<Plan, Reported> {
        let mut found = Sink::new();
        let mut lowering = Lowering {
            program: self.program,
            tables: &self.tables,
            cluster,
            traffic: upstream::traffic_by_target(self.program, &cluster.id),
            upstreams: BTreeMap::new(),
            sink: &mut found,
        };
        let plan = lowering.plan();
        let mut reported = None;
        let mut said = BTreeSet::new();
        for diagnostic in found.into_diagnostics() {
            let place = diagnostic.labels.first().map(|label| label.place);
            if said.insert((diagnostic.code.number, place, diagnostic.message.clone())) {
                reported = Some(sink.report(diagnostic));
            }
        }
        reported.map_or(Ok(plan), Err)
    }
}

/// The plan of a cluster of a program that is free of errors. For several clusters, make one [`Planner`].
///
/// # Errors
/// Something on the cluster has no plan; it has been reported at its place.
pub fn plan(program: &Program, cluster: &ClusterId, sink: &mut Sink<Place>) -> Result<Plan, Reported> {
    let Some(cluster) = program.clusters.get(cluster) else {
        let message = format!("there is no cluster `{cluster}`");
        return Err(sink.report(Diagnostic {
            code: Code::UNKNOWN_NAME,
            severity: gloo_source::Severity::Error,
            message,
            labels: Vec::new(),
            help: Vec::new(),
            fix: None,
            request: None,
        }));
    };
    Planner::new(program).plan(cluster, sink)
}

/// The lowering of one cluster.
struct Lowering<'a> {
    program: &'a Program,
    tables: &'a BTreeMap<TableId, TablePlan>,
    cluster: &'a Arc<Cluster>,
    traffic: BTreeMap<Travels, Vec<Arc<Traffic>>>,
    upstreams: BTreeMap<UpstreamKey, Upstream>,
    sink: &'a mut Sink<Place>,
}

impl Lowering<'_> {
    fn plan(&mut self) -> Plan {
        let program = self.program;
        let joined = joined_tables(program, &self.cluster.id);
        let used: BTreeSet<TableId> =
            joined.iter().flat_map(|joined| &joined.tables).map(|table| table.id.clone()).collect();
        let serving = self.lower_tables(&used);
        let (gateways, mesh) = self.entries(&joined);
        self.old_versions();
        self.expressions(&used);
        self.mtls_needs_mesh();
        self.sources_need_mesh(&serving);
        self.traffic_needs_mesh();
        self.traffic_crosses_clusters();
        self.unlowered(&serving);
        let services = self.services();
        Plan {
            workspace: program.name.clone(),
            cluster: self.cluster.clone(),
            trust_domain: program.trust_domain(&self.cluster.id).to_owned(),
            mtls: program.mtls(&self.cluster.id),
            paths: program.paths(),
            outbound: program.mesh.as_ref().map_or(gloo_ir::Outbound::Declared, |mesh| mesh.outbound.value),
            gateways,
            mesh,
            principals: principal::principals(program, &services),
            services,
            externals: self.externals(),
            upstreams: std::mem::take(&mut self.upstreams),
        }
    }

    /// Reports versions that don't understand what would be written.
    fn old_versions(&mut self) {
        let backend = &self.cluster.backend;
        for (known, version) in versions(backend).into_iter().filter(|(known, version)| !known.takes(version))
        {
            let message = format!("gloo doesn't write for {} {version}", known.title);
            let help = format!("upgrade to {} {} or later", known.title, known.oldest());
            self.sink.report(Diagnostic::new(Code::NOT_ON_TARGET, backend.at, message).help(help));
        }
    }

    /// Takes up the tables of the cluster's entries: their destinations, and what is wrong with them. The names of all
    /// tables that serve, those that they delegate to included.
    fn lower_tables(&mut self, used: &BTreeSet<TableId>) -> BTreeSet<TableId> {
        let mut serving = used.clone();
        let tables = self.tables;
        for table in used.iter().filter_map(|id| tables.get(id)) {
            if let Some(too_complex) = &table.too_complex {
                self.sink.report(
                    Diagnostic::new(Code::TOO_LARGE, too_complex.place, too_complex.why.clone())
                        .help("split the rule, or the table"),
                );
            }
            self.upstreams(&table.destinations);
            serving.extend(table.tables.iter().cloned());
        }
        serving
    }
}
