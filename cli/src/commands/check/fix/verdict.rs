//! Whether a program is worse than it was.

use crate::report::identities;
use crate::workspace::Workspace;
use gloo_checker::Change;
use gloo_source::{Diagnostic, Severity, Stage};
use std::collections::BTreeMap;

/// Why a workspace is worse than before, if it is. One that was understood must stay so and have no new error; one that
/// wasn't may show errors of later steps, which nobody could see, but no more of those that it had. What has a meaning must
/// keep it, for every request.
pub fn worse(before: &Workspace, after: &Workspace) -> Option<String> {
    if let Some(stage) = first_stage(before) {
        let (had, has) = (errors_until(before, stage), errors_until(after, stage));
        let has_more = has.len() > had.len();
        return has
            .last()
            .filter(|_| has_more)
            .map(|error| format!("there would be more errors: {}", error.message));
    }
    let mistake = after.compiled.diagnostics.iter().find(|diagnostic| diagnostic.is_mistake());
    if let Some(mistake) = mistake {
        return Some(format!("the program would have no meaning: {}", mistake.message));
    }
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let errors = |workspace: &Workspace| {
        let all = &workspace.compiled.diagnostics;
        let identities = identities(all, &workspace.compiled.sources);
        let all = all.clone().into_iter().zip(identities);
        all.filter(|(diagnostic, _)| diagnostic.severity == Severity::Error).collect::<Vec<_>>()
    };
    for (_, identity) in errors(before) {
        *known.entry(identity.fingerprint).or_default() += 1;
    }
    let new = errors(after).into_iter().find(|(_, identity)| {
        match known.get_mut(&identity.fingerprint).filter(|left| **left > 0) {
            Some(left) => {
                *left -= 1;
                false
            }
            None => true,
        }
    });
    if let Some((error, _)) = new {
        return Some(format!("there would be a new error: {}", error.message));
    }
    let comparison = gloo_checker::diff(&before.compiled.program, &after.compiled.program);
    let entry = comparison.entries.iter().find(|entry| entry.change != Change::Equal);
    match entry.map(|entry| (&entry.entry, entry.differences.first())) {
        Some((entry, Some(difference))) => {
            Some(format!("requests to {entry} would fare otherwise: {}", difference.requests))
        }
        Some((entry, None)) => Some(format!("it is not known whether requests to {entry} fare as before")),
        None if comparison.is_equal() && comparison.unseen.is_empty() => None,
        None => Some("it changes more than what it mends".to_owned()),
    }
}

/// The first step that could not understand something.
fn first_stage(workspace: &Workspace) -> Option<Stage> {
    let mistakes = workspace.compiled.diagnostics.iter().filter(|diagnostic| diagnostic.is_mistake());
    mistakes.map(|mistake| mistake.code.stage()).min()
}

fn errors_until(workspace: &Workspace, stage: Stage) -> Vec<&Diagnostic> {
    let errors = workspace.compiled.diagnostics.iter().filter(|one| one.severity == Severity::Error);
    errors.filter(|error| error.code.stage() <= stage).collect()
}

#[cfg(test)]
mod tests {
    use super::worse;
    use crate::commands::check::{Depth, find};
    use crate::workspace::Workspace;

    const SHOP: &str = "\
cluster east { backend: envoy(version: \"1.40\") }
namespace shop { service cart { port http: 8080 }  service checkout { port http: 8080 } }
gateway edge { listener web: http(80) { hosts: [\"shop.acme.com\"] } }
";

    fn checked(rules: &str) -> Workspace {
        let program = format!("{SHOP}routes site on edge for \"shop.acme.com\" {{ {rules} }}\n");
        let compiled = gloo_ir::compile(&[("shop.gloo", &program)], None);
        let mut workspace = Workspace { root: "/".into(), compiled };
        find(&mut workspace, Depth::Requests);
        workspace
    }

    /// What is said of a change of the rules.
    fn said(before: &str, after: &str) -> Option<String> {
        worse(&checked(before), &checked(after))
    }

    #[test]
    fn meanings_stay() {
        let shadowed = "any /cart/** => cart  GET /cart/x => checkout  otherwise => checkout";
        assert_eq!(said(shadowed, "any /cart/** => cart  otherwise => checkout"), None);
        let said_of = |after: &str| said(shadowed, after).unwrap_or_default();
        let other = said_of("GET /cart/x => checkout  any /cart/** => cart  otherwise => checkout");
        assert!(other.contains("would fare otherwise"), "{other}");
        assert!(said_of("any /cart/** => cart  otherwise => respond(404)").contains("would fare otherwise"));
        assert!(said_of("any /cart/** => nothing").contains("the program would have no meaning"));
        let new = said_of("any /cart/** => cart  POST /cart/y => checkout  otherwise => checkout");
        assert!(new.contains("a new error: `rule 2`"), "{new}");
    }

    #[test]
    fn mistakes_get_no_more() {
        assert_eq!(said("get /a => \"cart\"", "GET /a => \"cart\""), None, "the later mistake was hidden");
        assert_eq!(said("GET /a => \"cart\"", "GET /a => cart"), None);
        let more = said("GET /a => nothing", "GET /a => nothing  GET /b => nowhere");
        assert!(more.is_some_and(|why| why.contains("more errors")));
    }
}
