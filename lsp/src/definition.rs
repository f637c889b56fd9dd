//! From a name to where it is declared.

use crate::links;
use crate::names;
use crate::protocol::{Answer, Definition, DefinitionParams, DefinitionResponse, Location};
use crate::snapshot::{Snapshot, join};

/// `textDocument/definition`: the declaration, or the file that is taken in.
pub fn definition(snapshot: &Snapshot, params: &DefinitionParams) -> Answer<Option<DefinitionResponse>> {
    let at = &params.text_document_position_params;
    if snapshot.is_manifest(&at.text_document.uri) {
        return Ok(None);
    }
    let opened = snapshot.open(&at.text_document.uri)?;
    let offset = opened.offset(at.position);
    let found = names::at(snapshot, &opened, offset);
    let declared = found.and_then(|found| names::declared(snapshot, &found));
    let location = declared.and_then(|span| snapshot.location(span)).or_else(|| {
        let taken_in = links::taken_in(snapshot, &opened).into_iter();
        let link = taken_in.into_iter().find(|link| link.span.start <= offset && offset <= link.span.end)?;
        let uri = crate::protocol::Uri::from_file_path(join(&snapshot.root, &link.path)).ok()?;
        Some(Location { uri, range: crate::protocol::Range::default() })
    });
    Ok(location.map(|location| DefinitionResponse::Definition(Definition::Location(location))))
}
