//! What the editor tells and asks, and in which order, over a connection in memory.

use crate::editor::{Editor, capabilities};
use lsp_server::ErrorCode;
use serde_json::{Value, json};

const MANIFEST: (&str, &str) = ("gloo.toml", "[workspace]\nname = \"shop\"\n");

const INFRASTRUCTURE: &str = r#"cluster local { backend: envoy(version: "1.40") }

namespace shop {
  service cart { port http: 8080 }
  service catalog { port http: 8081 }
}

gateway edge { listener web: http(80) { hosts: ["shop.example"] } }
"#;

const ROUTES: &str = r#"routes shop on edge for "shop.example" {
  any /cart/** => cart
  otherwise    => catalog
}
"#;

/// A table whose second rule never decides.
const SHADOWED: &str = r#"routes shop on edge for "shop.example" {
  any /cart/**  => cart
  any /cart/old => catalog
  otherwise     => catalog
}
"#;

fn shop() -> Editor {
    Editor::new(&[MANIFEST, ("infrastructure.gloo", INFRASTRUCTURE), ("routes.gloo", ROUTES)])
}

#[test]
fn begins_and_ends() {
    let editor = shop();
    assert!(editor.shutdown());
}

#[test]
fn mistakes_are_pushed_and_taken_back() {
    let mut editor = shop();
    editor.open("routes.gloo");
    editor.wait_for("routes.gloo", &[]);
    editor.set("routes.gloo", &ROUTES.replace("=> cart", "=> basket"));
    editor.wait_for("routes.gloo", &["GL2001"]);
    editor.set("routes.gloo", &ROUTES.replace("=> cart", "=> )"));
    editor.wait_until("routes.gloo", |codes| codes.iter().any(|code| code.starts_with("GL1")));
    editor.set("routes.gloo", ROUTES);
    editor.wait_for("routes.gloo", &[]);
    assert!(editor.shutdown());
}

#[test]
fn findings_come_later_and_go_at_once() {
    let mut editor = shop();
    editor.open("routes.gloo");
    editor.set("routes.gloo", SHADOWED);
    editor.wait_for("routes.gloo", &["GL4004"]);
    let shown = editor.shown[&editor.uri("routes.gloo")][0].clone();
    assert_eq!(shown["range"]["start"]["line"], 2);
    assert!(shown["message"].as_str().unwrap().contains("request: "), "{shown}");
    // White space changes nothing: the finding stays, at its new place.
    editor.set("routes.gloo", &format!("\n\n{SHADOWED}"));
    editor.wait_for("routes.gloo", &["GL4004"]);
    // Another mistake in the file takes it back.
    editor.set("routes.gloo", &SHADOWED.replace("=> cart", "=> basket"));
    editor.wait_for("routes.gloo", &["GL2001"]);
    editor.set("routes.gloo", ROUTES);
    editor.wait_for("routes.gloo", &[]);
    assert!(editor.shutdown());
}

#[test]
fn diagnostics_are_pulled_where_the_editor_can() {
    let mut capabilities = capabilities();
    capabilities["textDocument"]["diagnostic"] = json!({});
    capabilities["workspace"]["diagnostics"] = json!({ "refreshSupport": true });
    let files = [MANIFEST, ("infrastructure.gloo", INFRASTRUCTURE), ("routes.gloo", SHADOWED)];
    let mut editor = Editor::with(&files, &capabilities, &[""]);
    editor.open("routes.gloo");
    editor.wait_until_asked("workspace/codeLens/refresh");
    let uri = editor.uri("routes.gloo");
    let document = json!({ "textDocument": { "uri": uri } });
    let full = editor.request("textDocument/diagnostic", document).unwrap();
    assert_eq!(full["kind"], "full");
    assert_eq!(full["items"][0]["code"], "GL4004");
    let again = json!({ "textDocument": { "uri": uri }, "previousResultId": full["resultId"] });
    assert_eq!(editor.request("textDocument/diagnostic", again).unwrap()["kind"], "unchanged");
    let all = editor.request("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    let found = all["items"].as_array().unwrap().iter().find(|one| one["uri"] == uri.as_str()).unwrap();
    assert_eq!(found["items"][0]["code"], "GL4004");
    assert!(editor.shown.is_empty(), "nothing is pushed to an editor that pulls");
    assert!(editor.shutdown());
}

#[test]
fn utf_8_where_the_editor_can() {
    let mut utf8 = capabilities();
    utf8["general"] = json!({ "positionEncodings": ["utf-8", "utf-16"] });
    let text = "let a = \"𝄞\" let b = cluster é";
    for (capabilities, character) in [(capabilities(), 29), (utf8, 31)] {
        let mut editor = Editor::with(&[MANIFEST, ("a.gloo", "")], &capabilities, &[""]);
        editor.open("a.gloo");
        editor.set("a.gloo", text);
        let found = editor.pulled("a.gloo");
        let starts: Vec<&Value> =
            found.as_array().unwrap().iter().map(|it| &it["range"]["start"]["character"]).collect();
        assert!(starts.contains(&&json!(character)), "{character}: {found}");
        assert!(editor.shutdown());
    }
}

#[test]
fn edits_of_parts() {
    let mut editor = shop();
    editor.open("routes.gloo");
    editor.wait_for("routes.gloo", &[]);
    let range = |line: u32, from: u32, to: u32| json!({ "start": { "line": line, "character": from }, "end": { "line": line, "character": to } });
    editor.change(
        "routes.gloo",
        &json!([
            { "range": range(1, 18, 22), "text": "𝄞basket" },
            { "range": range(1, 18, 20), "text": "" },
        ]),
    );
    editor.wait_for("routes.gloo", &["GL2001"]);
    // Positions that are nowhere do no harm.
    editor.change("routes.gloo", &json!([{ "range": range(9999, 7, 3), "text": "\n// end" }]));
    editor.change("routes.gloo", &json!([{ "range": { "start": { "line": 3, "character": 0 }, "end": { "line": 1, "character": 18 } }, "text": "" }]));
    let hover = editor.at("textDocument/hover", "routes.gloo", 4_000_000_000, 4_000_000_000);
    assert_eq!(hover, Ok(Value::Null));
    assert!(editor.shutdown());
}

#[test]
fn a_request_that_is_cancelled_is_answered() {
    let mut editor = shop();
    editor.open("routes.gloo");
    let uri = editor.uri("routes.gloo");
    let ids: Vec<_> = (0..20)
        .map(|_| {
            let id =
                editor.send("textDocument/semanticTokens/full", json!({ "textDocument": { "uri": uri } }));
            let number: i32 = id.to_string().parse().unwrap();
            editor.notify("$/cancelRequest", json!({ "id": number }));
            id
        })
        .collect();
    for id in ids {
        // It may have been too late.
        match editor.answer(&id) {
            Ok(_) => {}
            Err((code, _)) => assert_eq!(code, ErrorCode::RequestCanceled as i32),
        }
    }
    assert!(editor.shutdown());
}

#[test]
fn requests_before_an_edit_are_answered_or_said_to_be_stale() {
    let mut editor = shop();
    editor.open("routes.gloo");
    let uri = editor.uri("routes.gloo");
    let mut ids = Vec::new();
    for round in 0..20 {
        for _ in 0..5 {
            ids.push(editor.send("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } })));
        }
        editor.set("routes.gloo", &format!("{ROUTES}// {round}\n"));
    }
    for id in ids {
        if let Err((code, message)) = editor.answer(&id) {
            assert_eq!(code, ErrorCode::ContentModified as i32, "{message}");
        }
    }
    let last =
        editor.request("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } })).unwrap();
    assert_eq!(last[0]["name"], "shop");
    assert!(editor.shutdown());
}

#[test]
fn wrong_requests_are_errors_and_the_server_goes_on() {
    let mut editor = shop();
    editor.open("routes.gloo");
    let unknown = editor.request("textDocument/nothing", json!({})).unwrap_err();
    assert_eq!(unknown.0, ErrorCode::MethodNotFound as i32);
    let without = editor.request("textDocument/hover", json!({})).unwrap_err();
    assert_eq!(without.0, ErrorCode::InvalidParams as i32);
    let wrong = json!({ "textDocument": { "uri": editor.uri("routes.gloo") }, "position": "here" });
    assert_eq!(editor.request("textDocument/hover", wrong).unwrap_err().0, ErrorCode::InvalidParams as i32);
    let strange = json!({ "textDocument": { "uri": "untitled:Untitled-1" }, "position": { "line": 0, "character": 0 } });
    assert!(editor.request("textDocument/hover", strange).is_err());
    let command = json!({ "command": "gloo.nothing", "arguments": [] });
    assert!(editor.request("workspace/executeCommand", command).is_err());
    editor.notify("textDocument/didChange", json!({ "nonsense": true }));
    editor.notify("textDocument/didClose", json!({ "textDocument": { "uri": "file:///nowhere.gloo" } }));
    editor
        .notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": "file:///", "type": 3 }] }));
    assert!(editor.at("textDocument/hover", "routes.gloo", 0, 9).unwrap().is_object());
    assert!(editor.shutdown());
}

#[test]
fn files_come_and_go_beneath_it() {
    let mut editor = shop();
    editor.open("routes.gloo");
    editor.wait_for("routes.gloo", &[]);
    std::fs::remove_file(editor.path("infrastructure.gloo")).unwrap();
    editor.touched("infrastructure.gloo");
    editor.wait_for("routes.gloo", &["GL2001", "GL2001", "GL2001"]);
    editor.write("things.gloo", INFRASTRUCTURE.as_bytes());
    editor.wait_for("routes.gloo", &[]);
    // The open file is gone from the disk, and still what the editor says.
    std::fs::remove_file(editor.path("routes.gloo")).unwrap();
    editor.touched("routes.gloo");
    editor.set("routes.gloo", &ROUTES.replace("=> cart", "=> basket"));
    editor.wait_for("routes.gloo", &["GL2001"]);
    editor.close("routes.gloo");
    editor.wait_for("routes.gloo", &[]);
    std::fs::remove_dir_all(editor.folder.path()).unwrap();
    editor.touched("gloo.toml");
    assert!(editor.shutdown());
}

#[test]
fn what_is_closed_is_as_on_the_disk() {
    let mut editor = shop();
    editor.open_with("routes.gloo", &ROUTES.replace("=> cart", "=> basket"));
    editor.wait_for("routes.gloo", &["GL2001"]);
    editor.close("routes.gloo");
    editor.wait_for("routes.gloo", &[]);
    assert!(editor.shutdown());
}

#[test]
fn bytes_that_are_no_text() {
    let mut editor = shop();
    editor.open("routes.gloo");
    editor.wait_for("routes.gloo", &[]);
    editor.write("broken.gloo", b"cluster \xff\xfe { }");
    editor.wait_for_any("broken.gloo");
    editor.write("broken.gloo", b"");
    editor.wait_for("broken.gloo", &[]);
    assert!(editor.shutdown());
}

#[test]
fn two_workspaces() {
    let files = [
        ("one/gloo.toml", "[workspace]\nname = \"one\"\n"),
        ("one/a.gloo", INFRASTRUCTURE),
        ("one/b.gloo", ROUTES),
        ("two/gloo.toml", "[workspace]\nname = \"two\"\n"),
        ("two/b.gloo", ROUTES),
    ];
    let mut editor = Editor::with(&files, &capabilities(), &["one", "two"]);
    editor.wait_for("two/b.gloo", &["GL2001", "GL2001", "GL2001"]);
    editor.open("one/b.gloo");
    editor.wait_for("one/b.gloo", &[]);
    let all = editor.request("workspace/symbol", json!({ "query": "shop" })).unwrap();
    assert_eq!(all.as_array().unwrap().len(), 3, "{all}");
    let folder = json!({ "uri": editor.uri("two"), "name": "two" });
    editor.notify(
        "workspace/didChangeWorkspaceFolders",
        json!({ "event": { "added": [], "removed": [folder] } }),
    );
    editor.wait_for("two/b.gloo", &[]);
    assert!(editor.shutdown());
}

#[test]
fn a_file_in_no_workspace() {
    let mut editor = Editor::with(&[("alone.gloo", "")], &capabilities(), &[""]);
    editor.open("alone.gloo");
    editor.set("alone.gloo", INFRASTRUCTURE);
    let symbols = json!({ "textDocument": { "uri": editor.uri("alone.gloo") } });
    assert_eq!(editor.request("textDocument/documentSymbol", symbols).unwrap().as_array().unwrap().len(), 3);
    editor.set("alone.gloo", &INFRASTRUCTURE.replace("http(80)", "htp(80)"));
    editor.wait_for("alone.gloo", &["GL3002"]);
    // A `gloo.toml` makes it a part of a workspace.
    editor.write("gloo.toml", MANIFEST.1.as_bytes());
    editor.set("alone.gloo", INFRASTRUCTURE);
    editor.wait_for("alone.gloo", &[]);
    assert!(editor.shutdown());
}

#[test]
fn the_manifest_in_the_editor() {
    let mut editor = shop();
    editor.open_with("gloo.toml", "[workspace]\nname = \"Not A Name\"\n");
    editor.wait_for_any("gloo.toml");
    editor.set("gloo.toml", MANIFEST.1);
    editor.wait_for("gloo.toml", &[]);
    assert!(editor.shutdown());
}

#[test]
fn an_edit_ends_a_check_that_runs() {
    let mut editor = shop();
    editor.open("routes.gloo");
    // Each of these asks for a check of its own; only what the last one finds is shown in the end.
    for round in 0..30 {
        let table = if round % 2 == 0 { SHADOWED } else { ROUTES };
        editor.set("routes.gloo", &table.replace("/cart", &format!("/cart{round}")));
    }
    editor.set("routes.gloo", SHADOWED);
    editor.wait_for("routes.gloo", &["GL4004"]);
    editor.wait_until_asked("workspace/codeLens/refresh");
    assert_eq!(editor.codes("routes.gloo"), ["GL4004"]);
    assert!(editor.shutdown());
}

#[test]
fn differences_since_a_revision() {
    let mut editor = shop();
    let folder = editor.folder.path().to_path_buf();
    let git = |arguments: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.current_dir(&folder).args(["-c", "user.name=a", "-c", "user.email=a@b.example"]);
        let output = command.args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "one"]);
    editor.open("routes.gloo");
    let argument = json!({ "uri": editor.uri("routes.gloo"), "revision": "HEAD" });
    let command = json!({ "command": "gloo.diff", "arguments": [argument] });
    assert_eq!(editor.request("workspace/executeCommand", command.clone()).unwrap()["changed"], 0);
    // What is not saved counts.
    editor.set("routes.gloo", &ROUTES.replace("/cart/**", "/basket/**"));
    let differs = editor.request("workspace/executeCommand", command).unwrap();
    assert_eq!(differs["changed"], 1, "{differs}");
    let text = differs["text"].as_str().unwrap();
    assert!(text.contains("/basket") && text.contains("before: "), "{text}");
    assert!(
        editor.told.iter().any(|told| told.method == "window/showMessage"),
        "an editor that shows nothing is told"
    );
    assert!(editor.shutdown());
}
