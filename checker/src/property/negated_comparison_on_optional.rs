//! Negated comparisons that hold where there is nothing to compare.

use crate::folded::{Came, Folded};
use crate::site::Site;
use crate::table::Turn;
use crate::witness::command_line;
use gloo_ir::evaluate::{Request, attribute_words, meets};
use gloo_ir::normal_form::{disjuncts, predicate_of};
use gloo_ir::{ClusterId, Predicate, Program, Test, TextAttribute, TextTest};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::BTreeMap;

/// So many simple requests are tried of one condition.
const FEW: usize = 16;

/// The rules of tables with a negated comparison of something that may be absent, which match a request without it. Where
/// `has` or `!=` is asked of the same attribute, somebody has thought of that.
pub(crate) fn negated_comparison_on_optional(
    program: &Program,
    tables: &[Folded<'_>],
) -> Vec<Diagnostic<Place>> {
    let mut findings: BTreeMap<(Place, String), Diagnostic<Place>> = BTreeMap::new();
    for table in tables {
        for (turn, came) in table.turns.iter().flatten() {
            let Came::Decides(_) = came else { continue };
            let own = predicate_of(&turn.rule.matches);
            for negated in negations(&own) {
                let key = (turn.rule.place, negated.to_string());
                if findings.contains_key(&key) {
                    continue;
                }
                if let Some(finding) = shown(program, table, turn, &own, negated) {
                    findings.insert(key, finding);
                }
            }
        }
    }
    findings.into_values().collect()
}

/// What stands behind a `!` and compares one attribute that may be absent.
fn negations(predicate: &Predicate) -> Vec<&Predicate> {
    match predicate {
        Predicate::All(parts) | Predicate::Any(parts) => parts.iter().flat_map(negations).collect(),
        Predicate::Not(inner) if attribute_of(inner).is_some() => vec![predicate],
        Predicate::Not(_) | Predicate::Test(_) => Vec::new(),
    }
}

/// The attribute that all tests of a predicate compare, if it is one.
fn attribute_of(predicate: &Predicate) -> Option<&TextAttribute> {
    let mut attributes: Vec<Option<&TextAttribute>> = Vec::new();
    predicate.each_test(&mut |test| {
        attributes.push(match test {
            Test::Text(attribute, test) if !matches!(test, TextTest::Present | TextTest::Differs(_)) => {
                Some(attribute)
            }
            _ => None,
        });
    });
    let first = attributes.first().copied().flatten()?;
    attributes.iter().all(|one| *one == Some(first)).then_some(first)
}

/// The predicate where an attribute is absent.
fn without(predicate: &Predicate, attribute: &TextAttribute) -> Predicate {
    let each = |parts: &[Predicate]| parts.iter().map(|part| without(part, attribute)).collect();
    match predicate {
        Predicate::All(parts) => Predicate::All(each(parts)),
        Predicate::Any(parts) => Predicate::Any(each(parts)),
        Predicate::Not(part) => Predicate::Not(Box::new(without(part, attribute))),
        Predicate::Test(Test::Text(own, _)) if own == attribute => Predicate::Any(Vec::new()),
        Predicate::Test(test) => Predicate::Test(test.clone()),
    }
}

fn shown(
    program: &Program,
    table: &Folded<'_>,
    turn: &Turn<'_>,
    own: &Predicate,
    negated: &Predicate,
) -> Option<Diagnostic<Place>> {
    let Predicate::Not(inner) = negated else { return None };
    let attribute = attribute_of(inner)?;
    let mut is_thought_of = false;
    own.each_test(&mut |test| {
        is_thought_of |=
            matches!(test, Test::Text(one, TextTest::Present | TextTest::Differs(_)) if one == attribute);
    });
    if is_thought_of {
        return None;
    }
    let (cluster, request) = absent(program, table, turn, attribute)?;
    let words = attribute_words(attribute);
    let message = format!("`{}` also matches requests without `{words}`", turn.rule.title());
    let (present, or_absent) = match inner.as_ref() {
        Predicate::Test(Test::Text(_, TextTest::Equals(texts))) => {
            let differs = TextTest::Differs(texts.clone());
            let differs = Predicate::Test(Test::Text(attribute.clone(), differs)).to_string();
            (differs.clone(), differs)
        }
        _ => (format!("has({words}) && {negated}"), negated.to_string()),
    };
    Some(
        Diagnostic::new(Code::NEGATED_COMPARISON_ON_OPTIONAL, turn.rule.place, message)
            .saying(format!("`{negated}` holds where there is none"))
            .help(format!("write `{present}` if it must be there"))
            .help(format!("write `!has({words}) || {or_absent}` if it need not"))
            .request(command_line(program, cluster, &request)),
    )
}

/// A request without the attribute that the rule matches.
fn absent<'t>(
    program: &Program,
    table: &'t Folded<'_>,
    turn: &Turn<'_>,
    attribute: &TextAttribute,
) -> Option<(&'t ClusterId, Request)> {
    let ways = disjuncts(&without(&turn.predicate, attribute)).ok()?;
    let witnesses = || ways.iter().take(FEW).filter_map(|way| way.witness(program.paths()));
    table.sites.iter().find_map(|(cluster, joined)| {
        let site = Site { program, cluster, joined };
        let scope = joined.scope();
        let request = witnesses().map(|witness| site.request(&witness)).find(|request| {
            let seen = request.attributes(program, cluster);
            let is_met = meets(program, &turn.predicate, &seen) && scope.holds(program, &seen);
            is_met && seen.texts(attribute).is_empty()
        });
        Some((*cluster, request?))
    })
}
