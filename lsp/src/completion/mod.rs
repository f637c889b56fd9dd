//! What can be written at a cursor: `textDocument/completion`.

mod item;
mod member;
mod offer;
mod value;
mod wanted;

use crate::context::{Context, context};
use crate::protocol::{Answer, CompletionItem, CompletionParams, CompletionResponse};
use crate::snapshot::{Opened, Snapshot};
use gloo_syntax::Fixed;
use item::Items;

/// The characters after which an editor asks by itself.
pub const TRIGGERS: &[&str] = &[".", "@", ":", " ", "\"", "("];

/// What can be written at a position, in a line that is half written too.
pub fn completion(snapshot: &Snapshot, params: &CompletionParams) -> Answer<Option<CompletionResponse>> {
    let at = &params.text_document_position_params;
    if snapshot.is_manifest(&at.text_document.uri) {
        return Ok(None);
    }
    let opened = snapshot.open(&at.text_document.uri)?;
    let offset = opened.offset(at.position);
    let context = context(&opened.text, offset, &opened.parsed.comments);
    if context.in_comment {
        return Ok(None);
    }
    let start = match &context.string {
        Some(string) => string.start as u32 + 1,
        None => context.start(offset),
    };
    let range = opened.text.range_of(start.min(offset), offset);
    let mut items = Items::new(range, snapshot.client.snippets);
    fill(snapshot, &opened, &context, &mut items);
    let items: Vec<CompletionItem> = items.finish();
    Ok(Some(items.into()))
}

fn fill(snapshot: &Snapshot, opened: &Opened<'_>, context: &Context<'_>, items: &mut Items) {
    if context.string.is_some() {
        value::in_string(snapshot, opened, context, items);
        return;
    }
    match context.previous() {
        Some(previous) if previous.is(Fixed::Dot) => member::members(snapshot, opened, context, items),
        Some(previous) if previous.is(Fixed::At) => {
            items.names(snapshot, opened, gloo_ir::resolve::Kinds::of(&[gloo_ir::resolve::Kind::Cluster]));
        }
        _ => wanted::wanted(snapshot, opened, context, items),
    }
}
