//! An editor that drives the server over a connection in memory.

use gloo_ir::Program;
use gloo_source::{Diagnostic, Place};
use gloo_world::Disk;
use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tempfile::TempDir;

/// How long an answer may take, on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Editor {
    pub folder: TempDir,
    connection: Connection,
    server: Option<JoinHandle<bool>>,
    next: i32,
    versions: BTreeMap<String, i32>,
    /// What the server has told, in order.
    pub told: VecDeque<Notification>,
    /// What the server has asked.
    pub asked: VecDeque<Request>,
    answers: BTreeMap<String, Response>,
    /// The diagnostics that are shown, by address.
    pub shown: BTreeMap<String, Value>,
}

/// A target that writes a line for each table.
fn build(
    program: &Program,
    positions: &(dyn Fn(Place) -> String + Sync),
) -> Result<Vec<(String, String)>, Vec<Diagnostic<Place>>> {
    let tables = program.tables.values();
    Ok(tables.map(|it| (format!("{}.yaml", it.id), format!("# from {}\n", positions(it.place)))).collect())
}

/// What the tests' editor can do.
pub fn capabilities() -> Value {
    json!({
        "workspace": {
            "codeLens": { "refreshSupport": true },
            "workspaceEdit": { "documentChanges": false },
        },
        "textDocument": {
            "completion": { "completionItem": { "snippetSupport": true } },
            "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
        },
    })
}

impl Editor {
    /// An editor with these files in one folder, which is open.
    pub fn new(files: &[(&str, &str)]) -> Self {
        Self::with(files, &capabilities(), &[""])
    }

    /// An editor that can do this and has these folders open.
    pub fn with(files: &[(&str, &str)], capabilities: &Value, roots: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            write(&folder.path().join(path), text.as_bytes());
        }
        let (ours, theirs) = Connection::memory();
        let server = std::thread::spawn(move || {
            gloo_lsp::run(&theirs, Arc::new(Disk), Arc::new(build)).unwrap_or(false)
        });
        let mut editor = Self {
            folder,
            connection: ours,
            server: Some(server),
            next: 0,
            versions: BTreeMap::new(),
            told: VecDeque::new(),
            asked: VecDeque::new(),
            answers: BTreeMap::new(),
            shown: BTreeMap::new(),
        };
        let folders: Vec<Value> =
            roots.iter().map(|root| json!({ "uri": editor.uri(root), "name": root })).collect();
        let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities, "workspaceFolders": folders });
        editor.request("initialize", params).unwrap();
        editor.notify("initialized", json!({}));
        editor
    }

    pub fn path(&self, path: &str) -> PathBuf {
        path.split('/')
            .filter(|part| !part.is_empty())
            .fold(self.folder.path().to_path_buf(), |all, part| all.join(part))
    }

    pub fn uri(&self, path: &str) -> String {
        format!("file://{}", self.path(path).display())
    }

    pub fn send(&mut self, method: &str, params: Value) -> RequestId {
        self.next += 1;
        let id = RequestId::from(self.next);
        let request = Request::new(id.clone(), method.to_owned(), params);
        self.connection.sender.send(request.into()).unwrap();
        id
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        self.connection.sender.send(Notification::new(method.to_owned(), params).into()).unwrap();
    }

    /// Asks and waits for the answer.
    pub fn request(&mut self, method: &str, params: Value) -> Result<Value, (i32, String)> {
        let id = self.send(method, params);
        self.answer(&id)
    }

    pub fn answer(&mut self, id: &RequestId) -> Result<Value, (i32, String)> {
        let key = id.to_string();
        while !self.answers.contains_key(&key) {
            self.pump();
        }
        let response = self.answers.remove(&key).unwrap();
        response.response_result.map_err(|error| (error.code, error.message))
    }

    /// Takes in one message.
    fn pump(&mut self) {
        let message = self.connection.receiver.recv_timeout(PATIENCE);
        match message
            .unwrap_or_else(|error| panic!("the server says nothing: {error}; shown: {:#?}", self.shown))
        {
            Message::Response(response) => {
                if let Err(error) = &response.response_result {
                    assert!(!error.message.contains("a bug in gloo"), "{error:?}");
                }
                self.answers.insert(response.id.to_string(), response);
            }
            Message::Request(request) => {
                let answer = Response::new_ok(request.id.clone(), Value::Null);
                self.connection.sender.send(answer.into()).unwrap();
                self.asked.push_back(request);
            }
            Message::Notification(notification) => {
                if notification.method == "textDocument/publishDiagnostics" {
                    let uri = notification.params["uri"].as_str().unwrap().to_owned();
                    self.shown.insert(uri, notification.params["diagnostics"].clone());
                }
                assert_ne!(notification.method, "window/logMessage", "{:?}", notification.params);
                self.told.push_back(notification);
            }
        }
    }

    pub fn open(&mut self, path: &str) {
        let text = String::from_utf8_lossy(&std::fs::read(self.path(path)).unwrap()).into_owned();
        self.open_with(path, &text);
    }

    pub fn open_with(&mut self, path: &str, text: &str) {
        self.versions.insert(path.to_owned(), 1);
        let document = json!({ "uri": self.uri(path), "languageId": "gloo", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Puts another text into an open file.
    pub fn set(&mut self, path: &str, text: &str) {
        self.change(path, &json!([{ "text": text }]));
    }

    pub fn change(&mut self, path: &str, changes: &Value) {
        let version = self.versions.get_mut(path).unwrap();
        *version += 1;
        let document = json!({ "version": *version, "uri": self.uri(path) });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    pub fn close(&mut self, path: &str) {
        let document = json!({ "uri": self.uri(path) });
        self.notify("textDocument/didClose", json!({ "textDocument": document }));
    }

    /// Writes a file to the disk and says so.
    pub fn write(&mut self, path: &str, bytes: &[u8]) {
        write(&self.path(path), bytes);
        self.touched(path);
    }

    pub fn touched(&mut self, path: &str) {
        let changes = json!([{ "uri": self.uri(path), "type": 2 }]);
        self.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    }

    /// Asks about a position of a file.
    pub fn at(
        &mut self,
        method: &str,
        path: &str,
        line: u32,
        character: u32,
    ) -> Result<Value, (i32, String)> {
        let uri = self.uri(path);
        let position = json!({ "line": line, "character": character });
        self.request(method, json!({ "textDocument": { "uri": uri }, "position": position }))
    }

    /// The codes that are shown for a file.
    pub fn codes(&self, path: &str) -> Vec<String> {
        let all = self.shown.get(&self.uri(path)).and_then(Value::as_array).cloned().unwrap_or_default();
        all.iter().map(|one| one["code"].as_str().unwrap_or("").to_owned()).collect()
    }

    /// Waits until a file is shown with these codes.
    pub fn wait_for(&mut self, path: &str, codes: &[&str]) {
        self.wait_until(path, |shown| shown == codes);
    }

    /// Waits until a file is shown with such codes.
    pub fn wait_until(&mut self, path: &str, wanted: impl Fn(&[String]) -> bool) {
        while !self.shown.contains_key(&self.uri(path)) || !wanted(&self.codes(path)) {
            self.pump();
        }
    }

    /// Waits until something is shown for a file.
    pub fn wait_for_any(&mut self, path: &str) {
        while self.codes(path).is_empty() {
            self.pump();
        }
    }

    /// Waits until something is told or asked by that method.
    pub fn wait_until_asked(&mut self, method: &str) {
        while !self.asked.iter().any(|request| request.method == method) {
            self.pump();
        }
    }

    pub fn pulled(&mut self, path: &str) -> Value {
        let uri = self.uri(path);
        self.request("textDocument/diagnostic", json!({ "textDocument": { "uri": uri } })).unwrap()["items"]
            .clone()
    }

    /// Says goodbye; whether the server ended as agreed.
    pub fn shutdown(mut self) -> bool {
        self.request("shutdown", Value::Null).unwrap();
        self.notify("exit", Value::Null);
        self.server.take().unwrap().join().unwrap()
    }
}

pub fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// An answer so that it can be read: ranges as `1:2-3:4`, addresses without the folder.
pub fn readable(value: &Value, folder: &Path) -> Value {
    match value {
        Value::Object(map) => {
            if let (2, Some(start), Some(end)) = (map.len(), map.get("start"), map.get("end")) {
                return Value::String(format!("{}-{}", position(start), position(end)));
            }
            if map.len() == 2 && map.contains_key("line") && map.contains_key("character") {
                return Value::String(position(value));
            }
            let all =
                map.iter().map(|(key, value)| (key.replace(&prefix(folder), ""), readable(value, folder)));
            let mut all: Vec<(String, Value)> = all.collect();
            // Files of an edit come in any order.
            if all.iter().all(|(key, _)| key.ends_with(".gloo")) {
                all.sort_by(|one, other| one.0.cmp(&other.0));
            }
            Value::Object(all.into_iter().collect())
        }
        Value::Array(all) => Value::Array(all.iter().map(|one| readable(one, folder)).collect()),
        Value::String(text) => {
            Value::String(text.replace(&prefix(folder), "").replace(&folder.display().to_string(), ""))
        }
        other => other.clone(),
    }
}

fn prefix(folder: &Path) -> String {
    format!("file://{}/", folder.display())
}

fn position(value: &Value) -> String {
    format!("{}:{}", value["line"], value["character"])
}
