//! The entries of a cluster: listeners with their hosts, services that are called.

use super::Lowering;
use super::table::TablePlan;
use crate::{
    Admission, Answer, ConnectionHost, GatewayPlan, ListenerPlan, ListenerRoutes, MeshEntry, PlanRule,
    RuleOrigin, UpstreamKey, VirtualHost,
};
use gloo_domain::PortSet;
use gloo_ir::joined::{Contender, Joined, TableEntry, overlaps};
use gloo_ir::normal_form::{Conjunct, Literal};
use gloo_ir::{
    Destination, Gateway, GatewayId, Listener, Options, Percent, Port, Respond, Scope, Service, Table,
    TableId, Target, Test,
};
use gloo_source::{Code, Diagnostic};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Lowering<'_> {
    /// The gateways of the cluster and the services that tables are for, with their joined tables.
    pub(super) fn entries(&mut self, joined: &[Joined<'_>]) -> (Vec<GatewayPlan>, Vec<MeshEntry>) {
        let mut listeners: BTreeMap<(GatewayId, String), ListenerRoutes> = BTreeMap::new();
        let mut mesh = Vec::new();
        for one in joined {
            let rules = self.join(one);
            let tables: Vec<TableId> = one.tables.iter().map(|table| table.id.clone()).collect();
            match one.entry {
                TableEntry::Host { gateway, listener, host } => {
                    let routes = listeners
                        .entry((gateway.id.clone(), listener.name.clone()))
                        .or_insert_with(|| nothing(listener));
                    match routes {
                        ListenerRoutes::Http(hosts) => {
                            let rules = answered(rules, &one.tables);
                            hosts.push(VirtualHost { host: host.clone(), tables, rules });
                        }
                        ListenerRoutes::Connections(hosts) => {
                            hosts.push(ConnectionHost { host: Some(host.clone()), tables, rules });
                        }
                    }
                }
                TableEntry::Port { gateway, listener } => {
                    let hosts = vec![ConnectionHost { host: None, tables, rules }];
                    listeners.insert(
                        (gateway.id.clone(), listener.name.clone()),
                        ListenerRoutes::Connections(hosts),
                    );
                }
                TableEntry::Calls { service } => {
                    if self.has_mesh() {
                        let rules = self.passed_on(rules, &one.tables, service);
                        mesh.push(MeshEntry { service: service.clone(), tables, rules });
                    } else {
                        for table in &one.tables {
                            self.no_mesh(table.place, "this table is for calls between services");
                        }
                    }
                }
            }
        }
        let called = mesh.iter().flat_map(|entry| &entry.rules).map(|rule| rule.origin.scopes.clone());
        self.policies_of_calls(&called.collect());
        let program = self.program;
        let here = program.gateways.values().filter(|one| one.clusters.contains(&self.cluster.id));
        (here.map(|gateway| self.gateway_plan(gateway, &mut listeners)).collect(), mesh)
    }

    fn gateway_plan(
        &mut self,
        gateway: &Arc<Gateway>,
        routes: &mut BTreeMap<(GatewayId, String), ListenerRoutes>,
    ) -> GatewayPlan {
        let listeners = gateway.listeners.iter().map(|listener| {
            let routes = routes.remove(&(gateway.id.clone(), listener.name.clone()));
            let routes = routes.unwrap_or_else(|| nothing(listener));
            let unrouted = self.at_listener(gateway, listener, &[]);
            let admissions = self.admissions(gateway, listener, &routes, &unrouted);
            ListenerPlan { listener: listener.clone(), routes, unrouted, admissions }
        });
        GatewayPlan { gateway: gateway.clone(), listeners: listeners.collect() }
    }

    /// Who may pass where it is not as at the listener itself.
    fn admissions(
        &mut self,
        gateway: &Gateway,
        listener: &Listener,
        routes: &ListenerRoutes,
        unrouted: &Arc<Admission>,
    ) -> BTreeMap<Vec<Scope>, Arc<Admission>> {
        let ListenerRoutes::Http(hosts) = routes else { return BTreeMap::new() };
        if self.program.policies.is_empty() && self.program.access.is_empty() {
            return BTreeMap::new();
        }
        let rules = hosts.iter().flat_map(|host| &host.rules);
        let scopes: BTreeSet<&Vec<Scope>> = rules.map(|rule| &rule.origin.scopes).collect();
        let each =
            scopes.into_iter().map(|scopes| (scopes.clone(), self.at_listener(gateway, listener, scopes)));
        each.filter(|(_, admission)| admission != unrouted).collect()
    }

    /// The rules of the tables of one entry in the order in which they decide.
    fn join(&mut self, joined: &Joined<'_>) -> Vec<Arc<PlanRule>> {
        let plans: Vec<&TablePlan> =
            joined.tables.iter().filter_map(|table| self.tables.get(&table.id)).collect();
        if plans.len() > 1 {
            self.refuse_conflicts(joined, &plans);
        }
        let rules = plans.iter().flat_map(|plan| &plan.rules);
        rules.chain(plans.iter().flat_map(|plan| &plan.last)).cloned().collect()
    }

    /// Tables whose rules meet have no order. The checker has said so with a request; no plan picks one.
    fn refuse_conflicts(&mut self, joined: &Joined<'_>, plans: &[&TablePlan]) {
        let rules: Vec<&PlanRule> = plans.iter().flat_map(|plan| &plan.rules).map(|rule| &**rule).collect();
        let contenders: Vec<Contender<'_>> = plans
            .iter()
            .enumerate()
            .flat_map(|(table, plan)| {
                plan.rules.iter().map(move |rule| Contender { table, matches: &rule.matches })
            })
            .collect();
        let mut pairs: Vec<(&PlanRule, &PlanRule)> = overlaps(&contenders, &joined.scope(), 1)
            .iter()
            .filter_map(|pair| Some((*rules.get(pair.one)?, *rules.get(pair.other)?)))
            .collect();
        let mut last = plans.iter().filter_map(|plan| plan.last.first());
        if let (Some(one), Some(other)) = (last.next(), last.next()) {
            pairs.push((one, other));
        }
        for (one, other) in pairs {
            let message = format!(
                "`{}` of `{}` and `{}` of `{}` match the same requests",
                one.origin.title, one.origin.table, other.origin.title, other.origin.table
            );
            self.sink.report(
                Diagnostic::new(Code::CONFLICTING_ROUTES, one.origin.place, message)
                    .label(other.origin.place, "the other rule"),
            );
        }
    }

    /// The rules, and what none of them matches passed on to the service that is called.
    fn passed_on(
        &mut self,
        mut rules: Vec<Arc<PlanRule>>,
        tables: &[&Arc<Table>],
        service: &Arc<Service>,
    ) -> Vec<Arc<PlanRule>> {
        if ends(&rules) {
            return rules;
        }
        let ports: Vec<&Port> = service.ports.iter().filter(|port| port.protocol.is_http()).collect();
        let whole = Target::Service { service: service.id.clone(), subset: None, cluster: None };
        for (number, port) in ports.iter().enumerate() {
            let place = service.place;
            let itself = Destination { target: whole.clone(), port: port.name.clone(), place };
            // Of several ports each passes on to itself; the last needs no test, as there is no other.
            let matches = if number + 1 == ports.len() {
                Conjunct::default()
            } else {
                let test = Test::Port(PortSet::port(port.number));
                Conjunct { literals: vec![Literal { test, negated: false }] }
            };
            let answer = Answer::Forward(vec![(UpstreamKey::of(&itself), Percent::ALL)]);
            self.upstreams(&[itself]);
            rules.extend(no_rule(tables, matches, answer));
        }
        rules
    }
}

fn nothing(listener: &Listener) -> ListenerRoutes {
    if listener.protocol.is_http() {
        ListenerRoutes::Http(Vec::new())
    } else {
        ListenerRoutes::Connections(Vec::new())
    }
}

/// The rules, and a 404 for what none of them matches.
fn answered(mut rules: Vec<Arc<PlanRule>>, tables: &[&Arc<Table>]) -> Vec<Arc<PlanRule>> {
    if !ends(&rules) {
        let answer = Answer::Respond(Respond { status: 404, body: None, grpc: None });
        rules.extend(no_rule(tables, Conjunct::default(), answer));
    }
    rules
}

/// Whether the last rule matches everything.
fn ends(rules: &[Arc<PlanRule>]) -> bool {
    rules.last().is_some_and(|rule| rule.matches.iter().any(|conjunct| conjunct.literals.is_empty()))
}

/// The answer to what no rule of the tables matches.
fn no_rule(tables: &[&Arc<Table>], matches: Conjunct, answer: Answer) -> Option<Arc<PlanRule>> {
    let table = tables.first()?;
    Some(Arc::new(PlanRule {
        origin: RuleOrigin {
            table: table.id.clone(),
            title: "no rule".to_owned(),
            place: table.place,
            doc: None,
            scopes: tables.iter().map(|table| Scope::Table(table.id.clone())).collect(),
        },
        matches: vec![matches],
        path: None,
        answer,
        options: Options::default(),
    }))
}
