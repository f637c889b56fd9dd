//! Giving something another name.

use crate::edit::Changes;
use crate::names::{self, Occurrence, Symbol};
use crate::protocol::{
    Answer, Failure, PrepareRenameParams, PrepareRenamePlaceholder, PrepareRenameResult, RenameParams,
    WorkspaceEdit,
};
use crate::snapshot::{Opened, Snapshot};
use gloo_syntax::{Token, lex};

/// `textDocument/prepareRename`
pub fn prepare(snapshot: &Snapshot, params: &PrepareRenameParams) -> Answer<Option<PrepareRenameResult>> {
    let at = &params.text_document_position_params;
    if snapshot.is_manifest(&at.text_document.uri) {
        return Ok(None);
    }
    let opened = snapshot.open(&at.text_document.uri)?;
    let Some(found) = renamed(snapshot, &opened, opened.offset(at.position)) else { return Ok(None) };
    let placeholder = opened.text.slice(found.span).to_owned();
    let range = opened.text.range(found.span);
    Ok(Some(PrepareRenamePlaceholder { range, placeholder }.into()))
}

/// `textDocument/rename`: everywhere where it is called by the name; where a `use` calls it otherwise, that stays.
pub fn rename(snapshot: &Snapshot, params: &RenameParams) -> Answer<Option<WorkspaceEdit>> {
    let at = &params.text_document_position_params;
    if snapshot.is_manifest(&at.text_document.uri) {
        return Ok(None);
    }
    let opened = snapshot.open(&at.text_document.uri)?;
    let Some(found) = renamed(snapshot, &opened, opened.offset(at.position)) else { return Ok(None) };
    let name = &params.new_name;
    if !is_name(name) {
        return Err(Failure::Invalid(format!(
            "`{name}` is no name: names are words of letters, digits, `_` and `-`, and no reserved ones"
        )));
    }
    let mut changes = Changes::default();
    for one in names::everywhere(snapshot, |one| one.symbol == found.symbol) {
        changes.replace(one.span, name);
    }
    Ok(Some(changes.edit(snapshot)))
}

/// What is renamed at a byte of a file: one of what another `use` calls otherwise is called so in its own file only.
fn renamed(snapshot: &Snapshot, opened: &Opened<'_>, offset: u32) -> Option<Occurrence> {
    let found = names::at(snapshot, opened, offset)?;
    match found.symbol {
        // The alias is renamed where it is declared; the workspace has one such place.
        Symbol::Alias(file, _) => (file == opened.file).then_some(found),
        _ => Some(found),
    }
}

/// Whether a text is one word that can be a name.
fn is_name(text: &str) -> bool {
    matches!(lex(text).as_slice(), [(token, range)] if Token::is_name(*token) && range.len() == text.len())
}
