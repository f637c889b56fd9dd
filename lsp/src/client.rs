//! What the editor said of itself.

use crate::position::Encoding;
use crate::protocol::Uri;
use serde_json::Value;

/// What the editor can do, and which folders it has open. What it says wrongly counts as not said: no editor is turned
/// away for a field that nobody needs.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// In what it counts characters.
    pub encoding: Encoding,
    /// Whether it asks for diagnostics, and again when told to; else they are pushed.
    pub pulls: bool,
    /// Whether it watches files for the server.
    pub watches: bool,
    /// Whether it asks again for code lenses when told to.
    pub refreshes_lenses: bool,
    /// Whether completions may have places to fill in.
    pub snippets: bool,
    /// Whether edits may name the version that they are for.
    pub versioned_edits: bool,
    /// Whether it knows symbols within symbols.
    pub nested_symbols: bool,
    /// Whether it shows what commands give: our own clients do.
    pub shows_results: bool,
    /// Its folders.
    pub folders: Vec<Uri>,
}

impl Client {
    /// What the parameters of `initialize` say.
    #[must_use]
    pub fn of(params: &Value) -> Self {
        let is = |path: &str| params.pointer(path).and_then(Value::as_bool).unwrap_or(false);
        let encodings = params.pointer("/capabilities/general/positionEncodings").and_then(Value::as_array);
        let utf8 = encodings.is_some_and(|all| all.iter().any(|one| one == "utf-8"));
        let pulls = params.pointer("/capabilities/textDocument/diagnostic").is_some_and(Value::is_object)
            && is("/capabilities/workspace/diagnostics/refreshSupport");
        Self {
            encoding: if utf8 { Encoding::Utf8 } else { Encoding::Utf16 },
            pulls,
            watches: is("/capabilities/workspace/didChangeWatchedFiles/dynamicRegistration"),
            refreshes_lenses: is("/capabilities/workspace/codeLens/refreshSupport"),
            snippets: is("/capabilities/textDocument/completion/completionItem/snippetSupport"),
            versioned_edits: is("/capabilities/workspace/workspaceEdit/documentChanges"),
            nested_symbols: is("/capabilities/textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
            shows_results: is("/initializationOptions/showsResults"),
            folders: folders(params),
        }
    }
}

fn folders(params: &Value) -> Vec<Uri> {
    let uri = |value: &Value| value.as_str().and_then(|text| Uri::parse(text).ok());
    let listed = params.pointer("/workspaceFolders").and_then(Value::as_array);
    match listed {
        Some(all) => all.iter().filter_map(|one| uri(one.pointer("/uri")?)).collect(),
        None => params.pointer("/rootUri").and_then(uri).into_iter().collect(),
    }
}
