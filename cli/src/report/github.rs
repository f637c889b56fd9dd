//! Workflow commands: lines on the log of a GitHub workflow, which GitHub shows beside the lines that they name.

use super::Checked;
use gloo_source::render::shown;
use gloo_source::{Diagnostic, Span};
use std::fmt::Write;

/// One line for each diagnostic: `::error file=…,line=…,col=…,endLine=…,endColumn=…,title=…::message`. Columns stand
/// there only where one line is meant: GitHub takes no others.
pub fn commands(checked: &Checked<'_>) -> String {
    let mut out = String::new();
    for diagnostic in checked.diagnostics {
        let properties: Vec<String> = properties(diagnostic, checked)
            .into_iter()
            .map(|(name, value)| format!("{name}={}", property(&value)))
            .collect();
        // Writing to memory can't fail.
        let _ = writeln!(
            out,
            "::{} {}::{}",
            diagnostic.severity.as_str(),
            properties.join(","),
            data(&message(diagnostic, checked))
        );
    }
    out
}

fn properties(diagnostic: &Diagnostic, checked: &Checked<'_>) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    let place = diagnostic.span();
    if let Some((place, file)) = place.and_then(|place| Some((place, checked.sources.get(place.file)?))) {
        let at = |offset| file.lines.line_column(&file.text, offset);
        let (start, end) = (at(place.start), at(place.end));
        all.push(("file", format!("{}{}", checked.folder, file.path)));
        all.push(("line", start.line.to_string()));
        if start.line == end.line {
            all.push(("col", start.column.to_string()));
        }
        all.push(("endLine", end.line.to_string()));
        if start.line == end.line {
            all.push(("endColumn", end.column.to_string()));
        }
    }
    all.push(("title", format!("{} {}", diagnostic.code, diagnostic.code.name)));
    all
}

/// All that is said, since an annotation shows nothing else.
fn message(diagnostic: &Diagnostic, checked: &Checked<'_>) -> String {
    let mut text = diagnostic.message.clone();
    let link = |place: Span| format!("{}{}", checked.folder, checked.sources.link(place));
    for (at, label) in diagnostic.labels.iter().enumerate().filter(|(_, label)| !label.text.is_empty()) {
        let _ = match at {
            0 => write!(text, "\n{}", label.text),
            _ => write!(text, "\n{}: {}", link(label.place), label.text),
        };
    }
    for help in &diagnostic.help {
        let _ = write!(text, "\nhelp: {help}");
    }
    if let Some(request) = &diagnostic.request {
        let _ = write!(text, "\nrequest: {request}");
    }
    text
}

/// Text that can't end the command, nor act on who reads the log.
fn data(text: &str) -> String {
    let text: String = text.chars().map(|c| if matches!(c, '\r' | '\n') { c } else { shown(c) }).collect();
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text that can't end the property either.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
