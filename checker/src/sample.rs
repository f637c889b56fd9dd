//! A request for each rule that decides some.

use crate::folded::{Came, Memory, Wanted, folded};
use crate::site::Site;
use gloo_ir::evaluate::Request;
use gloo_ir::{ClusterId, Program};
use gloo_source::Place;

/// A request that a rule decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Where the rule is written.
    pub rule: Place,
    /// A cluster where that is so.
    pub cluster: ClusterId,
    /// The request. Policies may refuse it before.
    pub request: Request,
}

/// A request for each rule of each table that decides some, in the order of the tables' names and of their rules; a
/// rule that is reached by delegation has one for each way that leads to it. Tables beyond the checker's limits, and rules
/// that never decide, have none.
#[must_use]
pub fn samples(program: &Program) -> Vec<Sample> {
    let mut samples = Vec::new();
    for table in folded(program, Wanted::Samples, &mut Memory::default()) {
        for (turn, came) in table.turns.iter().flatten() {
            let Came::Decides(Some(witness)) = came else { continue };
            let found = table.sites.iter().find_map(|(cluster, joined)| {
                let request = Site { program, cluster, joined }.request(witness);
                let attributes = request.attributes(program, cluster);
                joined.scope().holds(program, &attributes).then(|| ((*cluster).clone(), request))
            });
            if let Some((cluster, request)) = found {
                samples.push(Sample { rule: turn.rule.place, cluster, request });
            }
        }
    }
    samples
}
