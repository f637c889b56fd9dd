//! What the text leaves unsaid: `textDocument/inlayHint`.

use crate::protocol::{Answer, InlayHint, InlayHintKind, InlayHintParams, Label};
use crate::snapshot::{Opened, Snapshot};
use crate::tree::{Visitor, walk};
use crate::types::type_word;
use gloo_ir::resolve::{Kind, Kinds};
use gloo_syntax::ast::{Call, Expr, ExprKind, Item, ItemKind, Literal, Service};

/// The types of `let`s, the share that `rest` stands for, where services run.
pub fn hints(snapshot: &Snapshot, params: &InlayHintParams) -> Answer<Option<Vec<InlayHint>>> {
    if snapshot.is_manifest(&params.text_document.uri) {
        return Ok(None);
    }
    let opened = snapshot.open(&params.text_document.uri)?;
    let bytes = opened.text.bytes(params.range);
    let mut finder = Finder { snapshot, opened: &opened, found: Vec::new() };
    walk(opened.tree(), &mut finder);
    let inside = |(at, _, _): &(u32, String, Option<InlayHintKind>)| {
        bytes.start <= *at as usize && *at as usize <= bytes.end
    };
    let shown = finder.found.into_iter().filter(inside).map(|(at, text, kind)| InlayHint {
        position: opened.text.position(at),
        label: Label::String(text),
        kind,
        text_edits: None,
        tooltip: None,
        padding_left: Some(kind != Some(InlayHintKind::Type)),
        padding_right: None,
        data: None,
    });
    Ok(Some(shown.collect()))
}

struct Finder<'a> {
    snapshot: &'a Snapshot,
    opened: &'a Opened<'a>,
    found: Vec<(u32, String, Option<InlayHintKind>)>,
}

impl Finder<'_> {
    fn rest(&mut self, call: &Call) {
        let mut said = 0;
        let mut rest = None;
        for argument in &call.arguments {
            match &argument.value.ungrouped().kind {
                ExprKind::Literal(Literal::Percent(share)) => said += share,
                _ if argument.value.word().is_some_and(|word| &*word.text == "rest") => rest = Some(argument),
                // What a parameter stands for isn't known here.
                _ => return,
            }
        }
        let whole: u64 = 1_000_000;
        if let (Some(rest), Some(left)) = (rest, whole.checked_sub(said)) {
            let text = format!("= {}", gloo_ir::Percent { millionths: left as u32 });
            self.found.push((self.opened.span(rest.value.id).end, text, None));
        }
    }
}

impl Visitor for Finder<'_> {
    fn item(&mut self, item: &Item) {
        if let ItemKind::Let(it) = &item.kind
            && let Some(ty) = type_word(self.snapshot, self.opened.file, &it.body)
        {
            let before = self.opened.span(it.body.id).start;
            let text = self.opened.text.text.get(..before as usize).unwrap_or("");
            let end = text.trim_end().trim_end_matches('=').trim_end().len();
            self.found.push((end as u32, format!(": {ty}"), Some(InlayHintKind::Type)));
        }
    }

    fn service(&mut self, it: &Service) {
        let names = self.snapshot.database.names();
        let Ok(hit) = names.find(self.opened.file, &[&it.name.text], Kinds::of(&[Kind::Service])) else {
            return;
        };
        let all = names.all().filter(|(_, it)| it.kind == Kind::Cluster).count();
        let clusters = names.clusters(hit.id);
        // Where there is nothing to choose, nothing is news.
        if it.on.is_none() && hit.id.file == self.opened.file && clusters.len() < all {
            let on: Vec<&str> = clusters.iter().map(|cluster| cluster.as_str()).collect();
            let text = format!("on [{}]", on.join(", "));
            self.found.push((self.opened.span(it.name.id).end, text, None));
        }
    }

    fn expr(&mut self, it: &Expr) {
        if let ExprKind::Call(call) = &it.kind
            && call.callee.single().is_some_and(|name| &*name.text == "split")
        {
            self.rest(call);
        }
    }
}
