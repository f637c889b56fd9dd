//! What the diagrams say of a table, held against the evaluator.

use crate::folded::Folded;
use crate::site::Site;
use crate::table::Turn;
use gloo_ir::Program;
use gloo_ir::evaluate::{Credential, Request, rule_matches};
use gloo_ir::normal_form::Witness;

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
