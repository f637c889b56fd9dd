//! Diagnostics for programs.

use crate::{Diagnostic, Sources, Span};
use serde_json::{Map, Value, json};

/// The diagnostic as `gloo check -o json` prints it: `code`, `name`, `severity`, `message`; where it is (`file`, `line`,
/// `column`, `end_line`, `end_column`, from 1, in characters, the end exclusive, all null if it has no place); `help`
/// (its pieces of advice, one a line, or null); `labels` (the primary one first, each with its place and `text`);
/// `request` (or null); `fix` (null, or a `title`, `edits`, each with its place and the `text` that replaces it,
/// and whether it is `safe` to make without asking).
#[must_use]
pub fn to_json(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let at = |span: Span, text: &str| {
        let mut entry = place(Some(span), sources);
        entry.insert("text".into(), text.into());
        entry
    };
    let mut object = Map::new();
    object.insert("code".into(), diagnostic.code.to_string().into());
    object.insert("name".into(), diagnostic.code.name.into());
    object.insert("severity".into(), diagnostic.severity.as_str().into());
    object.insert("message".into(), diagnostic.message.as_str().into());
    object.extend(place(diagnostic.span(), sources));
    let help = (!diagnostic.help.is_empty()).then(|| diagnostic.help.join("\n"));
    object.insert("help".into(), help.into());
    object.insert(
        "labels".into(),
        diagnostic.labels.iter().map(|label| at(label.place, &label.text)).collect(),
    );
    object.insert("request".into(), diagnostic.request.clone().into());
    let fix = diagnostic.fix.as_ref().map(|fix| {
        let edits: Vec<_> = fix.edits.iter().map(|edit| at(edit.place, &edit.text)).collect();
        json!({ "title": fix.title, "edits": edits, "safe": fix.is_safe() })
    });
    object.insert("fix".into(), fix.into());
    object.into()
}

fn place(span: Option<Span>, sources: &Sources) -> Map<String, Value> {
    let file = span.and_then(|span| sources.get(span.file));
    let start = span.and_then(|span| sources.position(span));
    let end = span.and_then(|span| sources.position(Span::at(span.file, span.end)));
    let entries = [
        ("file", file.map(|file| file.path.as_str()).into()),
        ("line", start.map(|at| at.line).into()),
        ("column", start.map(|at| at.column).into()),
        ("end_line", end.map(|at| at.line).into()),
        ("end_column", end.map(|at| at.column).into()),
    ];
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
