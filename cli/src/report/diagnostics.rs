//! Diagnostics for people and for programs.

use super::{Outcome, Terminal};
use crate::arguments::Output;
use gloo_source::render::{render, to_json};
use gloo_source::{Diagnostic, Severity, Sources};
use serde_json::{Map, Value, json};

/// How many errors, and how many warnings, people are shown at once: nobody reads more, and the first mended may mend
/// many.
const MOST: usize = 50;

/// Writes diagnostics in the form asked for, and says whether an error is among them.
pub fn report_diagnostics(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    output: Output,
    terminal: &mut Terminal,
) -> Outcome {
    let (errors, warnings) = (count(diagnostics, Severity::Error), count(diagnostics, Severity::Warning));
    match output {
        Output::Text => {
            for diagnostic in first(diagnostics) {
                let text = render(diagnostic, sources, terminal.options());
                terminal.line(&text);
            }
            let left = counts(errors.saturating_sub(MOST), warnings.saturating_sub(MOST), " more");
            if let Some(left) = left {
                terminal.line(&format!("and {left} not shown; `gloo check -o json` gives all\n"));
            }
        }
        Output::Json => {
            terminal.json(&as_json(diagnostics, sources).into());
        }
    }
    Outcome::of(errors > 0)
}

/// Diagnostics as one object, with their numbers.
pub fn as_json(diagnostics: &[Diagnostic], sources: &Sources) -> Map<String, Value> {
    let (errors, warnings) = (count(diagnostics, Severity::Error), count(diagnostics, Severity::Warning));
    let all: Vec<_> = diagnostics.iter().map(|diagnostic| to_json(diagnostic, sources)).collect();
    let summary = json!({ "errors": errors, "warnings": warnings });
    Map::from_iter([("diagnostics".to_owned(), all.into()), ("summary".to_owned(), summary)])
}

/// `2 errors, 1 warning`; `None` if there is nothing to count.
pub fn summary_line(diagnostics: &[Diagnostic]) -> Option<String> {
    counts(count(diagnostics, Severity::Error), count(diagnostics, Severity::Warning), "")
}

fn count(diagnostics: &[Diagnostic], severity: Severity) -> usize {
    diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
}

/// The diagnostics that people are shown, in their order.
fn first(diagnostics: &[Diagnostic]) -> impl Iterator<Item = &Diagnostic> {
    let mut left = [(Severity::Error, MOST), (Severity::Warning, MOST)];
    diagnostics.iter().filter(move |diagnostic| {
        let left = left.iter_mut().find(|(severity, left)| *severity == diagnostic.severity && *left > 0);
        left.map(|(_, left)| *left -= 1).is_some()
    })
}

fn counts(errors: usize, warnings: usize, more: &str) -> Option<String> {
    let part = |(count, noun): (usize, &str)| {
        let plural = if count == 1 { "" } else { "s" };
        (count > 0).then(|| format!("{count}{more} {noun}{plural}"))
    };
    let parts: Vec<String> = [(errors, Severity::Error.as_str()), (warnings, Severity::Warning.as_str())]
        .into_iter()
        .filter_map(part)
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
