//! `gloo lsp` as an editor runs it: a process, its standard input and output.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "tests of the command write files and run it; what they can't do fails them"
)]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

struct Editor {
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Editor {
    fn new() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gloo"));
        let mut server = command
            .args(["lsp", "--stdio"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it runs");
        let input = server.stdin.take().expect("an input");
        let output = BufReader::new(server.stdout.take().expect("an output"));
        Self { server, input, output }
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("it reads");
        self.input.flush().expect("it reads");
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert_ne!(self.output.read_line(&mut line).expect("it answers"), 0, "it ended");
            if let Some(text) = line.strip_prefix("Content-Length: ") {
                length = text.trim().parse().expect("a number");
            } else if line.trim().is_empty() {
                break;
            }
        }
        let mut text = vec![0; length];
        self.output.read_exact(&mut text).expect("it answers");
        serde_json::from_slice(&text).expect("an answer")
    }

    /// The first message that is wanted.
    fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.receive();
            if wanted(&message) {
                return message;
            }
        }
    }
}

const PROGRAM: &str = r#"mesh acme { mtls: strict }
cluster local { backend: istio(version: "1.30", mode: sidecar) }
namespace shop { service cart { port http: 8080 } }
gateway edge { workload: { app: "edge" }  listener web: http(80) }
routes shop on edge for "shop.example" { any /cart/** => cart  any /cart/old => cart }
"#;

#[test]
fn opens_shows_builds_and_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("gloo.toml"), "[workspace]\nname = \"shop\"\n").expect("a file");
    let uri = format!("file://{}/main.gloo", folder.path().display());
    let mut editor = Editor::new();
    let root = format!("file://{}", folder.path().display());
    let params = json!({ "capabilities": {}, "workspaceFolders": [{ "uri": root, "name": "shop" }] });
    editor.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }));
    let answer = editor.wait(|message| message["id"] == 1);
    assert_eq!(answer["result"]["serverInfo"]["name"], "gloo", "{answer}");
    assert_eq!(answer["result"]["capabilities"]["positionEncoding"], "utf-16");
    editor.send(&json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }));

    let document = json!({ "uri": uri, "languageId": "gloo", "version": 1, "text": PROGRAM });
    let params = json!({ "textDocument": document });
    editor.send(&json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": params }));
    let shown = editor.wait(|message| {
        message["method"] == "textDocument/publishDiagnostics"
            && message["params"]["diagnostics"][0].is_object()
    });
    assert_eq!(shown["params"]["diagnostics"][0]["code"], "GL4004", "{shown}");

    // The second rule is gone, and what was found with it.
    let text = PROGRAM.replace("any /cart/old => cart", "");
    let params =
        json!({ "textDocument": { "uri": uri, "version": 2 }, "contentChanges": [{ "text": text }] });
    editor.send(&json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": params }));
    editor.wait(|message| {
        message["method"] == "textDocument/publishDiagnostics"
            && message["params"]["diagnostics"] == json!([])
    });

    let argument = json!({ "uri": uri, "position": { "line": 4, "character": 8 } });
    let params = json!({ "command": "gloo.showManifests", "arguments": [argument] });
    editor
        .send(&json!({ "jsonrpc": "2.0", "id": 2, "method": "workspace/executeCommand", "params": params }));
    let built = editor.wait(|message| message["id"] == 2);
    let manifests = built["result"]["text"].as_str().unwrap_or_else(|| panic!("{built}"));
    assert!(manifests.contains("kind: VirtualService"), "{manifests}");
    assert!(!manifests.contains("kind: Gateway\n"), "the gateway comes from elsewhere: {manifests}");

    editor.send(&json!({ "jsonrpc": "2.0", "id": 3, "method": "shutdown" }));
    assert_eq!(editor.wait(|message| message["id"] == 3)["result"], Value::Null);
    editor.send(&json!({ "jsonrpc": "2.0", "method": "exit" }));
    assert!(editor.server.wait().expect("it ends").success());
}

#[test]
fn an_end_without_goodbye_is_no_good_end() {
    let mut editor = Editor::new();
    editor.send(
        &json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "capabilities": {} } }),
    );
    editor.wait(|message| message["id"] == 1);
    editor.send(&json!({ "jsonrpc": "2.0", "method": "exit" }));
    assert_eq!(editor.server.wait().expect("it ends").code(), Some(1));
}
