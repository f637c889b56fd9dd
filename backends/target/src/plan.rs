//! The plan of one cluster.

use crate::{Admission, Principals};
use gloo_domain::{HostPattern, PathPattern};
use gloo_ir::normal_form::Conjunct;
use gloo_ir::{
    Cluster, Destination, External, Gateway, Listener, Mtls, Namespace, Options, Outbound, PathMode, Percent,
    Port, Redirect, Respond, Scope, Service, Subset, TableId, Target as Destined, Traffic,
};
use gloo_source::Place;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything that one cluster is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The workspace's name.
    pub workspace: String,
    /// The cluster.
    pub cluster: Arc<Cluster>,
    /// Its trust domain.
    pub trust_domain: String,
    /// Its mutual TLS.
    pub mtls: Mtls,
    /// How paths are normalised.
    pub paths: PathMode,
    /// Whether undeclared hosts may be called.
    pub outbound: Outbound,
    /// The gateways placed there.
    pub gateways: Vec<GatewayPlan>,
    /// The services that are called between services by a table of their own.
    pub mesh: Vec<MeshEntry>,
    /// The services placed there, by id.
    pub services: Vec<ServicePlan>,
    /// Whom tests of callers at services mean.
    pub principals: Principals,
    /// The hosts outside.
    pub externals: Vec<ExternalPlan>,
    /// Everything that some rule sends requests or copies to.
    pub upstreams: BTreeMap<UpstreamKey, Upstream>,
}

impl Plan {
    /// Whether the clusters of two plans differ in nothing but their name, place, documentation and kubeconfig context,
    /// and the plans in nothing else.
    #[must_use]
    pub fn is_equal_but_for_name(&self, other: &Self) -> bool {
        self.content() == other.content()
    }

    /// Everything but what tells the cluster's name. Taken apart field by field, so that none is forgotten.
    fn content(&self) -> impl PartialEq + '_ {
        let Self {
            workspace,
            cluster,
            trust_domain,
            mtls,
            paths,
            outbound,
            gateways,
            mesh,
            services,
            principals,
            externals,
            upstreams,
        } = self;
        let Cluster {
            id: _,
            place: _,
            doc: _,
            context: _,
            backend,
            region,
            network,
            east_west,
            mtls: own,
            trust_domain: _,
        } = &**cluster;
        let settings = (workspace, trust_domain, mtls, paths, outbound, own.map(|mtls| mtls.value));
        let cluster = (&backend.value, region, network, east_west);
        (settings, cluster, gateways, mesh, (services, principals), externals, upstreams)
    }
}

/// A gateway with its listeners, as declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayPlan {
    /// The gateway.
    pub gateway: Arc<Gateway>,
    /// Its listeners.
    pub listeners: Vec<ListenerPlan>,
}

/// A listener with what it serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenerPlan {
    /// The listener.
    pub listener: Listener,
    /// What it serves.
    pub routes: ListenerRoutes,
    /// Who may pass of those whose host the listener serves and no table is for.
    pub unrouted: Arc<Admission>,
    /// Who may pass where other policies act than those of gateway and listener, by what the policies are on.
    pub admissions: BTreeMap<Vec<Scope>, Arc<Admission>>,
}

impl ListenerPlan {
    /// Who may pass of those whom a rule of the listener is for.
    #[must_use]
    pub fn admission(&self, rule: &PlanRule) -> &Arc<Admission> {
        self.admissions.get(&rule.origin.scopes).unwrap_or(&self.unrouted)
    }

    /// Whether anything is asked of anybody on the listener.
    #[must_use]
    pub fn is_guarded(&self) -> bool {
        !self.unrouted.is_open() || self.admissions.values().any(|admission| !admission.is_open())
    }
}

/// What a listener serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenerRoutes {
    /// Requests by host, the most specific host first.
    Http(Vec<VirtualHost>),
    /// Connections by server name, the most specific first; by nothing, on `tcp`.
    Connections(Vec<ConnectionHost>),
}

/// The joined tables of one host on one listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualHost {
    /// The host.
    pub host: HostPattern,
    /// The tables that were joined.
    pub tables: Vec<TableId>,
    /// The rules in the order in which they decide, delegation put in. The last one matches everything: without an
    /// `otherwise` it answers 404, and its origin has no rule.
    pub rules: Vec<Arc<PlanRule>>,
}

/// The joined tables of one server name on one listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionHost {
    /// The server name; `None` on `tcp`.
    pub host: Option<HostPattern>,
    /// The tables that were joined.
    pub tables: Vec<TableId>,
    /// The rules in the order in which they decide. What none matches is refused.
    pub rules: Vec<Arc<PlanRule>>,
}

/// The joined tables of calls to one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeshEntry {
    /// The service that is called.
    pub service: Arc<Service>,
    /// The tables that were joined.
    pub tables: Vec<TableId>,
    /// The rules in the order in which they decide. The last one matches everything: without an `otherwise` it passes
    /// the call on to the service itself.
    pub rules: Vec<Arc<PlanRule>>,
}

/// A rule: the requests of any of its conjuncts get its answer. Listeners, hosts and clusters share it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanRule {
    /// Where it comes from.
    pub origin: RuleOrigin,
    /// Which requests, in disjunctive form without the disjuncts that are empty. One empty conjunct is every request.
    pub matches: Vec<Conjunct>,
    /// The rule's own path pattern: what a `**` or `{id}` in `rewrite` and `redirect` takes its text from. `None` for a
    /// rule that has none: there `**` is the whole path.
    pub path: Option<PathPattern>,
    /// What becomes of them.
    pub answer: Answer,
    /// How.
    pub options: Options,
}

/// Where a rule of a plan comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleOrigin {
    /// The table that it is written in.
    pub table: TableId,
    /// `buy`, `rule 3`, or `no rule` for the answer to what nothing matches.
    pub title: String,
    /// Its place; the table's, for the answer to what nothing matches.
    pub place: Place,
    /// Its documentation.
    pub doc: Option<String>,
    /// The tables and named rules that lead to it, itself among them: what policies on it can be on, the outermost
    /// first. Of the answer to what nothing matches, the tables.
    pub scopes: Vec<Scope>,
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It goes to one of these, drawn by weight; the weights sum to all, and none is zero.
    Forward(Vec<(UpstreamKey, Percent)>),
    /// It is redirected.
    Redirect(Redirect),
    /// It is answered.
    Respond(Respond),
}

/// What names an upstream: target and port. The cluster of the target is left out: it is the plan's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UpstreamKey {
    /// Service (or some of it) or external.
    pub target: Destined,
    /// The name of the port.
    pub port: String,
}

impl UpstreamKey {
    /// What names the upstream of a destination.
    #[must_use]
    pub fn of(destination: &Destination) -> Self {
        let target = match &destination.target {
            Destined::Service { service, subset, .. } => {
                Destined::Service { service: service.clone(), subset: subset.clone(), cluster: None }
            }
            Destined::External(external) => Destined::External(external.clone()),
        };
        Self { target, port: destination.port.clone() }
    }
}

/// Something that requests are sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upstream {
    /// A service, or some of it.
    Service {
        /// The service.
        service: Arc<Service>,
        /// Its namespace.
        namespace: Arc<Namespace>,
        /// The subset.
        subset: Option<Subset>,
        /// The port.
        port: Port,
        /// How calls travel.
        traffic: TrafficPlan,
    },
    /// A host outside.
    External {
        /// The host.
        external: Arc<External>,
        /// The port.
        port: Port,
        /// How calls travel.
        traffic: TrafficPlan,
    },
}

/// A service placed on the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServicePlan {
    /// The service.
    pub service: Arc<Service>,
    /// Its namespace.
    pub namespace: Arc<Namespace>,
    /// How calls to it travel.
    pub traffic: TrafficPlan,
    /// Who may pass at its own proxy.
    pub admission: Arc<Admission>,
}

/// A host outside that may be called from the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalPlan {
    /// The host.
    pub external: Arc<External>,
    /// The egress gateway that calls go through.
    pub through: Option<Arc<Gateway>>,
    /// How calls to it travel.
    pub traffic: TrafficPlan,
}

/// How calls travel: the traffic blocks that speak of one target, joined. No setting stands in two of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrafficPlan {
    /// The blocks, the outermost first.
    pub blocks: Vec<Arc<Traffic>>,
}

impl TrafficPlan {
    /// The setting that one of the blocks has.
    pub fn get<'a, T>(&'a self, setting: impl Fn(&'a Traffic) -> Option<&'a T>) -> Option<&'a T> {
        self.blocks.iter().find_map(|block| setting(block))
    }
}
