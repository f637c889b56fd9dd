//! Rules that allow more tries than their timeout leaves time for, or whose tries the rule of the next hop multiplies.

mod multiplied;

use crate::folded::Folded;
use crate::replay::with_request;
use gloo_ir::{Program, Rule};
use gloo_source::{Code, Diagnostic, Place};
use std::time::Duration;

/// The rules whose tries, each as long as it may take, take longer than the whole request may: the last ones are cut
/// short, whatever answers them. And those of gateways that try again what a rule of the mesh tries again.
pub(crate) fn retry_budget(program: &Program, tables: &[Folded<'_>]) -> Vec<Diagnostic<Place>> {
    let rules = program.tables.values().flat_map(|table| &table.rules);
    let over_budget = rules.filter_map(|rule| {
        let finding = over_budget(rule)?;
        Some(with_request(finding, program, tables, rule.place))
    });
    over_budget.chain(multiplied::multiplied(program, tables)).collect()
}

fn over_budget(rule: &Rule) -> Option<Diagnostic<Place>> {
    let (retries, timeout) = (rule.options.retries.as_ref()?, rule.options.timeout.as_ref()?);
    let per_try = retries.per_try?;
    let tries = retries.attempts.saturating_add(1);
    let needed = per_try.saturating_mul(tries);
    if needed <= timeout.value {
        return None;
    }
    let whole = timeout.value.as_nanos() / per_try.as_nanos().max(1);
    let title = rule.title();
    let message = format!("the timeout of `{title}` ends before its last try does");
    let finding = Diagnostic::new(Code::RETRY_BUDGET, retries.at, message)
        .saying(format!("{tries} tries of {} may take {}", said(per_try), said(needed)))
        .label(timeout.at, format!("and this allows {}", said(timeout.value)));
    Some(match whole.checked_sub(1) {
        Some(0) | None => finding.help(format!("allow at least {}, or make `per_try` shorter", said(needed))),
        Some(fit) => finding.help(format!(
            "allow at least {}, make `per_try` shorter, or write `attempts: {fit}`",
            said(needed)
        )),
    })
}

/// A duration in the language's words.
fn said(time: Duration) -> String {
    gloo_ir::evaluate::duration_words(time)
}
