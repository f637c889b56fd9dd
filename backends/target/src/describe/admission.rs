//! Who may pass, in words close to the language's.

use super::words;
use crate::{AccessEntry, Admission, Guarded, ListenerPlan, ListenerRoutes, Requirement};
use gloo_ir::Scope;
use gloo_ir::normal_form::Conjunct;
use std::fmt::{Formatter, Result};

/// What is asked of requests at a listener, and by it of the parts of each rule's.
pub(super) fn of_listener(f: &mut Formatter<'_>, plan: &ListenerPlan) -> Result {
    lines(f, "    elsewhere", &plan.unrouted)?;
    for (scopes, admission) in &plan.admissions {
        let names: Vec<String> = scopes.iter().map(scope).collect();
        lines(f, &format!("    at {}", names.join(", ")), admission)?;
    }
    let ListenerRoutes::Http(hosts) = &plan.routes else { return Ok(()) };
    for rule in hosts.iter().flat_map(|host| &host.rules) {
        let admission = plan.admission(rule);
        if admission.is_open() {
            continue;
        }
        let parts = admission.guarded(&rule.matches).unwrap_or_default();
        for part in parts {
            writeln!(f, "    {} {}: {}", rule.origin.table, rule.origin.title, guarded(&part))?;
        }
    }
    Ok(())
}

/// What is asked at one place; nothing where nothing is.
pub(super) fn lines(f: &mut Formatter<'_>, title: &str, admission: &Admission) -> Result {
    if admission.is_open() {
        return Ok(());
    }
    writeln!(f, "{title}:")?;
    for Requirement { policy, provider, matches, .. } in &admission.requirements {
        writeln!(f, "      {policy} requires {} where {}", provider.id, any(matches))?;
    }
    let Some(access) = &admission.access else { return Ok(()) };
    let entries = |f: &mut Formatter<'_>, word: &str, all: &[AccessEntry]| {
        all.iter().try_for_each(|entry| writeln!(f, "      {word} where {}", any(&entry.matches)))
    };
    entries(f, "denies", &access.denies)?;
    entries(f, "allows", &access.allows)?;
    writeln!(f, "      else denies")
}

fn guarded(part: &Guarded) -> String {
    let guard = &part.guard;
    let mut words: Vec<String> =
        guard.providers.iter().map(|provider| format!("a token of {}", provider.id)).collect();
    if !guard.denies.is_empty() {
        words.push(format!("not {}", any(&guard.denies)));
    }
    match guard.allows.as_deref() {
        Some([]) => words.push("nobody".to_owned()),
        Some(allows) => words.push(any(allows)),
        None => {}
    }
    let asked = if words.is_empty() { "nothing".to_owned() } else { words.join(", ") };
    format!("{} asks for {asked}", any(&part.matches))
}

fn any(conjuncts: &[Conjunct]) -> String {
    conjuncts.iter().map(words::conjunct).collect::<Vec<_>>().join(" || ")
}

fn scope(scope: &Scope) -> String {
    match scope {
        Scope::Table(table) => table.to_string(),
        Scope::Rule(table, rule) => format!("{table}.{rule}"),
        other => format!("{other:?}"),
    }
}
