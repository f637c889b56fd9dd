//! Rules that ask who calls where callers may come without an identity.

use crate::callable::{covering, scopes};
use crate::crossing::{mtls_place, some_call};
use crate::witness::command_line;
use gloo_ir::evaluate::{Caller, Request, StepKind, covers, decide};
use gloo_ir::normal_form::disjuncts;
use gloo_ir::{AccessRule, ClusterId, Effect, Mtls, Predicate, Program, Service, SourcePattern, Test};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::BTreeMap;

/// The access rules and clauses at services that read `source` on a cluster whose `mtls` is permissive or off. Where it is
/// off on every cluster of an access rule, the rule does nothing at all, which is said elsewhere.
pub(crate) fn identity_without_mtls(program: &Program) -> Vec<Diagnostic<Place>> {
    let weak = |cluster: &&ClusterId| program.mtls(cluster) != Mtls::Strict;
    if !program.clusters.keys().any(|cluster| weak(&cluster)) {
        return Vec::new();
    }
    let mut by_rule: BTreeMap<Place, Rule<'_>> = BTreeMap::new();
    let mut clauses: BTreeMap<Place, (&ClusterId, &Service, &'static str)> = BTreeMap::new();
    for service in program.services.values() {
        for cluster in &service.clusters {
            for rule in covering(program, cluster, service).into_iter().flat_map(|access| &access.rules) {
                if reads_source(rule) {
                    let known = by_rule.entry(rule.place);
                    known.or_insert_with(|| Rule { rule, at: Vec::new() }).at.push((cluster, service));
                }
            }
            let own = scopes(service);
            let acting = program.policies.values().filter(|policy| !policy.shadow);
            for policy in acting.filter(|policy| weak(&cluster) && covers(&policy.targets, cluster, &own)) {
                for clause in policy.clauses.iter().filter(|clause| asks_who(&clause.condition)) {
                    clauses.entry(clause.place).or_insert((cluster, service, clause.kind.verb()));
                }
            }
        }
    }
    let of_rules = by_rule.values().filter_map(|rule| rule.shown(program));
    let of_clauses = clauses.iter().map(|(place, (cluster, service, verb))| {
        let message = format!("this `{verb}` asks who calls, and calls of `{}` may not say so", service.id);
        labelled(program, cluster, Diagnostic::new(Code::IDENTITY_WITHOUT_MTLS, *place, message))
    });
    of_rules.chain(of_clauses).collect()
}

/// An access rule, with the proxies where it is asked.
struct Rule<'a> {
    rule: &'a AccessRule,
    at: Vec<(&'a ClusterId, &'a Service)>,
}

fn reads_source(rule: &AccessRule) -> bool {
    names_somebody(&rule.sources) || asks_who(&rule.condition)
}

/// Whether a list of sources tells those who have an identity apart.
fn names_somebody(sources: &[SourcePattern]) -> bool {
    !sources.contains(&SourcePattern::Any)
        && sources.iter().any(|source| !matches!(source, SourcePattern::Outside))
}

fn asks_who(condition: &Predicate) -> bool {
    let mut asks = false;
    condition.each_test(&mut |test| {
        asks |= match test {
            Test::Source(sources) => names_somebody(sources),
            Test::SourceNamespace(_) | Test::SourceCluster(_) => true,
            _ => false,
        };
    });
    asks
}

impl Rule<'_> {
    fn shown(&self, program: &Program) -> Option<Diagnostic<Place>> {
        let (cluster, service) = self.at.iter().find(|(cluster, _)| program.mtls(cluster) != Mtls::Strict)?;
        let is_idle = self.at.iter().all(|(cluster, _)| program.mtls(cluster) == Mtls::Off);
        if is_idle && names_somebody(&self.rule.sources) {
            return None;
        }
        let word = if self.rule.effect == Effect::Allow { "allow" } else { "deny" };
        let message = format!("this `{word}` asks who calls, and calls of `{}` may not say so", service.id);
        let finding = Diagnostic::new(Code::IDENTITY_WITHOUT_MTLS, self.rule.place, message);
        let finding = labelled(program, cluster, finding);
        let Some((who, request)) = self.missed(program, cluster, service) else { return Some(finding) };
        let effect = if self.rule.effect == Effect::Allow { "let in" } else { "kept out" };
        Some(
            finding
                .help(format!("the request below, of {who} in plain text, is not {effect} by it"))
                .request(command_line(program, cluster, &request)),
        )
    }

    /// A call in plain text of somebody whom the rule names, which it doesn't decide.
    fn missed(&self, program: &Program, cluster: &ClusterId, service: &Service) -> Option<(String, Request)> {
        let named = self.rule.sources.iter().find_map(|source| match source {
            SourcePattern::Service { service, .. } => Some(service.clone()),
            SourcePattern::Namespace { namespace, .. } => {
                let mut own = program.services.values().filter(|one| one.namespace == *namespace);
                own.find(|one| one.clusters.contains(cluster)).map(|one| one.id.clone())
            }
            _ => None,
        })?;
        let call = some_call(program, cluster, service)?;
        let witness = disjuncts(&self.rule.condition).ok()?.first()?.witness(program.paths())?;
        let mut request =
            Request::of_witness(call.entry.clone(), &witness, &service.name, call.port, call.tls);
        // Without mutual TLS nobody sees who calls.
        let is_off = program.mtls(cluster) == Mtls::Off;
        request.caller = if is_off { Caller::Service(named.clone()) } else { Caller::Outside };
        let trace = decide(program, cluster, &request);
        let decides = trace
            .steps
            .iter()
            .any(|step| step.step == StepKind::Access && step.place == Some(self.rule.place));
        (!decides).then(|| (format!("`{named}`"), request))
    }
}

fn labelled(program: &Program, cluster: &ClusterId, finding: Diagnostic<Place>) -> Diagnostic<Place> {
    let is_off = program.mtls(cluster) == Mtls::Off;
    let word = if is_off { "nobody shows an identity" } else { "callers may come without an identity" };
    let finding = finding.saying("only mutual TLS says who calls");
    let finding = match mtls_place(program, cluster) {
        Some(place) => finding.label(place, format!("on `{cluster}` {word}")),
        None => finding,
    };
    finding
        .help(format!("let `{cluster}` have `mtls: strict`, or ask for something that every caller can show"))
}
