//! One file for each thing that an editor may ask: `cases/CAPABILITY/NAME.gloo`, its answer beside it.
//!
//! `$0` marks where it is asked; two of them mark a range. A line `// file: PATH` begins another file; without one the case
//! is `main.gloo`. What else is asked stands in lines `// ask: KEY VALUE` at the beginning; `// after: the check` waits for
//! the checker. `cargo xtask bless` takes answers as they are.

use crate::editor::{Editor, readable};
use serde_json::{Map, Value, json};

struct Case {
    files: Vec<(String, String)>,
    asked: Map<String, Value>,
    after_check: bool,
    /// The file that is asked about, and the marked positions.
    path: String,
    marks: Vec<Value>,
}

#[test]
fn cases() {
    insta::glob!("../cases", "*/*.gloo", |path| {
        let capability = path.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        let case = read(&std::fs::read_to_string(path).unwrap());
        let mut files: Vec<(&str, &str)> = vec![("gloo.toml", "[workspace]\nname = \"case\"\n")];
        files.extend(case.files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        let mut editor = Editor::new(&files);
        for (path, _) in &case.files {
            if path.ends_with(".gloo") {
                editor.open(path);
            }
        }
        if case.after_check {
            editor.wait_until_asked("workspace/codeLens/refresh");
        }
        let answer = ask(&mut editor, &capability, &case);
        let answer = readable(&answer, editor.folder.path());
        assert!(editor.shutdown(), "the server didn't end as agreed");
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(path.parent().unwrap());
        settings.set_prepend_module_to_snapshot(false);
        settings.remove_snapshot_suffix();
        settings.set_omit_expression(true);
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = serde_json::to_string_pretty(&answer).unwrap();
        settings.bind(|| insta::assert_snapshot!(name, text));
    });
}

fn read(text: &str) -> Case {
    let mut case = Case {
        files: Vec::new(),
        asked: Map::new(),
        after_check: false,
        path: "main.gloo".to_owned(),
        marks: Vec::new(),
    };
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        if let Some(path) = bare.strip_prefix("// file: ") {
            files.push((path.to_owned(), String::new()));
        } else if let Some(asked) = bare.strip_prefix("// ask: ") {
            let (key, value) = asked.split_once(' ').unwrap();
            let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
            case.asked.insert(key.to_owned(), value);
        } else if bare == "// after: the check" {
            case.after_check = true;
        } else {
            if files.is_empty() {
                files.push(("main.gloo".to_owned(), String::new()));
            }
            files.last_mut().unwrap().1.push_str(line);
        }
    }
    if let Some((path, _)) = files.iter().find(|(path, _)| path.ends_with(".gloo")) {
        case.path = path.clone();
    }
    for (path, mut text) in files {
        while let Some(at) = text.find("$0") {
            text.replace_range(at..at + 2, "");
            let line = text[..at].matches('\n').count();
            let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
            let character = text[start..at].encode_utf16().count();
            case.marks.push(json!({ "line": line, "character": character }));
            case.path = path.clone();
        }
        case.files.push((path, text));
    }
    case
}

fn ask(editor: &mut Editor, capability: &str, case: &Case) -> Value {
    let uri = editor.uri(&case.path);
    let document = json!({ "uri": uri });
    let mut params = json!({ "textDocument": document });
    let start = case.marks.first().cloned().unwrap_or(json!({ "line": 0, "character": 0 }));
    let end = case.marks.last().cloned().unwrap_or(json!({ "line": 10_000, "character": 0 }));
    let range = if case.marks.is_empty() {
        json!({ "start": { "line": 0, "character": 0 }, "end": end })
    } else {
        json!({ "start": start, "end": end })
    };
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let method = match capability {
        "diagnostics" => return diagnostics(editor, case),
        "commands" => return command(editor, case, &uri, &start),
        "calls" => return calls(editor, &params, &start, case),
        "workspace-symbols" => {
            params = json!({ "query": "" });
            "workspace/symbol"
        }
        "selection" => {
            params["positions"] = json!([start]);
            "textDocument/selectionRange"
        }
        "formatting" => {
            params["options"] = options;
            "textDocument/formatting"
        }
        "range-formatting" => {
            params["options"] = options;
            params["range"] = range;
            "textDocument/rangeFormatting"
        }
        "on-type-formatting" => {
            params["options"] = options;
            params["position"] = start;
            params["ch"] = json!("}");
            "textDocument/onTypeFormatting"
        }
        "code-actions" => {
            params["range"] = range;
            params["context"] = json!({ "diagnostics": [] });
            "textDocument/codeAction"
        }
        "hints" => {
            params["range"] = range;
            "textDocument/inlayHint"
        }
        "tokens" => return tokens(editor, &params, case),
        "references" => {
            params["position"] = start;
            params["context"] = json!({ "includeDeclaration": true });
            "textDocument/references"
        }
        "hover" => positioned(&mut params, start, "textDocument/hover"),
        "definition" => positioned(&mut params, start, "textDocument/definition"),
        "highlight" => positioned(&mut params, start, "textDocument/documentHighlight"),
        "linked" => positioned(&mut params, start, "textDocument/linkedEditingRange"),
        "prepare-rename" => positioned(&mut params, start, "textDocument/prepareRename"),
        "rename" => positioned(&mut params, start, "textDocument/rename"),
        "completion" => return completion(editor, &params, start),
        "signature" => positioned(&mut params, start, "textDocument/signatureHelp"),
        "symbols" => "textDocument/documentSymbol",
        "folding" => "textDocument/foldingRange",
        "links" => "textDocument/documentLink",
        "lenses" => "textDocument/codeLens",
        other => panic!("nobody knows how to ask for {other}"),
    };
    for (key, value) in &case.asked {
        params[key] = value.clone();
    }
    result(editor.request(method, params))
}

fn positioned(params: &mut Value, start: Value, method: &'static str) -> &'static str {
    params["position"] = start;
    method
}

fn result(answer: Result<Value, (i32, String)>) -> Value {
    answer.unwrap_or_else(|(code, message)| json!({ "error": code, "message": message }))
}

fn diagnostics(editor: &mut Editor, case: &Case) -> Value {
    let mut all = Map::new();
    for (path, _) in &case.files {
        if path.ends_with(".gloo") {
            all.insert(path.clone(), editor.pulled(path));
        }
    }
    Value::Object(all)
}

/// What is offered: each with what it writes.
fn completion(editor: &mut Editor, params: &Value, start: Value) -> Value {
    let mut params = params.clone();
    params["position"] = start;
    let answer = result(editor.request("textDocument/completion", params));
    let Value::Array(items) = answer else { return answer };
    let shown = items.iter().map(|item| {
        let text = item["textEdit"]["newText"].as_str().unwrap();
        let range = readable(&item["textEdit"]["range"], editor.folder.path());
        format!("{} | {text} | {}", item["label"].as_str().unwrap(), range.as_str().unwrap())
    });
    shown.map(Value::String).collect()
}

fn command(editor: &mut Editor, case: &Case, uri: &str, position: &Value) -> Value {
    let mut argument = json!({ "uri": uri, "position": position });
    let mut command = String::new();
    for (key, value) in &case.asked {
        if key == "command" {
            command = value.as_str().unwrap().to_owned();
        } else {
            argument[key] = value.clone();
        }
    }
    let answer =
        editor.request("workspace/executeCommand", json!({ "command": command, "arguments": [argument] }));
    let mut answer = result(answer);
    // Text over several lines is read line by line.
    if let Some(text) = answer.get("text").and_then(Value::as_str).map(str::to_owned) {
        answer["text"] = text.lines().map(|line| Value::String(line.to_owned())).collect();
    }
    if let Some(map) = answer.as_object_mut() {
        map.remove("trace");
    }
    answer
}

fn calls(editor: &mut Editor, params: &Value, start: &Value, case: &Case) -> Value {
    let mut params = params.clone();
    params["position"] = start.clone();
    let items = result(editor.request("textDocument/prepareCallHierarchy", params));
    let direction = case.asked["direction"].as_str().unwrap();
    let item = items[0].clone();
    let calls = result(editor.request(&format!("callHierarchy/{direction}Calls"), json!({ "item": item })));
    json!({ "item": item["name"], "calls": calls })
}

/// The tokens with their texts and kinds.
fn tokens(editor: &mut Editor, params: &Value, case: &Case) -> Value {
    let kinds = [
        "keyword",
        "string",
        "number",
        "operator",
        "comment",
        "property",
        "namespace",
        "class",
        "interface",
        "enumMember",
        "function",
        "parameter",
        "type",
        "method",
        "variable",
        "regexp",
    ];
    let answer = result(editor.request("textDocument/semanticTokens/full", params.clone()));
    let text = &case.files[0].1;
    let lines: Vec<Vec<u16>> = text.lines().map(|line| line.encode_utf16().collect()).collect();
    let (mut line, mut start) = (0, 0);
    let mut shown: Vec<Value> = Vec::new();
    for token in answer["data"].as_array().unwrap().chunks(5) {
        let number = |at: usize| token[at].as_u64().unwrap() as usize;
        start = if number(0) == 0 { start + number(1) } else { number(1) };
        line += number(0);
        let text = String::from_utf16(&lines[line][start..start + number(2)]).unwrap();
        let more = if number(4) == 0 { String::new() } else { format!(" +{}", number(4)) };
        shown.push(json!(format!("{}{more} {text}", kinds[number(3)])));
    }
    Value::Array(shown)
}
