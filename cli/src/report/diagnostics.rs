//! Diagnostics for people and for programs.

use super::{Outcome, Terminal};
use crate::arguments::Output;
use gloo_source::render::{render, to_json};
use gloo_source::{Diagnostic, Severity, Sources};
use serde_json::json;

/// Writes diagnostics in the form asked for, and says whether an error is among them.
pub fn report_diagnostics(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    output: Output,
    terminal: &mut Terminal,
) -> Outcome {
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    match output {
        Output::Text => {
            for diagnostic in diagnostics {
                let text = render(diagnostic, sources, terminal.options());
                terminal.line(&text);
            }
        }
        Output::Json => {
            let all: Vec<_> = diagnostics.iter().map(|diagnostic| to_json(diagnostic, sources)).collect();
            terminal
                .json(&json!({ "diagnostics": all, "summary": { "errors": errors, "warnings": warnings } }));
        }
    }
    Outcome::of(errors > 0)
}

/// `2 errors, 1 warning`; `None` if there is nothing to count.
pub fn summary_line(diagnostics: &[Diagnostic]) -> Option<String> {
    let part = |severity: Severity| {
        let count = diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
        let plural = if count == 1 { "" } else { "s" };
        (count > 0).then(|| format!("{count} {}{plural}", severity.as_str()))
    };
    let parts: Vec<String> = [Severity::Error, Severity::Warning].into_iter().filter_map(part).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
