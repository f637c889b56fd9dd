//! A selected condition as a `let` of its own.

use crate::edit::Changes;
use crate::protocol::{CodeAction, CodeActionKind, Range};
use crate::snapshot::{Opened, Snapshot};
use crate::tree::{Visitor, walk};
use gloo_ir::resolve::{Kind, Kinds};
use gloo_source::Span;
use gloo_syntax::ast::{Expr, ExprKind, Item, ItemKind};

/// Makes a `let` of the selected condition, and writes it wherever the file's rules have the same condition.
#[must_use]
pub fn to_let(snapshot: &Snapshot, opened: &Opened<'_>, range: Range) -> Option<CodeAction> {
    if range.start == range.end {
        return None;
    }
    let bytes = opened.text.bytes(range);
    let selected = trimmed(opened, bytes)?;
    let mut finder = Finder { opened, selected, within: None, found: None };
    walk(opened.tree(), &mut finder);
    let (expr, around) = finder.found?;
    let name = free_name(snapshot, opened);
    let mut changes = Changes::default();
    let line = opened.text.start(opened.text.line_of(around.start));
    let body = opened.text.slice(selected);
    let body = if matches!(expr, ExprKind::Group(_)) {
        body.strip_prefix('(').and_then(|body| body.strip_suffix(')')).unwrap_or(body)
    } else {
        body
    };
    changes.replace(Span::at(opened.file, line), &format!("let {name} = {body}\n\n"));
    changes.replace(selected, &name);
    Some(CodeAction {
        title: "make a `let` of this condition".to_owned(),
        kind: Some(CodeActionKind::RefactorExtract),
        edit: Some(changes.edit(snapshot)),
        ..CodeAction::default()
    })
}

/// The selection without white space at its ends.
fn trimmed(opened: &Opened<'_>, bytes: std::ops::Range<usize>) -> Option<Span> {
    let text = opened.text.text.get(bytes.clone())?;
    let start = bytes.start + (text.len() - text.trim_start().len());
    let end = start + text.trim().len();
    (start < end).then(|| Span::new(opened.file, start as u32, end as u32))
}

/// `condition`, or `condition-2` and so on.
fn free_name(snapshot: &Snapshot, opened: &Opened<'_>) -> String {
    let names = snapshot.database.names();
    let is_free = |name: &str| names.find(opened.file, &[name], Kinds::of(Kind::ALL)).is_err();
    let numbered = (2..).map(|number| format!("condition-{number}"));
    std::iter::once("condition".to_owned()).chain(numbered).find(|name| is_free(name)).unwrap_or_default()
}

struct Finder<'a> {
    opened: &'a Opened<'a>,
    selected: Span,
    within: Option<Span>,
    found: Option<(ExprKind, Span)>,
}

impl Visitor for Finder<'_> {
    fn item(&mut self, item: &Item) {
        // What stands in a `let` may speak of its parameters.
        let fits = matches!(
            item.kind,
            ItemKind::Routes(_)
                | ItemKind::Policy(_)
                | ItemKind::Access(_)
                | ItemKind::Prove(_)
                | ItemKind::Telemetry(_)
        );
        self.within = fits.then(|| self.opened.span(item.id));
    }

    fn expr(&mut self, it: &Expr) {
        let is_condition = matches!(
            it.ungrouped().kind,
            ExprKind::Comparison(_) | ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Not(_)
        );
        if let (true, Some(around)) = (is_condition && self.opened.span(it.id) == self.selected, self.within)
        {
            self.found = Some((it.kind.clone(), around));
        }
    }
}
