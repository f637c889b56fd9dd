//! Expressions, which every target gives to Envoy: it reads them, and what they are held against, in Latin-1.

use super::Lowering;
use gloo_domain::{Regex, StringSet, TooLarge};
use gloo_ir::normal_form::Conjunct;
use gloo_ir::{TableId, Test, TextTest};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::{BTreeMap, BTreeSet};

impl Lowering<'_> {
    /// Reports the expressions of rules that Envoy would refuse, or whose requests would be others there.
    pub(super) fn expressions(&mut self, used: &BTreeSet<TableId>) {
        let tables = self.tables;
        let mut known: BTreeMap<String, bool> = BTreeMap::new();
        let rules = used.iter().filter_map(|id| tables.get(id)).flat_map(|table| table.rules.iter());
        for rule in rules {
            self.expressions_of(&rule.matches, rule.origin.place, &mut known);
        }
    }

    /// Reports those of one condition. `known` says of expressions whether they mean the same.
    pub(super) fn expressions_of(
        &mut self,
        matches: &[Conjunct],
        place: Place,
        known: &mut BTreeMap<String, bool>,
    ) {
        for test in matches.iter().flat_map(|conjunct| &conjunct.literals).map(|literal| &literal.test) {
            for regex in expressions(test) {
                let written = regex.to_embeddable();
                // What is too large to be told is reported by the checker.
                let means_the_same = *known.entry(written).or_insert_with(|| is_alike(regex).unwrap_or(true));
                if !means_the_same {
                    let message = format!(
                        "Envoy reads the expression `{}` byte by byte, where it is another one",
                        regex.source()
                    );
                    let help = "write it without characters beyond ASCII: `.` is any of them";
                    self.sink.report(Diagnostic::new(Code::NOT_ON_TARGET, place, message).help(help));
                }
            }
        }
    }
}

fn expressions(test: &Test) -> Vec<&Regex> {
    match test {
        Test::Path(patterns) => patterns.iter().filter_map(|pattern| pattern.expression()).collect(),
        Test::HostMatches(regex) | Test::Text(_, TextTest::Matches(regex)) => vec![regex],
        _ => Vec::new(),
    }
}

/// Whether Envoy takes the expression, and it matches the same texts of ASCII there.
fn is_alike(regex: &Regex) -> Result<bool, TooLarge> {
    if regex.source().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_.*+?()|[]".contains(&byte)) {
        return Ok(true);
    }
    let Some(read) = regex.read_in_latin1()? else { return Ok(false) };
    let ascii = StringSet::ascii()?;
    Ok(StringSet::regex(regex)?.meet(&ascii)? == read.meet(&ascii)?)
}
