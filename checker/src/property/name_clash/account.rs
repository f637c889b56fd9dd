//! Who has which identity, and rules that speak of one of those who share it.

use crate::diagram::Diagrams;
use crate::entrance::Way;
use crate::explore::{Entrance, explore};
use crate::witness::command_line;
use gloo_ir::evaluate::{Caller, Identity, Interest, StepKind};
use gloo_ir::{
    AccessRule, ClusterId, Effect, Gateway, Mtls, Predicate, Program, Protocol, Scope, Scoped, Service,
    SourcePattern,
};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Somebody who has an identity.
#[derive(Clone, Copy)]
pub(super) enum Holder<'a> {
    /// A service.
    Service(&'a Arc<Service>),
    /// A gateway.
    Gateway(&'a Arc<Gateway>),
}

impl<'a> Holder<'a> {
    /// Its name in the program.
    pub(super) fn name(self) -> &'a str {
        match self {
            Self::Service(service) => service.id.as_str(),
            Self::Gateway(gateway) => gateway.id.as_str(),
        }
    }

    /// Where it is declared.
    pub(super) fn place(self) -> Place {
        match self {
            Self::Service(service) => service.place,
            Self::Gateway(gateway) => gateway.place,
        }
    }

    /// The namespace that it is declared in: that of a gateway by its real name, where one is declared.
    pub(super) fn namespace(self, program: &'a Program) -> Option<&'a str> {
        match self {
            Self::Service(service) => Some(service.namespace.as_str()),
            Self::Gateway(gateway) => {
                let mut all = program.namespaces.values();
                all.find(|one| one.name == gateway.namespace).map(|one| one.id.as_str())
            }
        }
    }

    fn account(self) -> &'a str {
        match self {
            Self::Service(service) => &service.account,
            Self::Gateway(gateway) => &gateway.account,
        }
    }

    fn caller(self) -> Caller {
        match self {
            Self::Service(service) => Caller::Service(service.id.clone()),
            Self::Gateway(gateway) => Caller::Gateway(gateway.id.clone()),
        }
    }

    /// Whether a pattern names it, or all of its namespace.
    fn is_named(self, program: &Program, pattern: &SourcePattern) -> bool {
        match (pattern, self) {
            (SourcePattern::Any, _) => true,
            (SourcePattern::Service { service, .. }, Self::Service(own)) => *service == own.id,
            (SourcePattern::Gateway { gateway, .. }, Self::Gateway(own)) => *gateway == own.id,
            (SourcePattern::Namespace { namespace, .. }, own) => {
                own.namespace(program) == Some(namespace.as_str())
            }
            // Whoever names an identity means everybody who has it.
            (SourcePattern::Identity(_), _) => true,
            _ => false,
        }
    }
}

/// Everybody by identity, where mutual TLS gives one.
pub(super) fn holders(program: &Program) -> BTreeMap<Identity, Vec<Holder<'_>>> {
    let services = program.services.values().map(|one| (Holder::Service(one), &one.clusters));
    let gateways = program.gateways.values().map(|one| (Holder::Gateway(one), &one.clusters));
    let mut all: BTreeMap<Identity, Vec<Holder<'_>>> = BTreeMap::new();
    for (holder, clusters) in services.chain(gateways) {
        for cluster in clusters.iter().filter(|cluster| program.mtls(cluster) != Mtls::Off) {
            let Some(identity) = holder.caller().identity(program, cluster) else { continue };
            let same = all.entry(identity).or_default();
            if !same.iter().any(|known| known.place() == holder.place()) {
                same.push(holder);
            }
        }
    }
    all.retain(|_, same| same.len() > 1);
    all
}

/// The access rules that name one of those who share an identity and not the others, shown by a call of another one that
/// the rule decides too.
pub(super) fn told_apart(
    program: &Program,
    by_identity: &BTreeMap<Identity, Vec<Holder<'_>>>,
) -> Vec<Diagnostic<Place>> {
    let mut findings = Vec::new();
    let mut diagrams = Diagrams::new(1);
    for sharing in by_identity.values() {
        for access in &program.access {
            for rule in &access.rules {
                let is_named =
                    |holder: &&Holder<'_>| rule.sources.iter().any(|source| holder.is_named(program, source));
                let named = sharing.iter().find(is_named);
                let other = sharing.iter().find(|holder| !is_named(holder));
                let Some((named, other)) = named.zip(other) else { continue };
                findings.extend(shown(program, &mut diagrams, (&access.targets, rule), *named, *other));
            }
        }
    }
    findings
}

fn shown(
    program: &Program,
    diagrams: &mut Diagrams,
    (targets, rule): (&[Scoped], &AccessRule),
    named: Holder<'_>,
    other: Holder<'_>,
) -> Option<Diagnostic<Place>> {
    let (name, also) = (named.name(), other.name());
    let word = if rule.effect == Effect::Allow { "lets in" } else { "refuses" };
    let message = format!("what {word} `{name}` {word} `{also}` too");
    let account = named.account();
    let finding = Diagnostic::new(Code::NAME_CLASH, rule.place, message)
        .saying(format!("this speaks of `{name}`, not of `{also}`"))
        .label(named.place(), format!("runs as the account `{account}`"))
        .label(other.place(), "and so does this")
        .help("give one of them an `account` of its own, or name both");
    let calls = targets.iter().flat_map(|target| calls(program, target, other));
    let mut undecided = None;
    for (cluster, way) in calls {
        let entrance = Entrance {
            program,
            deciders: vec![(program, cluster)],
            interest: Interest::Outcome,
            scope: way.scope(&Predicate::always(), program, cluster),
            way: &way,
        };
        let decided = explore(diagrams, &entrance, &|_, trace| {
            trace.steps.iter().any(|step| step.step == StepKind::Access && step.place == Some(rule.place))
        });
        match decided.map(|explored| explored.found) {
            Ok(Some((trace, request))) => {
                return Some(
                    finding
                        .help(format!("the request below, of `{also}`, is {}", trace.summary()))
                        .request(command_line(program, cluster, &request)),
                );
            }
            Ok(None) => {}
            Err(why) => drop(undecided.get_or_insert(why)),
        }
    }
    undecided.map(|why| why.shown(rule.place, &format!("whether this decides about calls of `{also}`")))
}

/// The calls of what a target names, by somebody, wherever both are.
fn calls<'a>(program: &'a Program, target: &Scoped, by: Holder<'_>) -> Vec<(&'a ClusterId, Way<'a>)> {
    let caller = by.caller();
    let is_meant = |service: &Service| match &target.scope {
        Scope::Mesh => true,
        Scope::Namespace(namespace) => *namespace == service.namespace,
        Scope::Service(id) => *id == service.id,
        _ => false,
    };
    let mut all = Vec::new();
    for service in program.services.values().filter(|service| is_meant(service)) {
        for cluster in service.clusters.iter().filter_map(|id| program.clusters.get_key_value(id)) {
            let here = target.cluster.as_ref().is_none_or(|only| only == cluster.0);
            if here && caller.identity(program, cluster.0).is_some() {
                let ports = service.ports.iter().filter(|port| port.protocol.is_http());
                all.extend(ports.take(1).map(|port| {
                    let https = port.protocol == Protocol::Https;
                    (cluster.0, Way::Call(service, port.number, https, caller.clone()))
                }));
            }
        }
    }
    all
}
