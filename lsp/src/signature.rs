//! The arguments of the call that is being written: `textDocument/signatureHelp`.

use crate::context::{Frame, context};
use crate::names;
use crate::protocol::{
    ActiveParameter, Answer, Documentation, ParameterInformation, ParameterInformationLabel, SignatureHelp,
    SignatureHelpParams, SignatureInformation,
};
use crate::snapshot::{Opened, Snapshot};
use crate::vocabulary::CALLS;
use gloo_ir::resolve::{Kind, Kinds};
use gloo_syntax::Fixed;

/// The signature of the innermost call around a position, and which of its arguments is being written.
pub fn help(snapshot: &Snapshot, params: &SignatureHelpParams) -> Answer<Option<SignatureHelp>> {
    let at = &params.text_document_position_params;
    if snapshot.is_manifest(&at.text_document.uri) {
        return Ok(None);
    }
    let opened = snapshot.open(&at.text_document.uri)?;
    let context = context(&opened.text, opened.offset(at.position), &opened.parsed.comments);
    let frames = context.frames.iter().rev();
    let mut calls = frames.take_while(|frame| frame.bracket != Fixed::BraceOpen);
    let Some(frame) = calls.find(|frame| frame.bracket == Fixed::ParenOpen) else { return Ok(None) };
    let named = match context.entry.as_slice() {
        [key, colon, ..] if colon.is(Fixed::Colon) => Some(key.text),
        _ => None,
    };
    Ok(signature(snapshot, &opened, frame, named))
}

fn signature(
    snapshot: &Snapshot,
    opened: &Opened<'_>,
    frame: &Frame<'_>,
    named: Option<&str>,
) -> Option<SignatureHelp> {
    let name = frame.head.last().filter(|word| word.token.is_name())?.text;
    let (arguments, doc) = match CALLS.iter().find(|call| call.name == name) {
        Some(call) => {
            let arguments = call.arguments.iter().map(|(text, doc)| ((*text).to_owned(), (*doc).to_owned()));
            (arguments.collect::<Vec<_>>(), call.doc.to_owned())
        }
        None => of_let(snapshot, opened, name)?,
    };
    let by_name = named.and_then(|named| {
        arguments.iter().position(|(text, _)| text.split(':').next().is_some_and(|key| key == named))
    });
    let most = arguments.len().saturating_sub(1) as u32;
    let active = by_name.map_or(frame.commas.min(most), |at| at as u32);
    let labels: Vec<&str> = arguments.iter().map(|(text, _)| text.as_str()).collect();
    let label = format!("{name}({})", labels.join(", "));
    let parameters = arguments.iter().map(|(text, doc)| ParameterInformation {
        label: ParameterInformationLabel::String(text.clone()),
        documentation: (!doc.is_empty()).then(|| Documentation::String(doc.clone())),
    });
    let signature = SignatureInformation {
        label,
        documentation: (!doc.is_empty()).then_some(Documentation::String(doc)),
        parameters: Some(parameters.collect()),
        active_parameter: None,
    };
    let active = ActiveParameter::Int(active);
    Some(SignatureHelp {
        signatures: vec![signature],
        active_signature: Some(0),
        active_parameter: Some(active),
    })
}

/// The parameters of a `let`.
fn of_let(snapshot: &Snapshot, opened: &Opened<'_>, name: &str) -> Option<(Vec<(String, String)>, String)> {
    let names = snapshot.database.names();
    let hit = names.find(opened.file, &[name], Kinds::of(&[Kind::Let])).ok()?;
    let template = names::template(snapshot, hit.id)?;
    let parameters = template.parameters.as_ref()?;
    let shown = parameters.iter().map(|it| (format!("{}: {}", it.name.text, it.ty.text), String::new()));
    Some((shown.collect(), String::new()))
}
