//! Where a name is used.

use crate::names::{self, Occurrence};
use crate::protocol::{
    Answer, DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams, LinkedEditingRangeParams,
    LinkedEditingRanges, Location, ReferenceParams,
};
use crate::snapshot::Snapshot;

/// `textDocument/references`: over the whole workspace, whatever the name is called there.
pub fn references(snapshot: &Snapshot, params: &ReferenceParams) -> Answer<Option<Vec<Location>>> {
    let at = &params.text_document_position_params;
    if snapshot.is_manifest(&at.text_document.uri) {
        return Ok(None);
    }
    let opened = snapshot.open(&at.text_document.uri)?;
    let Some(found) = names::at(snapshot, &opened, opened.offset(at.position)) else { return Ok(None) };
    let all = names::everywhere(snapshot, |one| is_same(&found, one));
    let wanted = all.into_iter().filter(|one| params.context.include_declaration || !one.declares);
    Ok(Some(wanted.filter_map(|one| snapshot.location(one.span)).collect()))
}

/// `textDocument/documentHighlight`
pub fn highlights(
    snapshot: &Snapshot,
    params: &DocumentHighlightParams,
) -> Answer<Option<Vec<DocumentHighlight>>> {
    let at = &params.text_document_position_params;
    if snapshot.is_manifest(&at.text_document.uri) {
        return Ok(None);
    }
    let opened = snapshot.open(&at.text_document.uri)?;
    let Some(found) = names::at(snapshot, &opened, opened.offset(at.position)) else { return Ok(None) };
    let here = names::occurrences(snapshot, &opened).into_iter().filter(|one| is_same(&found, one));
    let shown = here.map(|one| DocumentHighlight {
        range: opened.text.range(one.span),
        kind: Some(if one.declares { DocumentHighlightKind::Write } else { DocumentHighlightKind::Read }),
    });
    Ok(Some(shown.collect()))
}

/// `textDocument/linkedEditingRange`: the parameters of a `let`, which are called so nowhere else but in calls by name.
pub fn linked(snapshot: &Snapshot, params: &LinkedEditingRangeParams) -> Answer<Option<LinkedEditingRanges>> {
    let at = &params.text_document_position_params;
    if snapshot.is_manifest(&at.text_document.uri) {
        return Ok(None);
    }
    let opened = snapshot.open(&at.text_document.uri)?;
    let found = names::at(snapshot, &opened, opened.offset(at.position));
    let Some(found) = found.filter(|one| matches!(one.symbol, names::Symbol::Parameter(..))) else {
        return Ok(None);
    };
    let all = names::everywhere(snapshot, |one| one.symbol == found.symbol);
    if all.iter().any(|one| one.span.file != opened.file) {
        return Ok(None);
    }
    let ranges = all.into_iter().map(|one| opened.text.range(one.span)).collect();
    Ok(Some(LinkedEditingRanges { ranges, word_pattern: None }))
}

/// Whether two words stand for the same thing.
fn is_same(one: &Occurrence, other: &Occurrence) -> bool {
    one.symbol == other.symbol || one.declaration().is_some() && one.declaration() == other.declaration()
}
