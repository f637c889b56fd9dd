//! Parts of splits that no request is ever drawn for.

use crate::folded::Folded;
use crate::replay::with_request;
use gloo_ir::{Action, Percent, Program};
use gloo_source::{Code, Diagnostic, Place};

/// The parts of splits, and the copies, whose share is nothing; with a request that comes to the rule, if one does.
pub(crate) fn weight_zero(program: &Program, tables: &[Folded<'_>]) -> Vec<Diagnostic<Place>> {
    let mut findings = Vec::new();
    for rule in program.tables.values().flat_map(|table| &table.rules) {
        let mut add =
            |finding: Diagnostic<Place>| findings.push(with_request(finding, program, tables, rule.place));
        if let Action::Forward(shares) = &rule.action.value {
            for share in shares.iter().filter(|share| share.weight == Percent::NONE) {
                let message = format!("no request of `{}` is ever sent here", rule.title());
                add(Diagnostic::new(Code::WEIGHT_ZERO, share.destination.place, message)
                    .saying("its part is 0%")
                    .help("leave it out, or give it a part of the requests"));
            }
        }
        if let Some(mirror) = rule.options.mirror.as_ref().filter(|mirror| mirror.share == Percent::NONE) {
            let message = format!("no request of `{}` is ever copied", rule.title());
            add(Diagnostic::new(Code::WEIGHT_ZERO, mirror.at, message)
                .saying("its share is 0%")
                .help("leave it out, or give it a share of the requests"));
        }
    }
    findings
}
