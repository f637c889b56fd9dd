//! Which handler answers what.

use crate::protocol::wire::{self, Notification, Request, RequestId, Response};
use crate::protocol::{
    Answer, DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, Request as Asked, Uri,
};
use crate::server::{Asked as Kind, Server};
use crate::snapshot::Snapshot;
use crate::{
    calls, commands, completion, definition, diagnostics, fixes, folding, formatting, highlighting, hints,
    hover, lenses, links, notifications, references, rename, signature, symbols,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::PathBuf;

/// Has a request answered.
pub(crate) fn request(server: &mut Server, request: Request) {
    use crate::protocol as p;
    match request.method.as_str() {
        "textDocument/diagnostic" => {
            one::<p::DocumentDiagnosticRequest>(server, request, diagnostics::of_document);
        }
        "workspace/diagnostic" => {
            all::<p::WorkspaceDiagnosticRequest>(server, request, diagnostics::of_workspaces);
        }
        "textDocument/formatting" => {
            one::<p::DocumentFormattingRequest>(server, request, formatting::document);
        }
        "textDocument/rangeFormatting" => {
            one::<p::DocumentRangeFormattingRequest>(server, request, formatting::range);
        }
        "textDocument/onTypeFormatting" => {
            one::<p::DocumentOnTypeFormattingRequest>(server, request, formatting::on_type);
        }
        "textDocument/hover" => one::<p::HoverRequest>(server, request, hover::hover),
        "textDocument/definition" => one::<p::DefinitionRequest>(server, request, definition::definition),
        "textDocument/references" => one::<p::ReferencesRequest>(server, request, references::references),
        "textDocument/documentHighlight" => {
            one::<p::DocumentHighlightRequest>(server, request, references::highlights);
        }
        "textDocument/linkedEditingRange" => {
            one::<p::LinkedEditingRangeRequest>(server, request, references::linked);
        }
        "textDocument/prepareRename" => one::<p::PrepareRenameRequest>(server, request, rename::prepare),
        "textDocument/rename" => one::<p::RenameRequest>(server, request, rename::rename),
        "textDocument/completion" => one::<p::CompletionRequest>(server, request, completion::completion),
        "textDocument/signatureHelp" => one::<p::SignatureHelpRequest>(server, request, signature::help),
        "textDocument/documentSymbol" => {
            one::<p::DocumentSymbolRequest>(server, request, symbols::of_document);
        }
        "workspace/symbol" => all::<p::WorkspaceSymbolRequest>(server, request, symbols::of_workspaces),
        "textDocument/foldingRange" => one::<p::FoldingRangeRequest>(server, request, folding::folding),
        "textDocument/selectionRange" => one::<p::SelectionRangeRequest>(server, request, folding::selection),
        "textDocument/documentLink" => one::<p::DocumentLinkRequest>(server, request, links::links),
        "textDocument/semanticTokens/full" => {
            one::<p::SemanticTokensRequest>(server, request, highlighting::full);
        }
        "textDocument/semanticTokens/range" => {
            one::<p::SemanticTokensRangeRequest>(server, request, highlighting::range);
        }
        "textDocument/codeAction" => one::<p::CodeActionRequest>(server, request, fixes::actions),
        "textDocument/codeLens" => one::<p::CodeLensRequest>(server, request, lenses::lenses),
        "textDocument/inlayHint" => one::<p::InlayHintRequest>(server, request, hints::hints),
        "textDocument/prepareCallHierarchy" => {
            one::<p::CallHierarchyPrepareRequest>(server, request, calls::prepare);
        }
        "callHierarchy/incomingCalls" => {
            one::<p::CallHierarchyIncomingCallsRequest>(server, request, calls::incoming);
        }
        "callHierarchy/outgoingCalls" => {
            one::<p::CallHierarchyOutgoingCallsRequest>(server, request, calls::outgoing);
        }
        "workspace/executeCommand" => command(server, request),
        _ => {
            let code = wire::ErrorCode::MethodNotFound as i32;
            let text = format!("`{}` is not answered", request.method);
            server.send(Response::new_err(request.id, code, text));
        }
    }
}

/// Takes in what the editor tells. What can't be read is passed over: there is nobody to tell.
pub(crate) fn notification(server: &mut Server, notification: Notification) {
    let Notification { method, params } = notification;
    match method.as_str() {
        "textDocument/didOpen" => {
            with(params, |it: DidOpenTextDocumentParams| notifications::opened(server, it));
        }
        "textDocument/didChange" => {
            with(params, |it: DidChangeTextDocumentParams| notifications::changed(server, it));
        }
        "textDocument/didClose" => {
            with(params, |it: DidCloseTextDocumentParams| notifications::closed(server, it));
        }
        "textDocument/didSave" => with(params, |it: Value| {
            if let Some(uri) = address(&it) {
                notifications::on_disk(server, &[uri]);
            }
        }),
        "workspace/didChangeWatchedFiles" => with(params, |it: DidChangeWatchedFilesParams| {
            let uris: Vec<Uri> = it.changes.into_iter().map(|change| change.uri).collect();
            notifications::on_disk(server, &uris);
        }),
        "workspace/didChangeWorkspaceFolders" => {
            with(params, |it: DidChangeWorkspaceFoldersParams| notifications::folders(server, it.event));
        }
        "$/cancelRequest" => {
            let id = match params.get("id") {
                Some(Value::String(text)) => Some(RequestId::from(text.clone())),
                Some(number) => number.as_i64().and_then(|id| i32::try_from(id).ok()).map(RequestId::from),
                None => None,
            };
            if let Some(id) = id {
                server.cancel(id);
            }
        }
        _ => {}
    }
}

fn with<P: DeserializeOwned>(params: Value, act: impl FnOnce(P)) {
    if let Ok(params) = serde_json::from_value(params) {
        act(params);
    }
}

/// The file that parameters are about.
fn address(params: &Value) -> Option<Uri> {
    let places = ["/textDocument/uri", "/item/uri", "/arguments/0/uri"];
    let found = places.iter().find_map(|place| params.pointer(place)?.as_str());
    found.and_then(|text| Uri::parse(text).ok())
}

/// A request about one file.
fn one<R: Asked>(
    server: &mut Server,
    request: Request,
    handler: fn(&Snapshot, &R::Params) -> Answer<R::Result>,
) {
    let Some(uri) = address(&request.params) else {
        return refuse(server, request.id, "the request names no file");
    };
    let roots = [server.root_for(&uri)];
    run::<R>(server, request, &roots, move |snapshots, params| match snapshots.first() {
        Some(snapshot) => handler(snapshot, &params),
        None => Err(crate::protocol::Failure::Invalid("the workspace is gone".to_owned())),
    });
}

/// A command, about the file that its argument names, or about the only workspace.
fn command(server: &mut Server, request: Request) {
    let root = match address(&request.params) {
        Some(uri) => Some(server.root_for(&uri)),
        None => server.workspaces.keys().next().cloned(),
    };
    let roots: Vec<PathBuf> = root.into_iter().collect();
    run::<crate::protocol::ExecuteCommandRequest>(server, request, &roots, commands::execute);
}

/// A request about everything that is open.
fn all<R: Asked>(
    server: &mut Server,
    request: Request,
    handler: fn(&[Snapshot], &R::Params) -> Answer<R::Result>,
) {
    let roots: Vec<PathBuf> = server.workspaces.keys().cloned().collect();
    run::<R>(server, request, &roots, move |snapshots, params| handler(&snapshots, &params));
}

fn run<R: Asked>(
    server: &mut Server,
    request: Request,
    roots: &[PathBuf],
    handler: impl FnOnce(Vec<Snapshot>, R::Params) -> Answer<R::Result> + Send + 'static,
) {
    let kind = if request.method == "workspace/executeCommand" { Kind::Command } else { Kind::Question };
    match serde_json::from_value::<R::Params>(request.params) {
        Ok(params) => server.answer(request.id, kind, roots, move |snapshots| handler(snapshots, params)),
        Err(error) => refuse(server, request.id, &error.to_string()),
    }
}

fn refuse(server: &Server, id: RequestId, text: &str) {
    server.send(Response::new_err(id, wire::ErrorCode::InvalidParams as i32, text.to_owned()));
}
