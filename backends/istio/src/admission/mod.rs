//! Who may pass: AuthorizationPolicies, with what lets Istio look at tokens.
//!
//! Of one workload the requirements are one DENY policy, `gloo-require-…`, whose refusals are answered 401; the entries
//! of `access` are a DENY, `gloo-restrict-…`, and an ALLOW, `gloo-admit-…`. Envoy goes through the rules of all DENY
//! policies in the order of their names, so that requirements are looked at first.

mod apart;
mod cells;
mod condition;
mod draft;
mod gateway;
mod principal;
mod scope;
mod service;
mod value;

pub(crate) use gateway::write as at_gateway;
pub(crate) use service::{guards, write as at_services};

use crate::authorization_policy::{AuthorizationPolicy, AuthorizationRule, Selector, When};
use crate::emission::{Emission, New};
use gloo_ir::{ProviderKind, Test, TextAttribute};
use gloo_source::{Place, Reported};
use gloo_target::{Admission, Conjunct, Literal, Requirement};
use std::collections::BTreeMap;

/// The route by which strict paths are refused.
pub(crate) const STRICT_PATHS: &str = "gloo.strict-paths";
/// So many rules may a policy have.
const MAX_RULES: usize = 512;

/// The pods that policies are for.
struct Workload<'w> {
    namespace: &'w str,
    name: &'w str,
    labels: &'w BTreeMap<String, String>,
}

/// The rules of a workload, each with the place that it comes from.
#[derive(Default)]
struct Rules {
    requirements: Vec<(Place, AuthorizationRule)>,
    denies: Vec<(Place, AuthorizationRule)>,
    /// Who is let in; everybody, if absent.
    allows: Option<Vec<(Place, AuthorizationRule)>>,
}

impl Rules {
    /// Writes the policies; the name of that whose refusals are 401, if there is one.
    fn write(self, emission: &mut Emission<'_>, workload: &Workload<'_>) -> Option<String> {
        let mut policy = |word: &str, action, rules: Vec<(Place, AuthorizationRule)>| {
            let mut all: Vec<AuthorizationRule> = Vec::new();
            let mut sources: Vec<Place> = Vec::new();
            for (place, rule) in rules {
                if !sources.contains(&place) {
                    sources.push(place);
                }
                if !all.contains(&rule) {
                    all.push(rule);
                }
            }
            if all.contains(&AuthorizationRule::default()) {
                all = vec![AuthorizationRule::default()];
            }
            if let (true, Some(place)) = (all.len() > MAX_RULES, sources.first()) {
                let instead = "split the conditions over gateways or services of their own";
                emission.refuse(*place, "policies that come to more than 512 rules", instead);
            }
            let name = emission.name("AuthorizationPolicy", workload.namespace, &[word, workload.name]);
            let selector = Selector { match_labels: workload.labels.clone() };
            let spec = AuthorizationPolicy { selector, action, rules: all };
            emission.object(New {
                namespace: workload.namespace,
                name: &name,
                sources,
                doc: None,
                spec: &spec,
            });
            name
        };
        let required =
            (!self.requirements.is_empty()).then(|| policy("gloo-require", "DENY", self.requirements));
        if !self.denies.is_empty() {
            policy("gloo-restrict", "DENY", self.denies);
        }
        if let Some(allows) = self.allows {
            policy("gloo-admit", "ALLOW", allows);
        }
        required
    }
}

/// The condition that no token of the requirement's provider is verified: it has another issuer, or there is none.
fn unverified(requirement: &Requirement) -> Option<When> {
    match &requirement.provider.kind {
        ProviderKind::Jwt { issuer, .. } => {
            Some(When::new("request.auth.claims[iss]".to_owned(), vec![issuer.clone()], true))
        }
        _ => None,
    }
}

/// Refuses a second provider of a workload, and an issuer that Istio would take for a wildcard.
fn one_provider<'r>(
    emission: &mut Emission<'_>,
    requirements: impl IntoIterator<Item = &'r Requirement>,
) -> Result<Option<&'r Requirement>, Reported> {
    let mut first: Option<&Requirement> = None;
    for requirement in requirements {
        let provider = &requirement.provider;
        if let ProviderKind::Jwt { issuer, .. } = &provider.kind
            && (issuer.is_empty() || issuer.starts_with('*') || issuer.ends_with('*'))
        {
            let what = format!("the issuer `{issuer}`");
            return Err(emission.refuse(provider.place, &what, "say the `iss` that its tokens have"));
        }
        match first {
            Some(one) if one.provider.id != provider.id => {
                let what =
                    format!("`require {}` beside `require {}` at one proxy", provider.id, one.provider.id);
                let instead = "require one of them at the gateway and the other at the service";
                return Err(emission.refuse(requirement.place, &what, instead));
            }
            Some(_) => {}
            None => first = Some(requirement),
        }
    }
    Ok(first)
}

/// Envoy takes a token that isn't forwarded away wherever it is good, whether or not it is required there.
fn refuse_partial(
    emission: &mut Emission<'_>,
    required: &Requirement,
    is_for_all: bool,
) -> Result<(), Reported> {
    match &required.provider.kind {
        ProviderKind::Jwt { forward: false, .. } if !is_for_all => {
            let what = "`forward: false` of a token that is required of some requests only";
            let instead = "say `forward: true`, or require the token of every request there";
            Err(emission.refuse(required.place, what, instead))
        }
        _ => Ok(()),
    }
}

/// The conjuncts, each that asks for the absence of a claim within what requirements are for: elsewhere a token that
/// nobody requires may have been verified all the same.
fn verified(admission: &Admission, matches: &[Conjunct]) -> Vec<Conjunct> {
    let is_claim = |literal: &&Literal| matches!(&literal.test, Test::Text(TextAttribute::Claim { .. }, _));
    let mut found = Vec::new();
    for conjunct in matches {
        let Some(Test::Text(TextAttribute::Claim { provider, .. }, _)) =
            conjunct.literals.iter().filter(is_claim).find(|one| one.negated).map(|one| &one.test)
        else {
            found.push(conjunct.clone());
            continue;
        };
        let own = admission.requirements.iter().filter(|requirement| requirement.provider.id == *provider);
        found.extend(
            own.flat_map(|requirement| &requirement.matches).filter_map(|asked| conjunct.meet(asked)),
        );
    }
    found
}
