//! Files that a program takes in: `file("…")`.

use crate::protocol::{Answer, DocumentLink, DocumentLinkParams, Uri};
use crate::snapshot::{Opened, Snapshot, join};
use crate::tree::{Visitor, walk};
use gloo_source::Span;
use gloo_syntax::ast::{Expr, ExprKind, Literal};

/// A file that is taken in.
pub struct TakenIn {
    /// Where that is written: the string.
    pub span: Span,
    /// The file's path in the workspace.
    pub path: String,
}

/// The files that a file takes in.
#[must_use]
pub fn taken_in(snapshot: &Snapshot, opened: &Opened<'_>) -> Vec<TakenIn> {
    let mut finder = Finder { opened, found: Vec::new() };
    walk(opened.tree(), &mut finder);
    let names = snapshot.database.lowered(&opened.path).map(|lowered| &lowered.assets);
    // What leads out of the workspace isn't taken in.
    finder.found.into_iter().filter(|one| names.is_some_and(|names| names.contains(&one.path))).collect()
}

/// `textDocument/documentLink`
pub fn links(snapshot: &Snapshot, params: &DocumentLinkParams) -> Answer<Option<Vec<DocumentLink>>> {
    if snapshot.is_manifest(&params.text_document.uri) {
        return Ok(None);
    }
    let opened = snapshot.open(&params.text_document.uri)?;
    let links = taken_in(snapshot, &opened).into_iter().map(|one| DocumentLink {
        range: opened.text.range(one.span),
        target: Uri::from_file_path(join(&snapshot.root, &one.path)).ok(),
        tooltip: Some(one.path),
        data: None,
    });
    Ok(Some(links.collect()))
}

struct Finder<'a> {
    opened: &'a Opened<'a>,
    found: Vec<TakenIn>,
}

impl Visitor for Finder<'_> {
    fn expr(&mut self, it: &Expr) {
        let ExprKind::Call(call) = &it.kind else { return };
        let is_file = call.callee.single().is_some_and(|name| &*name.text == "file");
        let [argument] = call.arguments.as_slice() else { return };
        if let (true, ExprKind::Literal(Literal::String(text))) = (is_file, &argument.value.kind) {
            let span = self.opened.span(argument.value.id);
            let folder = self.opened.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
            for part in text.value.split('/') {
                match part {
                    "" | "." => {}
                    ".." => drop(parts.pop()),
                    part => parts.push(part),
                }
            }
            self.found.push(TakenIn { span, path: parts.join("/") });
        }
    }
}
