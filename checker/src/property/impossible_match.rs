//! Rules that no request can match, whatever stands before them.

use crate::folded::{Came, Folded, Impossible};
use gloo_ir::Predicate;
use gloo_source::{Code, Diagnostic, Place};
use std::collections::BTreeMap;

/// The rules that no request can match wherever they are reached: their own conditions exclude each other, or no rule
/// that delegates to them hands over a request that they are for.
pub(crate) fn impossible_match(tables: &[Folded<'_>]) -> Vec<Diagnostic<Place>> {
    let mut by_rule: BTreeMap<Place, Option<Diagnostic<Place>>> = BTreeMap::new();
    for table in tables {
        for (turn, came) in table.turns.iter().flatten() {
            let finding = match came {
                Came::Impossible(why) => Some(shown(turn.rule.place, &turn.rule.title(), why)),
                Came::Decides(_) | Came::Shadowed { .. } => None,
            };
            // What is possible somewhere is no mistake.
            by_rule
                .entry(turn.rule.place)
                .and_modify(|known| *known = known.take().filter(|_| finding.is_some()))
                .or_insert(finding);
        }
    }
    by_rule.into_values().flatten().collect()
}

fn shown(place: Place, title: &str, why: &Impossible) -> Diagnostic<Place> {
    let finding = |code, message: String| Diagnostic::new(code, place, message);
    match why {
        Impossible::Alone(conditions) => {
            let said: Vec<String> =
                conditions.iter().map(|one| format!("`{}`", parenthesised(one))).collect();
            let message = format!("no request can match `{title}`");
            let says = match said.as_slice() {
                [one] => format!("{one} never holds"),
                several => format!("{} exclude each other", several.join(" and ")),
            };
            finding(Code::IMPOSSIBLE_MATCH, message)
                .saying(says)
                .help("change the conditions or delete the rule")
        }
        Impossible::Delegated => {
            let message = format!("`{title}` is outside of everything that is delegated to its table");
            finding(Code::DELEGATE_ESCAPE, message)
                .saying("no request that is handed over matches it")
                .help("a table can't leave the part that is delegated to it: move the rule, or widen the delegating rule")
        }
        Impossible::Entry => {
            let message = format!("no request of its listeners or services can match `{title}`");
            finding(Code::IMPOSSIBLE_MATCH, message)
                .saying("asks for what they never have")
                .help("change the conditions on host, port, scheme, server name or client certificate")
        }
    }
}

fn parenthesised(predicate: &Predicate) -> String {
    match predicate {
        Predicate::Any(parts) if parts.len() > 1 => format!("({predicate})"),
        predicate => predicate.to_string(),
    }
}
