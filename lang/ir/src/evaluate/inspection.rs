//! Steps 4 and 5, and the clauses whose inside gloo doesn't look into: the body's size, the firewall, extensions.

use super::asked::Question;
use super::policies::{Applied, clauses};
use super::walk::{Decider, Ended, Passing, Walk};
use super::{Effect, Refusal, StepKind, Verdict, action};
use crate::{ClauseKind, WafMode, WasmPhase};

/// Step 4: the smallest limit rules. A body that is known to be larger is refused with 413, and an upgrade, of which
/// nobody can know how much follows, with 403.
pub(crate) fn body(walk: &mut Walk<'_>, policies: &[Applied<'_>], passing: &Passing) -> Result<(), Ended> {
    let limits = clauses(walk.program, policies, &passing.seen, |kind| match kind {
        ClauseKind::MaxBody(bytes) => Some(*bytes),
        _ => None,
    });
    let Some((policy, clause, max)) = limits.into_iter().min_by_key(|(_, _, bytes)| *bytes) else {
        return Ok(());
    };
    let decider = Decider::policy(&policy.id, clause.place);
    if action::asks_for_upgrade(walk.program, passing) {
        let says = "an upgrade is refused where bodies are limited";
        return Err(walk.deny(StepKind::Body, &decider, Refusal::Status(403), says));
    }
    passing.seen.history.note(|| Question::BodyBeyond(max), passing.body > max);
    if passing.body > max {
        let says = format!("the body has {} bytes, and may have {max}", passing.body);
        return Err(walk.deny(StepKind::Body, &decider, Refusal::Status(413), says));
    }
    walk.step(StepKind::Body, &decider, format!("the body may have {max} bytes"));
    walk.effect(Effect::MaxBody(max));
    Ok(())
}

/// Step 5: each firewall looks at the request; one that blocks may refuse it.
pub(crate) fn waf(walk: &mut Walk<'_>, policies: &[Applied<'_>], passing: &Passing) -> Result<(), Ended> {
    let firewalls = clauses(walk.program, policies, &passing.seen, |kind| match kind {
        ClauseKind::Waf(waf) => Some(waf),
        _ => None,
    });
    for (policy, clause, waf) in firewalls {
        let decider = Decider::policy(&policy.id, clause.place);
        walk.record.inspected = true;
        passing.seen.history.note(|| Question::Waf, passing.waf == Verdict::Passes);
        match (passing.waf, waf.mode) {
            (Verdict::Passes, _) => walk.step(StepKind::Waf, &decider, "the firewall passes it"),
            (Verdict::Refuses, WafMode::Detect) => {
                walk.step(StepKind::Waf, &decider, "the firewall would refuse it, but only logs");
            }
            (Verdict::Refuses, WafMode::Block) => {
                return Err(walk.deny(StepKind::Waf, &decider, Refusal::Any, "the firewall refuses it"));
            }
        }
    }
    Ok(())
}

/// The `wasm` clauses of a phase; `lua` clauses run in the last one. What they do is a free choice.
pub(crate) fn extensions(
    walk: &mut Walk<'_>,
    policies: &[Applied<'_>],
    passing: &Passing,
    phase: WasmPhase,
) -> Result<(), Ended> {
    let running = clauses(walk.program, policies, &passing.seen, |kind| match kind {
        ClauseKind::Wasm(wasm) if wasm.phase == phase => Some("the module"),
        ClauseKind::Lua(..) if phase == WasmPhase::Default => Some("the script"),
        _ => None,
    });
    for (policy, clause, what) in running {
        let decider = Decider::policy(&policy.id, clause.place);
        passing.seen.history.note(|| Question::Extensions, passing.extensions == Verdict::Passes);
        if passing.extensions == Verdict::Refuses {
            return Err(walk.deny(StepKind::Extension, &decider, Refusal::Any, format!("{what} refuses it")));
        }
        walk.step(StepKind::Extension, &decider, format!("{what} passes it"));
    }
    Ok(())
}
