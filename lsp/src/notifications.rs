//! What the editor tells: files that open, change and close, folders that come and go.

use crate::documents::Document;
use crate::protocol::{
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, Uri,
    WorkspaceFoldersChangeEvent,
};
use crate::server::Server;
use crate::workspace::{root_of, single_root};
use std::path::PathBuf;

/// A file is open: from now on the editor says what is in it.
pub(crate) fn opened(server: &mut Server, params: DidOpenTextDocumentParams) {
    let it = params.text_document;
    server.documents.insert(it.uri.clone(), Document { version: it.version, text: it.text.into() });
    reload_around(server, &it.uri);
}

/// An open file is edited. A change of one that isn't open is passed over.
pub(crate) fn changed(server: &mut Server, params: DidChangeTextDocumentParams) {
    let uri = params.text_document.text_document_identifier.uri;
    let encoding = server.client.encoding;
    let Some(document) = server.documents.get_mut(&uri) else { return };
    document.change(params.text_document.version, params.content_changes, encoding);
    let document = document.clone();
    let root = server.root_for(&uri);
    let world = server.world.clone();
    let Some(workspace) = server.workspaces.get_mut(&root) else { return };
    // Threads that work on the older state see this before the change waits for them.
    workspace.changed();
    if !workspace.edit(&uri, &document) {
        workspace.reload(&server.documents, &*world);
    }
    server.diagnose(&root, true);
}

/// A file is closed: what is on the disk counts again.
pub(crate) fn closed(server: &mut Server, params: DidCloseTextDocumentParams) {
    let uri = params.text_document.uri;
    if server.documents.remove(&uri).is_none() {
        return;
    }
    let single = single_root(&uri);
    if server.workspaces.get(&single).is_some_and(|workspace| workspace.is_single) {
        server.forget(&single);
    }
    reload_around(server, &uri);
}

/// Files have changed, come or gone on the disk.
pub(crate) fn on_disk(server: &mut Server, uris: &[Uri]) {
    let paths = uris.iter().filter_map(|uri| uri.to_file_path().ok());
    let touched: Vec<PathBuf> = paths.collect();
    let moved = touched.iter().any(|path| path.ends_with(gloo_db::MANIFEST));
    let roots: Vec<PathBuf> = server.workspaces.keys().cloned().collect();
    let mut is_read = false;
    for root in roots {
        // Where a `gloo.toml` comes or goes, files go from one workspace to another.
        let is_touched =
            server.workspaces.get(&root).is_some_and(|it| touched.iter().any(|path| it.is_touched(path)));
        if moved || is_touched {
            reload(server, &root);
            is_read = true;
        }
    }
    if server.client.pulls && is_read {
        server.ask("workspace/diagnostic/refresh", serde_json::Value::Null);
    }
    if moved {
        let open: Vec<Uri> = server.documents.keys().cloned().collect();
        for uri in open {
            server.root_for(&uri);
        }
    }
}

/// Folders come and go. A workspace stays as long as one of its files is open.
pub(crate) fn folders(server: &mut Server, event: WorkspaceFoldersChangeEvent) {
    for folder in event.added {
        folder_opened(server, &folder.uri);
    }
    for folder in event.removed {
        let Ok(path) = folder.uri.to_file_path() else { continue };
        let has_open =
            server.documents.keys().any(|uri| uri.to_file_path().is_ok_and(|it| it.starts_with(&path)));
        if !has_open {
            let gone: Vec<PathBuf> =
                server.workspaces.keys().filter(|root| root.starts_with(&path)).cloned().collect();
            gone.iter().for_each(|root| server.forget(root));
        }
    }
}

/// A folder is open: if it is a workspace, or in one, that is read.
pub(crate) fn folder_opened(server: &mut Server, folder: &Uri) {
    let Ok(path) = folder.to_file_path() else { return };
    if let Some(root) = root_of(&path, &*server.world) {
        server.read(&root, false);
    }
}

/// Reads the workspace around a file again, and the file's own if it had been alone.
fn reload_around(server: &mut Server, uri: &Uri) {
    if !server.documents.contains_key(uri) {
        let known = uri.to_file_path().ok().and_then(|path| root_of(&path, &*server.world));
        if let Some(root) = known {
            reload(server, &root);
        }
        return;
    }
    let root = server.root_for(uri);
    reload(server, &root);
    let single = single_root(uri);
    if single != root && server.workspaces.get(&single).is_some_and(|workspace| workspace.is_single) {
        server.forget(&single);
    }
}

fn reload(server: &mut Server, root: &PathBuf) {
    let world = server.world.clone();
    let Some(workspace) = server.workspaces.get_mut(root) else { return };
    let is_gone = !workspace.is_single && !world.exists(&root.join(gloo_db::MANIFEST));
    let now_inside = workspace.is_single && root_of(root, &*world).is_some();
    if is_gone || now_inside {
        server.forget(root);
        return;
    }
    workspace.changed();
    workspace.reload(&server.documents, &*world);
    server.diagnose(root, true);
}
