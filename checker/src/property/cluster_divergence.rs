//! Requests that two clusters answer otherwise, though both have all that it takes.

use crate::behaviour::decisive;
use crate::crossing::reached;
use crate::diagram::Diagrams;
use crate::entrance::Way;
use crate::explore::{Entrance, explore};
use crate::folded::Folded;
use crate::table::destinations;
use crate::witness::command_line;
use gloo_ir::evaluate::{Interest, Request, Trace, decide};
use gloo_ir::joined::{Joined, TableEntry};
use gloo_ir::{
    Attachment, ClusterId, GatewayId, GatewayKind, Predicate, Program, Scope, Scoped, ServiceId, Table,
    TableId, Target,
};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::{BTreeMap, BTreeSet};

/// For each gateway a request that fares otherwise on the first of its clusters than on another one, where both have every
/// service that it reaches. Only what differs between clusters, by the words of the program, is gone through.
pub(crate) fn cluster_divergence(program: &Program, tables: &[Folded<'_>]) -> Vec<Diagnostic<Place>> {
    let mut findings = Vec::new();
    let mut diagrams = None;
    for gateway in program.gateways.values().filter(|gateway| gateway.kind == GatewayKind::Ingress) {
        let placed = gateway.clusters.iter().filter_map(|id| program.clusters.get_key_value(id));
        let mut placed = placed.map(|(id, _)| id);
        let Some(first) = placed.next() else { continue };
        let mut known: Vec<Differing<'_>> = Vec::new();
        for other in placed {
            let differing = Differing::between(program, first, other);
            if differing.is_nothing() || known.contains(&differing) {
                continue;
            }
            let diagrams = diagrams.get_or_insert_with(Diagrams::of_entry);
            let pair = Pair { program, first, other, differing: &differing };
            findings.extend(pair.compared(diagrams, &gateway.id, gateway.place, tables));
            known.push(differing);
        }
    }
    findings
}

/// What two clusters have each of its own.
#[derive(PartialEq, Eq)]
struct Differing<'a> {
    tables: BTreeSet<&'a TableId>,
    /// What scoped declarations are on.
    scopes: BTreeSet<&'a Scope>,
    /// Whether the clusters know callers otherwise.
    mtls: bool,
}

impl<'a> Differing<'a> {
    fn between(program: &'a Program, one: &ClusterId, other: &ClusterId) -> Self {
        let differs = |clusters: &BTreeSet<ClusterId>| clusters.contains(one) != clusters.contains(other);
        let is_own = |table: &Table| match &table.attachment {
            Attachment::Gateway { clusters, .. } => differs(clusters),
            Attachment::Mesh { services, clusters } => {
                let placed = |service: &ServiceId| {
                    let service = program.services.get(service);
                    service.is_some_and(|it| it.clusters.contains(one) && it.clusters.contains(other))
                };
                differs(clusters) && services.iter().any(|service| placed(&service.value))
            }
            Attachment::Delegated => false,
        };
        let policies = program.policies.values().flat_map(|policy| &policy.targets);
        let access = program.access.iter().flat_map(|access| &access.targets);
        let traffic =
            program.traffic.iter().filter(|block| block.only.is_some()).flat_map(|block| &block.targets);
        let own = |target: &&'a Scoped| {
            target.cluster.as_ref().is_some_and(|cluster| cluster == one || cluster == other)
        };
        Self {
            tables: program.tables.values().filter(|table| is_own(table)).map(|table| &table.id).collect(),
            scopes: policies.chain(access).chain(traffic).filter(own).map(|target| &target.scope).collect(),
            mtls: program.mtls(one) != program.mtls(other) && !program.access.is_empty(),
        }
    }

    fn is_nothing(&self) -> bool {
        self.tables.is_empty() && self.scopes.is_empty() && !self.mtls
    }

    /// Whether calls of a service may fare otherwise.
    fn has(&self, program: &Program, service: &ServiceId) -> bool {
        let of_mesh = |table: &&TableId| {
            program.tables.get(*table).is_some_and(|table| match &table.attachment {
                Attachment::Mesh { services, .. } => services.iter().any(|one| one.value == *service),
                _ => false,
            })
        };
        let is_on = |scope: &&Scope| match scope {
            Scope::Mesh => true,
            Scope::Namespace(namespace) => *namespace == service.namespace(),
            Scope::Service(own) => own == service,
            _ => false,
        };
        self.mtls || self.tables.iter().any(of_mesh) || self.scopes.iter().any(is_on)
    }
}

struct Pair<'a, 'd> {
    program: &'a Program,
    first: &'a ClusterId,
    other: &'a ClusterId,
    differing: &'d Differing<'a>,
}

impl Pair<'_, '_> {
    fn compared(
        &self,
        diagrams: &mut Diagrams,
        gateway: &GatewayId,
        place: Place,
        tables: &[Folded<'_>],
    ) -> Option<Diagnostic<Place>> {
        let (program, first, other) = (self.program, self.first, self.other);
        let mut unknown = None;
        for (way, condition) in self.ways(gateway, tables) {
            let entrance = Entrance {
                program,
                deciders: vec![(program, first), (program, other)],
                interest: Interest::Outcome,
                scope: way.scope(&condition, program, first),
                way: &way,
            };
            let found = |request: &Request, trace: &Trace| self.fares_otherwise(request, trace);
            match explore(diagrams, &entrance, &found) {
                Ok(explored) => {
                    if let Some((trace, request)) = explored.found {
                        return Some(self.shown(gateway, place, &trace, &request));
                    }
                }
                Err(why) => drop(unknown.get_or_insert(why)),
            }
        }
        unknown.map(|why| {
            why.shown(place, &format!("whether `{first}` and `{other}` answer alike by `{gateway}`"))
        })
    }

    /// The hosts whose requests may fare otherwise, with what those have in common.
    fn ways<'t>(&self, gateway: &GatewayId, tables: &'t [Folded<'_>]) -> Vec<(Way<'t>, Predicate)> {
        let mut all: BTreeMap<(String, String), (Way<'t>, Vec<Predicate>)> = BTreeMap::new();
        for table in tables {
            for (cluster, joined) in &table.sites {
                let TableEntry::Host { gateway: own, listener, host } = joined.entry else { continue };
                let is_compared = *cluster == self.first || *cluster == self.other;
                if own.id != *gateway || !is_compared || !listener.protocol.is_http() {
                    continue;
                }
                let narrower = joined.narrower.iter().copied().cloned().collect();
                let key = (listener.name.clone(), host.to_string());
                let way = || (Way::Hosts(own, listener, host.clone(), narrower), Vec::new());
                let conditions = self.conditions(table, joined);
                if !conditions.is_empty() {
                    all.entry(key).or_insert_with(way).1.extend(conditions);
                }
            }
        }
        all.into_values().map(|(way, conditions)| (way, Predicate::Any(conditions))).collect()
    }

    /// What the requests of a table have in common that may fare otherwise.
    fn conditions(&self, table: &Folded<'_>, joined: &Joined<'_>) -> Vec<Predicate> {
        let (TableEntry::Host { gateway, listener, .. }, differing) = (joined.entry, self.differing) else {
            return Vec::new();
        };
        let own = [
            Scope::Gateway(gateway.id.clone()),
            Scope::Listener(gateway.id.clone(), listener.name.clone()),
            Scope::Table(table.table.id.clone()),
        ];
        let is_own = differing.tables.contains(&table.table.id)
            || own.iter().any(|scope| differing.scopes.contains(scope));
        if is_own {
            return vec![Predicate::always()];
        }
        let turns = table.turns.iter().flatten().filter(|(turn, _)| {
            let of_rule = turn.rule.name.as_ref().is_some_and(|name| {
                differing.scopes.contains(&Scope::Rule(turn.table.id.clone(), name.clone()))
            });
            let of_table = differing.scopes.contains(&Scope::Table(turn.table.id.clone()));
            of_rule
                || of_table
                || destinations(turn.rule).any(|destination| match &destination.target {
                    Target::Service { service, .. } => differing.has(self.program, service),
                    Target::External(_) => differing.mtls,
                })
        });
        turns.map(|(turn, _)| turn.predicate.clone()).collect()
    }

    /// Whether the other cluster answers otherwise, and both have what the request reaches. Whether hops are encrypted is
    /// not part of the answer.
    fn fares_otherwise(&self, request: &Request, trace: &Trace) -> bool {
        let other = decide(self.program, self.other, request);
        let placed = |trace: &Trace| {
            reached(trace).all(|reached| match &reached.target {
                Some(Target::Service { service, .. }) => {
                    self.program.services.get(service).is_some_and(|service| {
                        service.clusters.contains(self.first) && service.clusters.contains(self.other)
                    })
                }
                _ => true,
            })
        };
        let plain = |trace: &Trace| Trace { encrypted: true, ..trace.clone() };
        placed(trace) && placed(&other) && !plain(trace).answers_like(&plain(&other))
    }

    fn shown(
        &self,
        gateway: &GatewayId,
        place: Place,
        trace: &Trace,
        request: &Request,
    ) -> Diagnostic<Place> {
        let (first, other) = (self.first, self.other);
        let elsewhere = decide(self.program, other, request);
        let message = format!("`{first}` and `{other}` answer a request otherwise");
        let finding = Diagnostic::new(Code::CLUSTER_DIVERGENCE, place, message)
            .saying(format!("`{gateway}` is on both"));
        let finding =
            [(first, trace), (other, &elsewhere)].into_iter().fold(finding, |finding, (on, trace)| {
                let place = decisive(trace).and_then(|step| step.place);
                let finding = finding.help(format!("on `{on}` the request below is {}", trace.summary()));
                place
                    .into_iter()
                    .fold(finding, |finding, place| finding.label(place, format!("decides on `{on}`")))
            });
        finding.request(command_line(self.program, first, request))
    }
}
