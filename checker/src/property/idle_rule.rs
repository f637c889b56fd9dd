//! Access rules that do nothing wherever their block is.

mod dead_allow;
mod dead_deny;
mod redundant_deny;

use crate::admission::{Idle, IdleRule, Unmet, idle_rules};
use crate::proxy::{Proxy, ProxyOf};
use crate::undecided::Undecided;
use crate::witness::command_line;
use gloo_ir::evaluate::{Final, Refusal, StepKind, Trace, decide};
use gloo_ir::normal_form::Witness;
use gloo_ir::{AccessRule, Effect, Mtls, Predicate, Program};
use gloo_source::{Diagnostic, Place};
use std::collections::BTreeSet;
use std::sync::Arc;

/// So many of the rules that take the requests are shown.
const MOST_SHOWN: usize = 4;

/// The access rules that do nothing: allows that let nobody in, denies that keep nobody out.
pub(crate) fn idle_rule(program: &Program) -> Vec<Diagnostic<Place>> {
    let (idle, undecided) = idle_rules(program);
    let undecided = undecided
        .into_iter()
        .map(|(place, why)| why.shown(place, "whether each of these rules does something"));
    idle.iter().map(|rule| shown(program, rule)).chain(undecided).collect()
}

fn shown(program: &Program, rule: &IdleRule<'_>) -> Diagnostic<Place> {
    if rule.rule.effect == Effect::Allow {
        return dead_allow::shown(program, rule);
    }
    let is_denied = |(_, why): &&(Proxy<'_>, Idle<'_>)| matches!(why, Idle::Denied(..));
    match rule.at.iter().find(is_denied) {
        Some((proxy, Idle::Denied(sample, by))) => redundant_deny::shown(program, rule, proxy, sample, by),
        _ => dead_deny::shown(program, rule),
    }
}

/// What the block covers, in words.
fn covered(rule: &IdleRule<'_>) -> String {
    let mut names: Vec<String> = Vec::new();
    for target in &rule.access.targets {
        let name = match &target.scope {
            gloo_ir::Scope::Mesh => "the services of the mesh".to_owned(),
            gloo_ir::Scope::Namespace(namespace) => format!("the services of `{namespace}`"),
            gloo_ir::Scope::Service(service) => format!("`{service}`"),
            gloo_ir::Scope::Gateway(gateway) => format!("`{gateway}`"),
            _ => continue,
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match names.as_slice() {
        [one] => one.clone(),
        _ => "what its block covers".to_owned(),
    }
}

/// Why no request meets the rule at a proxy.
fn unmet(proxy: &Proxy<'_>, why: &Unmet) -> String {
    match why {
        Unmet::Condition(_) | Unmet::Entry if !proxy.is_message => {
            format!("nobody reads the bytes that come to `{proxy}`, so it knows no path, method or header")
        }
        Unmet::Condition(parts) => {
            let said: Vec<String> = parts.iter().map(|part| format!("`{}`", parenthesised(part))).collect();
            match said.as_slice() {
                [one] => format!("{one} never holds"),
                several => format!("{} exclude each other", several.join(" and ")),
            }
        }
        Unmet::Sources => "nobody whom it speaks of can meet its condition".to_owned(),
        Unmet::Entry => format!("no request that comes to `{proxy}` meets its condition"),
        Unmet::Nobody => match proxy.of {
            ProxyOf::Listener(..) => format!("nobody of the mesh comes in by `{proxy}`"),
            _ if proxy.program.mtls(proxy.cluster) == Mtls::Off => {
                format!("without `mtls` nobody who calls `{proxy}` has an identity")
            }
            _ if !proxy.takes_strangers() => {
                format!("whoever has no identity is refused by `mtls: strict` before it comes to `{proxy}`")
            }
            _ => format!("nobody whom it speaks of can call `{proxy}`"),
        },
    }
}

fn parenthesised(predicate: &Predicate) -> String {
    match predicate {
        Predicate::Any(parts) if parts.len() > 1 => format!("({predicate})"),
        predicate => predicate.to_string(),
    }
}

/// Adds the rules that do what the idle one would.
fn with_labels(finding: Diagnostic<Place>, by: &[&AccessRule], says: [&str; 2]) -> Diagnostic<Place> {
    let [all, some] = says;
    let says = if by.len() == 1 { all } else { some };
    by.iter().take(MOST_SHOWN).fold(finding, |finding, rule| finding.label(rule.place, says))
}

/// A request at a proxy that shows that a rule does nothing, by the evaluator's word: it is refused, by one of these
/// declarations, with the rule or without, and fares the same. As a line, where nothing on its way decides before.
///
/// # Errors
/// The evaluator doesn't say so.
fn replayed(
    program: &Program,
    idle: &IdleRule<'_>,
    proxy: &Proxy<'_>,
    sample: &Witness,
    by: &BTreeSet<Place>,
) -> Result<Option<(String, String)>, Undecided> {
    let without = program_without(program, idle.rule.place);
    // Tables of the mesh may send the call elsewhere, and other policies refuse it before access is asked.
    let bare = |program: &Program| Program {
        tables: Default::default(),
        policies: Default::default(),
        ..program.clone()
    };
    let bare = (bare(program), bare(&without));
    let mut is_true = false;
    for (cluster, request) in proxy.requests(sample) {
        let refused = |program: &Program, others: &Program| {
            let trace = decide(program, cluster, &request);
            let same = trace.answers_like(&decide(others, cluster, &request));
            (same && is_refused(&trace, by)).then_some(trace)
        };
        if let Some(trace) = refused(program, &without) {
            return Ok(Some((command_line(program, cluster, &request), trace.summary())));
        }
        is_true |= refused(&bare.0, &bare.1).is_some();
    }
    if is_true {
        return Ok(None);
    }
    Err(Undecided {
        why: "the request that should show that it does nothing doesn't".to_owned(),
        help: "this is a defect of gloo: please report it with this program".to_owned(),
    })
}

/// Whether access is refused by one of these declarations.
fn is_refused(trace: &Trace, by: &BTreeSet<Place>) -> bool {
    let is_denied = |outcome: &Final| matches!(outcome, Final::Denied { status: Refusal::Status(403), .. });
    let decides = trace
        .steps
        .iter()
        .any(|step| step.step == StepKind::Access && step.place.is_some_and(|place| by.contains(&place)));
    decides && trace.outcomes().any(is_denied)
}

/// The program as if an access rule were not there.
fn program_without(program: &Program, rule: Place) -> Program {
    let access = program.access.iter().map(|access| {
        if access.rules.iter().all(|own| own.place != rule) {
            return access.clone();
        }
        let mut less = access.as_ref().clone();
        less.rules.retain(|own| own.place != rule);
        Arc::new(less)
    });
    Program { access: access.collect(), ..program.clone() }
}
