//! Tests whose requests are answered otherwise.

use gloo_ir::evaluate::{Run, Step, check_case, describe};
use gloo_ir::{Case, Program};
use gloo_source::{Code, Diagnostic, Place};

/// The cases of the program's tests that fail, in the order in which they are written: what was expected, what the
/// evaluator answers, and the steps that lead there.
#[must_use]
pub fn test_failed(program: &Program) -> Vec<Diagnostic<Place>> {
    let cases = program.tests.iter().flat_map(|test| test.cases.iter().map(move |case| (&test.title, case)));
    cases.filter_map(|(title, case)| test_failed_at(program, title, case)).collect()
}

/// What is to be said of one case of the test `title`; nothing if it is answered as the test says.
#[must_use]
pub fn test_failed_at(program: &Program, title: &str, case: &Case) -> Option<Diagnostic<Place>> {
    let result = check_case(program, case);
    if let Some(error) = &result.error {
        let message = format!("a request of the test `{title}` can't be sent: {error}");
        return Some(Diagnostic::new(Code::TEST_FAILED, case.place, message).help(error.help()));
    }
    let run = result.failed()?;
    let expected = describe(&case.outcome);
    let message = format!("the test `{title}` fails: this request is {}", run.trace.summary());
    let diagnostic = Diagnostic::new(Code::TEST_FAILED, case.place, message);
    let diagnostic = diagnostic.saying(format!("`{expected}` was expected{}", on_cluster(program, run)));
    let diagnostic = match run.trace.steps.iter().rev().find_map(|step| Some((step.place?, step))) {
        Some((place, step)) if place != case.place => {
            diagnostic.label(place, format!("{}: {}", step.step.word(), step.says))
        }
        _ => diagnostic,
    };
    let steps: Vec<String> = run.trace.steps.iter().map(line).collect();
    Some(diagnostic.help(format!("its steps are\n{}", steps.join("\n"))))
}

/// ` on cluster `east``, where that isn't plain.
fn on_cluster(program: &Program, run: &Run) -> String {
    if program.clusters.len() > 1 { format!(" on cluster `{}`", run.cluster) } else { String::new() }
}

fn line(step: &Step) -> String {
    let by = if step.decided_by.is_empty() { String::new() } else { format!(" ({})", step.decided_by) };
    format!("- {}: {}{by}", step.step.word(), step.says)
}
