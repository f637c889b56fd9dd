//! Rules that never decide, since those before them take all their requests.

use crate::folded::{Came, Folded};
use crate::replay::{replayed, trusted};
use crate::table::Turn;
use crate::undecided::Undecided;
use crate::witness::command_line;
use gloo_ir::evaluate::{StepKind, decide};
use gloo_ir::normal_form::Witness;
use gloo_ir::{Match, Program};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::BTreeMap;

/// So many of the rules that take the requests are shown.
const MOST_SHOWN: usize = 4;

/// The rules that decide nowhere, though some request matches them.
pub(crate) fn shadowed_rule(program: &Program, tables: &[Folded<'_>]) -> Vec<Diagnostic<Place>> {
    let mut by_rule: BTreeMap<Place, Option<Diagnostic<Place>>> = BTreeMap::new();
    for table in tables {
        let Ok(turns) = &table.turns else { continue };
        for (turn, came) in turns {
            let known = by_rule.get(&turn.rule.place);
            match came {
                Came::Decides(_) => drop(by_rule.insert(turn.rule.place, None)),
                Came::Shadowed { sample, by } if known.is_none() => {
                    let takers: Vec<&Turn<'_>> =
                        by.iter().filter_map(|taker| turns.get(*taker)).map(|(taker, _)| taker).collect();
                    let finding = shown(program, table, turn, &takers, sample);
                    by_rule.insert(turn.rule.place, Some(finding));
                }
                Came::Shadowed { .. } | Came::Impossible(_) => {}
            }
        }
    }
    by_rule.into_values().flatten().collect()
}

fn shown(
    program: &Program,
    table: &Folded<'_>,
    turn: &Turn<'_>,
    takers: &[&Turn<'_>],
    sample: &Witness,
) -> Diagnostic<Place> {
    let title = turn.rule.title();
    let Some((site, request)) = replayed(program, table, turn, takers, sample) else {
        let why = Undecided {
            why: "the request that should show that it never decides doesn't".to_owned(),
            help: "this is a defect of gloo: please report it with this table".to_owned(),
        };
        return why.shown(turn.rule.place, &format!("whether `{title}` is ever used"));
    };
    let message = match turn.rule.matches {
        Match::Otherwise => format!("the `otherwise` of `{}` never decides", turn.table.id),
        _ => format!("`{title}` of `{}` never decides", turn.table.id),
    };
    let finding =
        Diagnostic::new(Code::SHADOWED_RULE, turn.rule.place, message).saying("nothing is left for it");
    let part = if takers.len() == 1 { "all" } else { "some" };
    let mut finding = takers.iter().take(MOST_SHOWN).fold(finding, |finding, taker| {
        finding.label(taker.rule.place, format!("takes {part} of its requests"))
    });
    if takers.len() > MOST_SHOWN {
        finding = finding.help(format!("{} rules together take its requests", takers.len()));
    }
    let trace = decide(program, site.cluster, &trusted(program, request.clone()));
    let decisive = trace.steps.iter().rfind(|step| step.step == StepKind::Route);
    if let Some(decisive) = decisive {
        finding = finding.help(format!(
            "the request below is decided by `{}`: {}",
            decisive.decided_by,
            trace.summary()
        ));
    }
    finding = finding.help("move it before them, make them narrower, or delete it");
    if turn.rule.name.is_none() {
        finding = finding.fix("delete the rule", turn.rule.place, "");
    }
    finding.request(command_line(program, site.cluster, &request))
}
