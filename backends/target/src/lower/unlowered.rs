//! What has a meaning and is not lowered to any target yet: most policies, telemetry, patches. Each clause that
//! reaches something of the cluster is an error at its place, so that none is dropped in silence.

use super::Lowering;
use super::admission::lowered;
use super::upstream::is_on;
use gloo_ir::{Attachment, ClauseKind, Gateway, GatewayKind, Policy, Scope, Scoped, TableId};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a target comes to on a cluster.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// Nothing of the cluster.
    Nothing,
    /// Services, at proxies of their own.
    Services,
    /// A gateway, a listener, a table or a rule.
    Entries,
}

impl Lowering<'_> {
    /// Reports what reaches the cluster and is not lowered. `tables` are those that serve one of its entries, by
    /// themselves or through others.
    pub(super) fn unlowered(&mut self, tables: &BTreeSet<TableId>) {
        let program = self.program;
        for policy in program.policies.values() {
            let reach = self.reach(&policy.targets, tables);
            let is_egress = self.is_on_egress(&policy.targets);
            for clause in &policy.clauses {
                if reach != Reach::Nothing
                    && !is_egress
                    && (reach == Reach::Entries || self.has_mesh())
                    && lowered(program, policy, &clause.kind).is_some()
                {
                    continue;
                }
                let what = format!("{} in policy `{}`", self.words(policy, &clause.kind), policy.id);
                self.refuse(reach, clause.place, &what);
            }
        }
        for access in &program.access {
            let reach = self.reach(&access.targets, tables);
            let is_lowered = self.has_mesh() || reach == Reach::Entries;
            if !is_lowered || self.is_on_egress(&access.targets) || self.is_on_connections(&access.targets) {
                let what = if self.is_on_egress(&access.targets) {
                    "`access` on an egress gateway"
                } else if self.is_on_connections(&access.targets) {
                    "`access` on a gateway with tcp or tls listeners"
                } else {
                    "`access`"
                };
                self.refuse(reach, access.place, what);
            }
        }
        for telemetry in &program.telemetry {
            let reach = self.reach(&telemetry.targets, tables);
            // Telemetry on services is recorded at the gateways too, so a mesh isn't what it lacks.
            let reach = if reach == Reach::Services { Reach::Entries } else { reach };
            let logs = telemetry.logs.iter().map(|log| (log.place, "log"));
            let traces = telemetry.traces.iter().map(|trace| (trace.place, "trace"));
            for (place, word) in logs.chain(traces) {
                self.refuse(reach, place, &format!("`{word}` in telemetry `{}`", telemetry.id));
            }
        }
        for patch in &program.patches {
            let reach = self.reach(&patch.targets, tables);
            self.refuse(reach, patch.place, &format!("patch `{}`", patch.id));
        }
        self.trusts();
    }

    fn trusts(&mut self) {
        let Some(mesh) = self.program.mesh.as_ref().filter(|_| self.has_mesh()) else { return };
        for trust in &mesh.trusts {
            self.refuse(Reach::Entries, trust.ca.at, &format!("the trusted domain `{}`", trust.trust_domain));
        }
    }

    fn refuse(&mut self, reach: Reach, place: Place, what: &str) {
        match reach {
            Reach::Nothing => {}
            Reach::Services if !self.has_mesh() => {
                self.no_mesh(place, &format!("{what} acts at services' own proxies"));
            }
            Reach::Services | Reach::Entries => self.not_lowered(place, what),
        }
    }

    /// Reports what gloo knows the meaning of and doesn't write for any target.
    pub(super) fn not_lowered(&mut self, place: Place, what: &str) {
        let message = format!("gloo doesn't lower {what} to any target yet");
        self.sink.report(
            Diagnostic::new(Code::NOT_LOWERED, place, message)
                .saying(format!("reaches cluster `{}`", self.cluster.id))
                .help("it is checked and tested all the same; build for a cluster that it doesn't reach"),
        );
    }

    /// A clause, with what of it keeps it from being lowered where others of its kind are.
    fn words(&self, policy: &Policy, kind: &ClauseKind) -> String {
        let verb = kind.verb();
        match kind {
            ClauseKind::Require(_) if policy.shadow => format!("`{verb}` that only logs"),
            ClauseKind::Require(providers) if providers.len() > 1 => format!("`{verb}` with `||`"),
            ClauseKind::Require(providers) => {
                let provider = providers.first().and_then(|one| self.program.providers.get(one));
                provider.map_or_else(
                    || format!("`{verb}`"),
                    |provider| format!("`{verb}` by {} `{}`", provider.kind.word(), provider.id),
                )
            }
            _ => format!("`{verb}`"),
        }
    }

    /// Whether it speaks of a gateway that calls leave by.
    fn is_on_egress(&self, targets: &[Scoped]) -> bool {
        self.gateways(targets).any(|gateway| gateway.kind == GatewayKind::Egress)
    }

    /// Whether it speaks of a gateway that takes connections of which only bytes are known.
    fn is_on_connections(&self, targets: &[Scoped]) -> bool {
        self.gateways(targets).any(|gateway| gateway.listeners.iter().any(|one| !one.protocol.is_http()))
    }

    /// The gateways of the cluster that targets name, or a listener of.
    fn gateways<'t>(&'t self, targets: &'t [Scoped]) -> impl Iterator<Item = &'t Arc<Gateway>> {
        let here = targets.iter().filter(|target| is_on(target, &self.cluster.id));
        here.filter_map(|target| match &target.scope {
            Scope::Gateway(gateway) | Scope::Listener(gateway, _) => self.program.gateways.get(gateway),
            _ => None,
        })
        .filter(|gateway| gateway.clusters.contains(&self.cluster.id))
    }

    fn reach(&self, targets: &[Scoped], tables: &BTreeSet<TableId>) -> Reach {
        let here = targets.iter().filter(|target| is_on(target, &self.cluster.id));
        here.map(|target| self.reach_of(&target.scope, tables)).max().unwrap_or(Reach::Nothing)
    }

    fn reach_of(&self, scope: &Scope, tables: &BTreeSet<TableId>) -> Reach {
        let program = self.program;
        let cluster = &self.cluster.id;
        let mut services = program.services.values().filter(|one| one.clusters.contains(cluster));
        let (reach, found) = match scope {
            Scope::Mesh => (Reach::Services, services.next().is_some()),
            Scope::Namespace(namespace) => (Reach::Services, services.any(|one| one.namespace == *namespace)),
            Scope::Service(service) => (Reach::Services, services.any(|one| one.id == *service)),
            Scope::External(_) => (Reach::Nothing, false),
            Scope::Gateway(gateway) | Scope::Listener(gateway, _) => {
                let gateway = program.gateways.get(gateway);
                (Reach::Entries, gateway.is_some_and(|one| one.clusters.contains(cluster)))
            }
            Scope::Table(table) | Scope::Rule(table, _) => {
                let mesh = program
                    .tables
                    .get(table)
                    .is_some_and(|table| matches!(table.attachment, Attachment::Mesh { .. }));
                let reach = if mesh { Reach::Services } else { Reach::Entries };
                (reach, tables.contains(table))
            }
        };
        if found { reach } else { Reach::Nothing }
    }
}
