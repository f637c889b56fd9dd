//! Step 6: who the caller is.

use super::policies::{Applied, clauses};
use super::walk::{Decider, Ended, Passing, Walk};
use super::{Credential, Final, Refusal, StepKind};
use crate::{
    ClauseKind, Predicate, Program, Provider, ProviderId, ProviderKind, Test, TextAttribute, TextTest,
};
use gloo_domain::{Method, PathPattern};
use std::collections::BTreeSet;

/// How a `require` is decided.
enum Decision<'a> {
    /// By the first provider whose credential is present, or by one that needs none.
    By(&'a ProviderId, Credential),
    /// No credential is present; the last provider can send a browser to log in.
    LogIn(&'a ProviderId),
    /// No credential is present.
    Missing,
}

/// Decides every `require` whose condition holds, and remembers whom they verified.
pub(crate) fn authenticate(
    walk: &mut Walk<'_>,
    policies: &[Applied<'_>],
    passing: &mut Passing,
) -> Result<(), Ended> {
    would_authenticate(walk, policies, passing);
    let requires = clauses(walk.program, policies, &passing.seen, requires);
    for (policy, clause, alternatives) in requires {
        let decider = Decider::policy(&policy.id, clause.place);
        match decide(walk.program, alternatives, passing) {
            Decision::By(provider, Credential::Valid) => {
                walk.step(StepKind::Authentication, &decider, format!("verified by `{provider}`"));
                walk.record.authenticated.insert(provider.clone());
                passing.seen.verified.insert(provider.clone());
            }
            Decision::By(provider, _) if !has_presence(walk.program, provider) => {
                return Err(walk.deny(
                    StepKind::Authentication,
                    &decider,
                    Refusal::Any,
                    format!("`{provider}` refuses it"),
                ));
            }
            Decision::By(provider, _) => {
                return Err(walk.deny(
                    StepKind::Authentication,
                    &decider,
                    Refusal::Status(401),
                    format!("the credential for `{provider}` is not valid"),
                ));
            }
            Decision::LogIn(provider) => return Err(log_in(walk, &decider, provider)),
            Decision::Missing => {
                let wanted = listed(alternatives);
                return Err(walk.deny(
                    StepKind::Authentication,
                    &decider,
                    Refusal::Status(401),
                    format!("no credential for {wanted}"),
                ));
            }
        }
    }
    Ok(())
}

/// Whom the requires of these policies verify, without a word: routes read claims, and are found before the policies
/// of what they find are known.
pub(crate) fn verified(
    program: &Program,
    policies: &[Applied<'_>],
    passing: &Passing,
) -> BTreeSet<ProviderId> {
    let requires = clauses(program, policies, &passing.seen, requires);
    let decided = requires.into_iter().filter_map(|(_, _, alternatives)| {
        match decide(program, alternatives, passing) {
            Decision::By(provider, Credential::Valid) => Some(provider.clone()),
            _ => None,
        }
    });
    decided.collect()
}

/// Takes the callback and logout paths of `oidc` providers out of the table, whatever the `where` of their clause.
pub(crate) fn answer_for_log_in(
    walk: &mut Walk<'_>,
    policies: &[Applied<'_>],
    passing: &Passing,
) -> Result<(), Ended> {
    let Some(path) = passing.seen.path.as_deref() else { return Ok(()) };
    let acting = policies.iter().map(|applied| applied.policy).filter(|policy| !policy.shadow);
    for (policy, clause) in
        acting.flat_map(|policy| policy.clauses.iter().map(move |clause| (policy, clause)))
    {
        let providers = requires(&clause.kind).unwrap_or_default().iter();
        for provider in providers.filter_map(|provider| walk.program.providers.get(provider).cloned()) {
            let says = log_in_path(&provider, path);
            for own in log_in_paths(&provider) {
                let is_own = || Predicate::Test(Test::Path(own.iter().cloned().collect()));
                passing.seen.note(walk.program, is_own, own.as_ref().is_some_and(|own| own.contains(path)));
            }
            let Some(says) = says else { continue };
            let decider = Decider::policy(&policy.id, clause.place);
            walk.step(StepKind::Authentication, &decider, format!("`{path}` {says} `{}`", provider.id));
            return Err(Final::Redirected { status: 302, location: None, by: decider.name }.into());
        }
    }
    Ok(())
}

/// The paths that a provider takes out of the table.
fn log_in_paths(provider: &Provider) -> Vec<Option<PathPattern>> {
    match &provider.kind {
        ProviderKind::Oidc { callback, logout, .. } => {
            let paths = [Some(callback), logout.as_ref()].into_iter().flatten();
            paths.map(|path| PathPattern::parse(path).ok()).collect()
        }
        _ => Vec::new(),
    }
}

fn log_in_path(provider: &Provider, path: &str) -> Option<&'static str> {
    match &provider.kind {
        ProviderKind::Oidc { callback, .. } if callback == path => Some("ends the log-in at"),
        ProviderKind::Oidc { logout: Some(logout), .. } if logout == path => Some("logs out of"),
        _ => None,
    }
}

/// Says what policies that only log would have refused.
fn would_authenticate(walk: &mut Walk<'_>, policies: &[Applied<'_>], passing: &Passing) {
    // Nothing depends on what is only logged.
    let passing = &Passing { seen: passing.seen.unheard(), ..passing.clone() };
    for policy in policies.iter().map(|applied| applied.policy).filter(|policy| policy.shadow) {
        for clause in &policy.clauses {
            let Some(alternatives) = requires(&clause.kind) else { continue };
            let asked = super::meets(walk.program, &clause.condition, &passing.seen);
            if asked
                && !matches!(decide(walk.program, alternatives, passing), Decision::By(_, Credential::Valid))
            {
                let decider = Decider::policy(&policy.id, clause.place);
                walk.step(StepKind::Authentication, &decider, "would refuse it, but only logs");
            }
        }
    }
}

fn requires(kind: &ClauseKind) -> Option<&[ProviderId]> {
    match kind {
        ClauseKind::Require(alternatives) => Some(alternatives),
        _ => None,
    }
}

fn decide<'a>(program: &Program, alternatives: &'a [ProviderId], passing: &Passing) -> Decision<'a> {
    for provider in alternatives {
        let credential = passing.asked_for_credential(provider);
        if credential != Credential::Absent || !has_presence(program, provider) {
            return Decision::By(provider, credential);
        }
    }
    let last = alternatives.last().filter(|last| is_oidc(program, last));
    match last {
        Some(provider) if is_browsing(program, passing) => Decision::LogIn(provider),
        _ => Decision::Missing,
    }
}

fn log_in(walk: &mut Walk<'_>, decider: &Decider, provider: &ProviderId) -> Ended {
    walk.step(StepKind::Authentication, decider, format!("sent to `{provider}` to log in"));
    let issuer = walk.program.providers.get(provider).and_then(|provider| match &provider.kind {
        ProviderKind::Oidc { issuer, .. } => Some(issuer.clone()),
        _ => None,
    });
    Final::Denied { status: Refusal::Status(302), by: decider.name.clone(), location: issuer }.into()
}

fn has_presence(program: &Program, provider: &ProviderId) -> bool {
    program.providers.get(provider).is_none_or(|provider| provider.kind.has_presence())
}

fn is_oidc(program: &Program, provider: &ProviderId) -> bool {
    program.providers.get(provider).is_some_and(|one| matches!(one.kind, ProviderKind::Oidc { .. }))
}

/// Whether a person with a browser waits for the answer: a GET or HEAD that accepts HTML.
fn is_browsing(program: &Program, passing: &Passing) -> bool {
    let reads = Predicate::Test(Test::Method(vec![Method::Get, Method::Head]));
    let accept = TextAttribute::Header("accept".to_owned());
    let html = Predicate::Test(Test::Text(accept, TextTest::Contains("text/html".to_owned())));
    super::meets(program, &reads.and(html), &passing.seen)
}

fn listed(alternatives: &[ProviderId]) -> String {
    let names: Vec<String> = alternatives.iter().map(|provider| format!("`{provider}`")).collect();
    names.join(" or ")
}
