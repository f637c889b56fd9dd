//! Rules that lose requests to a rule of another module, which does something else with them.

use crate::folded::Folded;
use crate::replay::{replayed, trusted};
use crate::table::Turn;
use crate::witness::command_line;
use gloo_ir::Program;
use gloo_ir::evaluate::decide;
use gloo_ir::normal_form::Witness;
use gloo_source::{Code, Diagnostic, Place};
use std::collections::BTreeMap;

/// The rules from which one of another module takes requests, each once with the first that does. A loss that the evaluator
/// doesn't show at any entry is none.
pub(crate) fn partly_shadowed_rule(program: &Program, tables: &[Folded<'_>]) -> Vec<Diagnostic<Place>> {
    let mut by_rule: BTreeMap<Place, Diagnostic<Place>> = BTreeMap::new();
    for table in tables {
        let Ok(turns) = &table.turns else { continue };
        for loss in &table.losses {
            let (Some((turn, _)), Some((taker, _))) = (turns.get(loss.turn), turns.get(loss.taker)) else {
                continue;
            };
            if by_rule.contains_key(&turn.rule.place) {
                continue;
            }
            if let Some(finding) = shown(program, table, turn, taker, &loss.sample) {
                by_rule.insert(turn.rule.place, finding);
            }
        }
    }
    by_rule.into_values().collect()
}

fn shown(
    program: &Program,
    table: &Folded<'_>,
    turn: &Turn<'_>,
    taker: &Turn<'_>,
    sample: &Witness,
) -> Option<Diagnostic<Place>> {
    let (site, request) = replayed(program, table, turn, &[taker], sample)?;
    let message =
        format!("`{}` of `{}` loses requests to `{}`", turn.rule.title(), turn.table.id, taker.table.id);
    let (own, other) = (turn.module(), taker.module());
    let finding = Diagnostic::new(Code::PARTLY_SHADOWED_RULE, turn.rule.place, message)
        .saying(format!("{} answers less than it says", owned("the rule", own)))
        .label(taker.rule.place, format!("{} takes some of its requests", owned("this rule", other)));
    let trace = decide(program, site.cluster, &trusted(program, request.clone()));
    Some(
        finding
            .help(format!("the request below is answered so: {}", trace.summary()))
            .help("leave them out of the rule if that is meant, as `where !(path in …)`; else ask whose the other is")
            .request(command_line(program, site.cluster, &request)),
    )
}

/// Whose a rule is.
fn owned(what: &str, module: &str) -> String {
    if module.is_empty() { format!("{what} of the root module") } else { format!("{what} of `{module}`") }
}
