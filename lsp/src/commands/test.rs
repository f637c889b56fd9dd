//! Tests, run through the evaluator.

use super::{Subject, result};
use crate::protocol::{Answer, Failure};
use gloo_ir::evaluate::{check_case, describe};
use serde_json::{Value, json};

/// Runs the cases of the test at the position.
pub fn test(subject: &Subject) -> Answer<Value> {
    let mut tests = subject.program.tests.iter();
    let test = tests.find(|test| subject.is_within(test.place));
    let test = test.ok_or_else(|| Failure::Invalid("there is no test here".to_owned()))?;
    let mut text = String::new();
    let mut failed = 0;
    for case in &test.cases {
        let result = check_case(&subject.program, case);
        let wanted = describe(&case.outcome);
        let line = match (result.passed(), result.failed(), &result.error) {
            (true, ..) => format!("passed  {}  {wanted}", subject.link(case.place)),
            (_, Some(run), _) => format!(
                "failed  {}  wanted {wanted}, and on {}: {}",
                subject.link(case.place),
                run.cluster,
                run.trace.summary()
            ),
            (_, None, Some(error)) => {
                format!("failed  {}  {error}; {}", subject.link(case.place), error.help())
            }
            (_, None, None) => format!("failed  {}", subject.link(case.place)),
        };
        failed += usize::from(!result.passed());
        text.push_str(&line);
        text.push('\n');
    }
    let passed = test.cases.len() - failed;
    let mut shown = result(format!("{}: {passed} passed, {failed} failed", test.title), "text", text);
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("passed".to_owned(), json!(passed));
        shown.insert("failed".to_owned(), json!(failed));
    }
    Ok(shown)
}
