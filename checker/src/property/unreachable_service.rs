//! Services that no rule names and that nobody may call.

use crate::callable::{covering, may_be_called};
use crate::diagram::Diagrams;
use crate::table::destinations;
use crate::undecided::Undecided;
use gloo_ir::{
    AccessRule, ClauseKind, Effect, LimitScope, LogSink, Program, ProviderKind, Service, ServiceId,
    SourcePattern, Target, TelemetryLog, TelemetryTrace,
};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::BTreeSet;

/// So many of the blocks that close a service are shown.
const MOST_SHOWN: usize = 3;

/// The services that get no request: no rule sends any there, nothing else of the program names them, and access denies
/// every call on every cluster.
pub(crate) fn unreachable_service(program: &Program) -> Vec<Diagnostic<Place>> {
    if program.access.is_empty() {
        return Vec::new();
    }
    let named = named(program);
    let mut diagrams = Diagrams::new(1);
    let others = program.services.values().filter(|service| !named.contains(&service.id));
    others
        .filter_map(|service| match is_closed(program, &mut diagrams, service) {
            Ok(true) => Some(shown(program, service)),
            Ok(false) => None,
            Err(undecided) => {
                Some(undecided.shown(service.place, &format!("whether anybody may call `{}`", service.id)))
            }
        })
        .collect()
}

fn is_closed(program: &Program, diagrams: &mut Diagrams, service: &Service) -> Result<bool, Undecided> {
    for cluster in &service.clusters {
        if may_be_called(program, diagrams, cluster, service)? {
            return Ok(false);
        }
    }
    Ok(!service.clusters.is_empty())
}

fn shown(program: &Program, service: &Service) -> Diagnostic<Place> {
    let message = format!("nothing can reach `{}`", service.id);
    let finding = Diagnostic::new(Code::UNREACHABLE_SERVICE, service.place, message)
        .saying("no rule sends requests to it")
        .help("name in an `allow` who may call it, send requests to it, or delete it");
    let closing: BTreeSet<Place> = service
        .clusters
        .iter()
        .flat_map(|cluster| covering(program, cluster, service))
        .map(|access| access.place)
        .collect();
    let names_gateways = closing_rules(program, service)
        .flat_map(|rule| &rule.sources)
        .any(|source| matches!(source, SourcePattern::Gateway { .. }));
    let text = match (closing.len(), names_gateways) {
        (_, true) => "and this lets in nobody but gateways without a rule for it",
        (1, false) => "and this lets in nobody",
        _ => "this lets in none of its callers",
    };
    closing.into_iter().take(MOST_SHOWN).fold(finding, |finding, place| finding.label(place, text))
}

fn closing_rules<'a>(program: &'a Program, service: &'a Service) -> impl Iterator<Item = &'a AccessRule> {
    let blocks = service.clusters.iter().flat_map(|cluster| covering(program, cluster, service));
    blocks.flat_map(|access| &access.rules).filter(|rule| rule.effect == Effect::Allow)
}

/// The services that rules, providers, limits and telemetry name.
fn named(program: &Program) -> BTreeSet<&ServiceId> {
    let mut named = BTreeSet::new();
    for rule in program.tables.values().flat_map(|table| &table.rules) {
        named.extend(destinations(rule).filter_map(|destination| match &destination.target {
            Target::Service { service, .. } => Some(service),
            Target::External(_) => None,
        }));
    }
    named.extend(program.providers.values().filter_map(|provider| match &provider.kind {
        ProviderKind::Ldap { service, .. }
        | ProviderKind::ApiKey { service, .. }
        | ProviderKind::Hmac { service, .. } => service.as_ref(),
        ProviderKind::Opa { service, .. } | ProviderKind::ExtAuthz { service, .. } => Some(service),
        ProviderKind::Jwt { .. } | ProviderKind::Oidc { .. } | ProviderKind::Basic { .. } => None,
    }));
    let clauses = program.policies.values().flat_map(|policy| &policy.clauses);
    named.extend(clauses.filter_map(|clause| match &clause.kind {
        ClauseKind::Limit(limit) => match &limit.scope {
            LimitScope::Cluster(service) | LimitScope::Mesh(service) => Some(service),
            LimitScope::Proxy => None,
        },
        _ => None,
    }));
    let sinks = program.telemetry.iter().flat_map(|telemetry| {
        let logs = telemetry.logs.iter().map(|TelemetryLog { to, .. }| to);
        logs.chain(telemetry.traces.iter().map(|TelemetryTrace { to, .. }| to))
    });
    named.extend(sinks.filter_map(|sink| match sink {
        LogSink::Otel(service) => Some(service),
        LogSink::Stdout => None,
    }));
    named
}
