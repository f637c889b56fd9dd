//! However a text came about by edits, the server answers as one that never saw another.

use crate::editor::{Editor, readable};
use serde_json::{Value, json};

const MANIFEST: (&str, &str) = ("gloo.toml", "[workspace]\nname = \"random\"\n");

const START: &str = r#"cluster local { backend: envoy(version: "1.40") }

/// A shop. 𝄞 é
namespace shop {
  service cart { port http: 8080  subset v1 { version: "v1" } }
  service catalog { port http: 8081 }
}

gateway edge { listener web: http(80) { hosts: ["*.example"] } }
let beta = header("x-beta") == "1" || cookie("ring") == "beta"

routes shop on edge for "shop.example" {
  any /cart/** where beta => cart.v1 { timeout: 2s }
  buy: POST /buy          => split(cart.v1: 90%, catalog: rest)
  otherwise               => catalog
}

access cart { allow edge  deny any where path in /internal/** }
prove "carts are reached" { some request through edge where path in /cart/** => reaches(cart) }
test "cart" { GET "http://shop.example/buy" => 404 }
"#;

const PIECES: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "\n",
    "\r\n",
    "\r",
    " ",
    "//",
    "///",
    ",",
    ":",
    "=>",
    "where ",
    "routes ",
    "service x { port http: 1 }",
    "cart",
    "shop.",
    ".v1",
    "@local",
    "𝄞",
    "é",
    "\u{feff}",
    "\0",
    "let a = b",
    "let b = a",
    "use root.shop",
    "any /x => cart\n",
    "otherwise => cart\n",
    "pub ",
    "r#\"",
    "1h",
    "99999999999999999999",
    "/**",
    "header(\"x\") == \"1\"",
    "{{{{{{",
    "))))",
    "namespace shop { }",
    "!",
    "&&",
    "||",
    "\\u{110000}",
];

/// Numbers that are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % most.max(1)
    }
}

/// The byte of a position, counted by hand: lines end after `\n`, `\r\n` or `\r`, columns are code units of UTF-16.
fn byte(text: &str, line: usize, column: usize) -> usize {
    let mut at = 0;
    let mut left = line;
    let mut rest = text.char_indices().peekable();
    while left > 0 {
        match rest.next() {
            None => return text.len(),
            Some((index, '\r')) if rest.peek().is_none_or(|(_, next)| *next != '\n') => {
                (at, left) = (index + 1, left - 1);
            }
            Some((index, '\n')) => (at, left) = (index + 1, left - 1),
            Some(_) => {}
        }
    }
    let mut units = 0;
    for (index, character) in text[at..].char_indices() {
        if matches!(character, '\n' | '\r') || units + character.len_utf16() > column {
            return at + index;
        }
        units += character.len_utf16();
    }
    text.len()
}

/// A position in the text, or sometimes one that is nowhere.
fn position(dice: &mut Dice, text: &str) -> (usize, usize) {
    let lines = text.matches('\n').count() + 1;
    (dice.below(lines + 2), dice.below(60))
}

fn edit(dice: &mut Dice, text: &mut String) -> Value {
    let (start, mut end) = (position(dice, text), position(dice, text));
    if dice.below(3) > 0 {
        end = (start.0, start.1 + dice.below(8));
    }
    let (from, to) = (byte(text, start.0, start.1), byte(text, end.0, end.1));
    let piece = if dice.below(4) == 0 { "" } else { PIECES[dice.below(PIECES.len())] };
    text.replace_range(from.min(to)..from.max(to), piece);
    let at = |(line, character): (usize, usize)| json!({ "line": line, "character": character });
    json!({ "range": { "start": at(start), "end": at(end) }, "text": piece })
}

/// Everything that the server says of a text, but for what the checker finds some time.
fn all(editor: &mut Editor, dice: &mut Dice, text: &str) -> Value {
    let uri = editor.uri("main.gloo");
    let document = json!({ "textDocument": { "uri": uri } });
    let mut answers = serde_json::Map::new();
    for method in [
        "textDocument/documentSymbol",
        "textDocument/foldingRange",
        "textDocument/semanticTokens/full",
        "textDocument/documentLink",
        "textDocument/codeLens",
    ] {
        let mut answer = editor.request(method, document.clone());
        if let (Ok(Value::Array(lenses)), "textDocument/codeLens") = (&mut answer, method) {
            // How many kinds of requests there are comes from the checker.
            for lens in lenses {
                let title = lens["command"]["title"]
                    .as_str()
                    .unwrap_or("")
                    .split(" (")
                    .next()
                    .unwrap_or("")
                    .to_owned();
                lens["command"]["title"] = json!(title);
            }
        }
        answers.insert(
            method.to_owned(),
            json!(format!("{:?}", answer.map(|it| readable(&it, editor.folder.path())))),
        );
    }
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let formatted = editor
        .request("textDocument/formatting", json!({ "textDocument": { "uri": uri }, "options": options }));
    answers.insert("formatting".to_owned(), json!(format!("{formatted:?}")));
    for _ in 0..4 {
        let (line, character) = position(dice, text);
        for method in [
            "textDocument/definition",
            "textDocument/references",
            "textDocument/completion",
            "textDocument/signatureHelp",
            "textDocument/prepareRename",
        ] {
            let position = json!({ "line": line, "character": character });
            let params = json!({ "textDocument": { "uri": uri }, "position": position, "context": { "includeDeclaration": true } });
            let answer = editor.request(method, params).map(|it| readable(&it, editor.folder.path()));
            answers.insert(format!("{method} {line}:{character}"), json!(format!("{answer:?}")));
        }
    }
    let found = editor.pulled("main.gloo");
    let found =
        found.as_array().unwrap().iter().filter(|one| !one["code"].as_str().unwrap().starts_with("GL4"));
    answers.insert("diagnostics".to_owned(), found.map(|it| readable(it, editor.folder.path())).collect());
    Value::Object(answers)
}

#[test]
fn edited_is_as_if_opened() {
    for seed in 0..24 {
        let mut dice = Dice(seed * 7919 + 1);
        let mut text = START.to_owned();
        let mut editor = Editor::new(&[MANIFEST, ("main.gloo", START)]);
        editor.open("main.gloo");
        for round in 0..8 {
            for _ in 0..=dice.below(6) {
                let changes: Vec<Value> = (0..=dice.below(3)).map(|_| edit(&mut dice, &mut text)).collect();
                editor.change("main.gloo", &Value::Array(changes));
                let (line, character) = position(&mut dice, &text);
                // Nobody waits for this answer.
                let uri = editor.uri("main.gloo");
                editor.send("textDocument/hover", json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } }));
            }
            let mut fresh = Editor::new(&[MANIFEST, ("main.gloo", &text)]);
            fresh.open("main.gloo");
            let (mut one, mut other) = (Dice(seed + round), Dice(seed + round));
            let (edited, opened) = (all(&mut editor, &mut one, &text), all(&mut fresh, &mut other, &text));
            assert_eq!(edited, opened, "seed {seed}, round {round}, text:\n{text}");
            assert!(fresh.shutdown());
        }
        assert!(editor.shutdown());
    }
}
