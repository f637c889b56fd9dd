//! Where requests of a cluster go, and how calls travel there.

use super::Lowering;
use crate::{ExternalPlan, ServicePlan, TrafficPlan, Upstream, UpstreamKey};
use gloo_ir::{ClusterId, Destination, External, Scope, Scoped, ServiceId, Target, Traffic};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Lowering<'_> {
    /// The upstreams of these destinations, each with its settings. What isn't on the cluster is reported: a call that
    /// crosses clusters would need what is not built.
    pub(super) fn upstreams(&mut self, destinations: &[Destination]) {
        for destination in destinations {
            let key = UpstreamKey::of(destination);
            if !self.is_here(destination) || self.upstreams.contains_key(&key) {
                continue;
            }
            match self.upstream(destination) {
                Some(upstream) => {
                    self.upstreams.insert(key, upstream);
                }
                None => self.dangling(destination.place),
            }
        }
    }

    fn upstream(&self, destination: &Destination) -> Option<Upstream> {
        match &destination.target {
            Target::Service { service, subset, .. } => {
                let service = self.program.services.get(service)?;
                let subset = match subset {
                    Some(name) => Some(service.subset(name)?.clone()),
                    None => None,
                };
                Some(Upstream::Service {
                    namespace: self.program.namespaces.get(&service.namespace)?.clone(),
                    subset,
                    port: service.port(&destination.port)?.clone(),
                    traffic: self.service_traffic(&service.id),
                    service: service.clone(),
                })
            }
            Target::External(external) => {
                let external = self.program.externals.get(external)?;
                let port = external.ports.iter().find(|port| port.name == destination.port)?.clone();
                let traffic = self.external_traffic(external);
                Some(Upstream::External { external: external.clone(), port, traffic })
            }
        }
    }

    /// Whether a call to the destination stays on the cluster; reports it if not.
    fn is_here(&mut self, destination: &Destination) -> bool {
        let here = self.cluster.id.clone();
        let elsewhere = match &destination.target {
            Target::Service { service, cluster, .. } => match self.program.services.get(service) {
                Some(service) if cluster.as_ref().is_some_and(|cluster| *cluster != here) => {
                    let cluster = cluster.as_ref().map_or("", ClusterId::as_str);
                    Some(format!("`{}@{cluster}` is on another cluster than `{here}`", service.id))
                }
                Some(service) if !service.clusters.contains(&here) => {
                    Some(format!("`{}` isn't on cluster `{here}`", service.id))
                }
                _ => None,
            },
            Target::External(external) => self.program.externals.get(external).and_then(|external| {
                let through = external.through.as_ref()?;
                let gateway = self.program.gateways.get(through)?;
                (!gateway.clusters.contains(&here)).then(|| {
                    format!(
                        "`{}` is called through `{through}`, which isn't on cluster `{here}`",
                        external.id
                    )
                })
            }),
        };
        let Some(why) = elsewhere else { return true };
        let help = "place the destination on each cluster that the table is for, or give the table's target a \
                    cluster that has it: `on edge@…`, `on mesh@…`";
        self.crossing(destination.place, why, help);
        false
    }

    /// Something names what the program doesn't have: resolution would have reported it.
    pub(super) fn dangling(&mut self, place: Place) {
        let message = "this names something that isn't declared";
        self.sink.report(Diagnostic::new(Code::UNKNOWN_NAME, place, message));
    }

    /// The services placed on the cluster.
    pub(super) fn services(&mut self) -> Vec<ServicePlan> {
        let (program, cluster) = (self.program, self.cluster);
        let here = |service: &&Arc<gloo_ir::Service>| service.clusters.contains(&cluster.id);
        program
            .services
            .values()
            .filter(here)
            .filter_map(|service| {
                Some(ServicePlan {
                    service: service.clone(),
                    namespace: program.namespaces.get(&service.namespace)?.clone(),
                    traffic: self.service_traffic(&service.id),
                    admission: self.at_service(service),
                })
            })
            .collect()
    }

    /// The hosts outside that may be called from the cluster. One that is called through a gateway of another cluster is
    /// an error where a service could call it: on a mesh any of them can.
    pub(super) fn externals(&mut self) -> Vec<ExternalPlan> {
        let services = self.program.services.values().any(|one| one.clusters.contains(&self.cluster.id));
        let callers = services && self.has_mesh();
        let mut externals = Vec::new();
        for external in self.program.externals.values() {
            let through = external.through.as_ref().and_then(|id| self.program.gateways.get(id));
            match through {
                Some(gateway) if !gateway.clusters.contains(&self.cluster.id) => {
                    if callers {
                        self.egress_elsewhere(external, gateway.id.as_str());
                    }
                }
                _ => externals.push(ExternalPlan {
                    external: external.clone(),
                    through: through.cloned(),
                    traffic: self.external_traffic(external),
                }),
            }
        }
        externals
    }

    fn egress_elsewhere(&mut self, external: &External, gateway: &str) {
        let here = &self.cluster.id;
        let why = format!("services on `{here}` would call it through `{gateway}`, which isn't there");
        let help = format!("place `{gateway}` on each cluster whose services may call `{}`", external.id);
        self.crossing(external.place, why, help);
    }

    /// Settings that choose among clusters: `failover`, and `only` without this one.
    pub(super) fn traffic_crosses_clusters(&mut self) {
        let here = &self.cluster.id;
        let mut crossing: BTreeMap<Place, String> = BTreeMap::new();
        for block in self.traffic.values().flatten() {
            if let Some((from, _)) = block.failover.first() {
                crossing.insert(from.at, "calls would go on to another cluster".to_owned());
            }
            if let Some(only) = block.only.as_ref().filter(|only| !only.contains(here)) {
                crossing.insert(only.at, format!("calls from `{here}` would leave it"));
            }
        }
        for (place, why) in crossing {
            self.crossing(
                place,
                why,
                "end the block's target with a cluster for which it stays on that cluster",
            );
        }
    }

    /// Reports a call that crosses clusters.
    fn crossing(&mut self, place: Place, why: impl Into<String>, help: impl Into<String>) {
        let message = "gloo doesn't build calls that cross clusters yet";
        self.sink.report(Diagnostic::new(Code::NOT_LOWERED, place, message).saying(why).help(help));
    }

    fn service_traffic(&self, service: &ServiceId) -> TrafficPlan {
        TrafficPlan { blocks: self.traffic.get(&Travels::To(service.clone())).cloned().unwrap_or_default() }
    }

    fn external_traffic(&self, external: &External) -> TrafficPlan {
        let key = Travels::Outside(external.id.clone());
        TrafficPlan { blocks: self.traffic.get(&key).cloned().unwrap_or_default() }
    }
}

/// What traffic blocks speak of in the end: services and hosts outside.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Travels {
    To(ServiceId),
    Outside(gloo_ir::ExternalId),
}

/// The traffic blocks of everything on the cluster, the outermost first.
pub(super) fn traffic_by_target(
    program: &gloo_ir::Program,
    cluster: &ClusterId,
) -> BTreeMap<Travels, Vec<Arc<Traffic>>> {
    let mut found: BTreeMap<Travels, Vec<(u8, Arc<Traffic>)>> = BTreeMap::new();
    for block in &program.traffic {
        let targets = block.targets.iter().filter(|target| is_on(target, cluster));
        for (depth, travels) in targets.flat_map(|target| travels(program, cluster, &target.scope)) {
            let blocks = found.entry(travels).or_default();
            if !blocks.iter().any(|(_, known)| Arc::ptr_eq(known, block)) {
                blocks.push((depth, block.clone()));
            }
        }
    }
    found
        .into_iter()
        .map(|(travels, mut blocks)| {
            blocks.sort_by_key(|(depth, block)| (*depth, block.place));
            (travels, blocks.into_iter().map(|(_, block)| block).collect())
        })
        .collect()
}

/// Whether a target speaks of the cluster.
pub(super) fn is_on(target: &Scoped, cluster: &ClusterId) -> bool {
    target.cluster.as_ref().is_none_or(|only| only == cluster)
}

fn travels(program: &gloo_ir::Program, cluster: &ClusterId, scope: &Scope) -> Vec<(u8, Travels)> {
    let services = |depth: u8, wanted: &dyn Fn(&gloo_ir::Service) -> bool| {
        let here = program.services.values().filter(|one| one.clusters.contains(cluster) && wanted(one));
        here.map(|one| (depth, Travels::To(one.id.clone()))).collect()
    };
    match scope {
        Scope::Mesh => services(0, &|_| true),
        Scope::Namespace(namespace) => services(1, &|one| one.namespace == *namespace),
        Scope::Service(service) => services(2, &|one| one.id == *service),
        Scope::External(external) => vec![(2, Travels::Outside(external.clone()))],
        Scope::Gateway(_) | Scope::Listener(..) | Scope::Table(_) | Scope::Rule(..) => Vec::new(),
    }
}
