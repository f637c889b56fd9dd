//! What the diagrams say of a table, held against the evaluator.

use crate::folded::{Came, Folded};
use crate::site::Site;
use crate::table::Turn;
use crate::witness::command_line;
use gloo_ir::Program;
use gloo_ir::evaluate::{Credential, Request, rule_matches};
use gloo_ir::normal_form::Witness;
use gloo_source::{Diagnostic, Place};

/// Where the table is served, and the sample as a request there: if the rule and some of those that take its requests
/// match it by the evaluator's word.
pub(crate) fn replayed<'s>(
    program: &'s Program,
    table: &'s Folded<'_>,
    turn: &Turn<'_>,
    takers: &[&Turn<'_>],
    sample: &Witness,
) -> Option<(Site<'s>, Request)> {
    table.sites.iter().find_map(|(cluster, joined)| {
        let site = Site { program, cluster, joined };
        let request = site.request(sample);
        let attributes = request.attributes(program, cluster);
        let scope = joined.scope();
        let matches = |turn: &Turn<'_>| {
            let rules = turn.delegating.iter().copied().chain([turn.rule]);
            rules.into_iter().all(|rule| rule_matches(program, &rule.matches, &attributes))
        };
        let holds =
            scope.holds(program, &attributes) && matches(turn) && takers.iter().any(|taker| matches(taker));
        holds.then_some((site, request))
    })
}

/// The request with whatever providers ask for: what policies refuse never comes to a rule.
pub(crate) fn trusted(program: &Program, mut request: Request) -> Request {
    request.credentials =
        program.providers.keys().map(|provider| (provider.clone(), Credential::Valid)).collect();
    request
}

/// A finding about the rule at a place, with a request that comes to it where folding kept one.
pub(crate) fn with_request(
    finding: Diagnostic<Place>,
    program: &Program,
    tables: &[Folded<'_>],
    rule: Place,
) -> Diagnostic<Place> {
    let turns = tables.iter().flat_map(|table| table.turns.iter().flatten().map(move |turn| (table, turn)));
    let mut own = turns.filter(|(_, (turn, _))| turn.rule.place == rule);
    let found = own.find_map(|(table, (turn, came))| {
        let Came::Decides(Some(sample)) = came else { return None };
        let (site, request) = replayed(program, table, turn, &[turn], sample)?;
        Some(command_line(program, site.cluster, &request))
    });
    match found {
        Some(line) => finding.request(line),
        None => finding,
    }
}
