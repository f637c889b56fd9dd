//! Exact findings about a program, each with a request that shows it.
//!
//! A finding is shown only after the evaluator has answered its request as the finding says.

mod property;
mod witness;

pub use property::{conflicting_routes, test_failed, test_failed_at};

use gloo_ir::Program;
use gloo_source::{Diagnostic, Place};

/// Everything that is found about a program that is free of errors, in an order that only the program decides: by file,
/// place and code.
#[must_use]
pub fn check(program: &Program) -> Vec<Diagnostic<Place>> {
    let mut findings = conflicting_routes(program);
    findings.extend(test_failed(program));
    findings.sort_by_key(|finding| (finding.labels.first().map(|label| label.place), finding.code.number));
    findings
}
