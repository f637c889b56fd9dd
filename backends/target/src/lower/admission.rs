//! Who may pass at a listener, a table, a rule, a service: the policies and access blocks that speak of them, resolved.

use super::Lowering;
use crate::{AccessEntry, AccessList, Admission, Requirement};
use gloo_ir::evaluate::{Attributes, covers, meets_test};
use gloo_ir::normal_form::{Conjunct, TooMany, disjuncts};
use gloo_ir::{
    Access, AccessRule, ClauseKind, Effect, Gateway, GatewayKind, Listener, ListenerProtocol, Policy,
    Predicate, Program, Provider, ProviderKind, Scope, Service, Test, TextAttribute,
};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is known of the requests before they come: those of a listener have its port, its scheme, and no identity.
pub(super) type Known<'a> = &'a dyn Fn(&Test) -> Option<bool>;

/// What is known of requests at a service's own proxy.
pub(super) fn nothing_known(_: &Test) -> Option<bool> {
    None
}

/// What is known of the requests that come by a listener.
pub(super) fn known_at<'a>(
    program: &'a Program,
    listener: &'a Listener,
) -> impl Fn(&Test) -> Option<bool> + 'a {
    let is_tls = matches!(listener.protocol, ListenerProtocol::Https | ListenerProtocol::Tls);
    move |test| match test {
        Test::Port(ports) => Some(ports.contains(listener.port)),
        Test::SchemeIsHttps => Some(is_tls),
        // Only by mutual TLS does a caller have an identity, and those outside have none.
        Test::Source(_) | Test::SourceNamespace(_) | Test::SourceCluster(_) => {
            Some(meets_test(program, test, &Attributes::of_connection(listener.port)))
        }
        _ => None,
    }
}

/// The one provider of a `require` that is lowered: a `jwt` that stands alone.
pub(super) fn lowered<'p>(
    program: &'p Program,
    policy: &Policy,
    kind: &ClauseKind,
) -> Option<&'p Arc<Provider>> {
    match kind {
        ClauseKind::Require(providers) if !policy.shadow => match providers.as_slice() {
            [one] => program
                .providers
                .get(one)
                .filter(|provider| matches!(provider.kind, ProviderKind::Jwt { .. })),
            _ => None,
        },
        _ => None,
    }
}

impl Lowering<'_> {
    /// Who may pass at a service's own proxy.
    pub(super) fn at_service(&mut self, service: &Service) -> Arc<Admission> {
        let namespace = Scope::Namespace(service.namespace.clone());
        let scopes = [Scope::Mesh, namespace, Scope::Service(service.id.clone())];
        if self.has_mesh() { self.admission(&scopes, &nothing_known) } else { Arc::default() }
    }

    /// Who may pass of what comes by a listener to what `inner` names.
    pub(super) fn at_listener(
        &mut self,
        gateway: &Gateway,
        listener: &Listener,
        inner: &[Scope],
    ) -> Arc<Admission> {
        if gateway.kind != GatewayKind::Ingress || !listener.protocol.is_http() || listener.redirect_https {
            return Arc::default();
        }
        let own =
            [Scope::Gateway(gateway.id.clone()), Scope::Listener(gateway.id.clone(), listener.name.clone())];
        self.admission(&[&own[..], inner].concat(), &known_at(self.program, listener))
    }

    /// Who may pass where these scopes are met at one proxy.
    fn admission(&mut self, scopes: &[Scope], known: Known<'_>) -> Arc<Admission> {
        let program = self.program;
        if program.policies.is_empty() && program.access.is_empty() {
            return Arc::default();
        }
        let mut verified: Vec<(&Provider, Predicate)> = Vec::new();
        let mut requirements = Vec::new();
        for policy in program.policies_met(&self.cluster.id, scopes) {
            for clause in &policy.clauses {
                let Some(provider) = lowered(program, policy, &clause.kind) else { continue };
                let condition = settled(&clause.condition, known);
                let matches = self.disjuncts(&condition, clause.place);
                if matches.is_empty() {
                    continue;
                }
                verified.push((provider, condition));
                requirements.push(Requirement {
                    policy: policy.id.clone(),
                    place: clause.place,
                    provider: provider.clone(),
                    matches,
                });
            }
        }
        let access = self.access(scopes, &|test| match test {
            Test::Text(TextAttribute::Claim { provider, .. }, _) => {
                let of_it = verified.iter().filter(|(one, _)| one.id == *provider);
                let asked = Predicate::Any(of_it.map(|(_, condition)| condition.clone()).collect());
                Some(Predicate::Test(test.clone()).and(asked))
            }
            test => known(test).map(constant),
        });
        Arc::new(Admission { requirements, access })
    }

    fn access(&mut self, scopes: &[Scope], known: &dyn Fn(&Test) -> Option<Predicate>) -> Option<AccessList> {
        let covering: Vec<&Arc<Access>> = self
            .program
            .access
            .iter()
            .filter(|access| covers(&access.targets, &self.cluster.id, scopes))
            .collect();
        let place = covering.first()?.place;
        let mut list = AccessList { place, denies: Vec::new(), allows: Vec::new() };
        for rule in covering.iter().flat_map(|access| &access.rules) {
            let matches = self.disjuncts(&replaced(&condition(rule), known), rule.place);
            if matches.is_empty() {
                continue;
            }
            let entry = AccessEntry { place: rule.place, matches };
            match rule.effect {
                Effect::Deny => list.denies.push(entry),
                Effect::Allow => list.allows.push(entry),
            }
        }
        Some(list)
    }

    /// The disjunctive form; of what has too many alternatives nothing, which is reported.
    fn disjuncts(&mut self, condition: &Predicate, place: Place) -> Vec<Conjunct> {
        disjuncts(condition).unwrap_or_else(|too_many: TooMany| {
            let help = "split the condition over several clauses";
            self.sink.report(Diagnostic::new(Code::TOO_LARGE, place, too_many.to_string()).help(help));
            Vec::new()
        })
    }

    /// Reports policies on tables and rules that serve calls between services: they would act where the call leaves.
    pub(super) fn policies_of_calls(&mut self, scopes: &BTreeSet<Vec<Scope>>) {
        for scopes in scopes {
            for policy in self.program.policies_met(&self.cluster.id, scopes) {
                self.not_lowered(policy.place, &format!("policy `{}` on calls between services", policy.id));
            }
        }
    }
}

/// The sources of an `allow` or `deny` together with its condition.
fn condition(rule: &AccessRule) -> Predicate {
    if rule.sources.contains(&gloo_ir::SourcePattern::Any) {
        return rule.condition.clone();
    }
    Predicate::Test(Test::Source(rule.sources.clone())).and(rule.condition.clone())
}

fn settled(condition: &Predicate, known: Known<'_>) -> Predicate {
    replaced(condition, &|test| known(test).map(constant))
}

fn constant(holds: bool) -> Predicate {
    if holds { Predicate::always() } else { Predicate::Any(Vec::new()) }
}

/// The predicate with some tests replaced.
fn replaced(predicate: &Predicate, by: &dyn Fn(&Test) -> Option<Predicate>) -> Predicate {
    let each = |parts: &[Predicate]| parts.iter().map(|part| replaced(part, by)).collect();
    match predicate {
        Predicate::All(parts) => Predicate::All(each(parts)),
        Predicate::Any(parts) => Predicate::Any(each(parts)),
        Predicate::Not(part) => Predicate::Not(Box::new(replaced(part, by))),
        Predicate::Test(test) => by(test).unwrap_or_else(|| predicate.clone()),
    }
}
