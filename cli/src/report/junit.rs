//! JUnit's XML.
//!
//! One test case for each file of the program. Who reads such a report asks which tests were run and which of them
//! failed: a file is what was looked at and what somebody owns, a workspace without a mistake shows as so many passed
//! tests, and a test keeps its name from run to run. A test case for each finding would be there only while it fails.

use super::Checked;
use gloo_source::render::{RenderOptions, render, shown};
use gloo_source::{Diagnostic, FileId, Severity};
use std::fmt::Write;

/// The whole report. Errors fail the test case of their file; warnings are what it wrote.
pub fn report(checked: &Checked<'_>) -> String {
    let mut cases = String::new();
    let (mut tests, mut failures) = (0, 0);
    let nowhere: Vec<&Diagnostic> = of(checked, None);
    let workspace = (!nowhere.is_empty()).then(|| (checked.name.clone(), nowhere));
    let files =
        checked.files().map(|(id, path)| (format!("{}{path}", checked.folder), of(checked, Some(id))));
    for (name, diagnostics) in workspace.into_iter().chain(files) {
        tests += 1;
        failures += usize::from(case(&mut cases, &name, &diagnostics, checked));
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"{}\" tests=\"{tests}\" \
         failures=\"{failures}\" errors=\"0\" skipped=\"0\">\n{cases}  </testsuite>\n</testsuites>\n",
        escaped(&format!("gloo check {}", checked.name))
    )
}

/// What is said about a file, or about no place at all.
fn of<'a>(checked: &Checked<'a>, file: Option<FileId>) -> Vec<&'a Diagnostic> {
    let all = checked.diagnostics.iter();
    all.filter(|diagnostic| diagnostic.span().map(|span| span.file) == file).collect()
}

/// Writes a test case, and says whether it failed.
fn case(out: &mut String, name: &str, diagnostics: &[&Diagnostic], checked: &Checked<'_>) -> bool {
    let name = escaped(name);
    let with = |severity| {
        let all = diagnostics.iter().filter(move |diagnostic| diagnostic.severity == severity);
        all.copied().collect::<Vec<_>>()
    };
    let (errors, warnings) = (with(Severity::Error), with(Severity::Warning));
    if diagnostics.is_empty() {
        let _ = writeln!(out, "    <testcase classname=\"gloo check\" name=\"{name}\"/>");
        return false;
    }
    let _ = writeln!(out, "    <testcase classname=\"gloo check\" name=\"{name}\">");
    if let Some(first) = errors.first() {
        let message = match errors.len() {
            1 => first.message.clone(),
            more => format!("{} (and {} more)", first.message, more - 1),
        };
        let kind = format!("{} {}", first.code, first.code.name);
        let _ = writeln!(
            out,
            "      <failure message=\"{}\" type=\"{}\">{}</failure>",
            escaped(&message),
            escaped(&kind),
            escaped(&text(&errors, checked))
        );
    }
    if !warnings.is_empty() {
        let _ = writeln!(out, "      <system-out>{}</system-out>", escaped(&text(&warnings, checked)));
    }
    out.push_str("    </testcase>\n");
    !errors.is_empty()
}

/// The diagnostics as people are shown them.
fn text(diagnostics: &[&Diagnostic], checked: &Checked<'_>) -> String {
    let options = RenderOptions { color: false, width: 100 };
    let all = diagnostics.iter().map(|diagnostic| render(diagnostic, checked.sources, options));
    all.collect::<Vec<_>>().join("\n")
}

/// Text that can stand in an element or in an attribute. What XML 1.0 has no way to say, and what acts on who reads it,
/// becomes a character that stands for it; a line feed in an attribute is read as a space.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(shown(c)),
        }
    }
    out
}
