//! How long an editor waits, on a workspace of 10,000 rules. Not run unless asked: `cargo test --release -p gloo-lsp --
//! --ignored --nocapture speed`.

use crate::editor::Editor;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const TABLES: usize = 100;
const RULES: usize = 100;
const ROUNDS: usize = 40;

fn infrastructure() -> String {
    let hosts: Vec<String> = (0..TABLES).map(|at| format!("\"h{at}.example\"")).collect();
    format!(
        "cluster local {{ backend: envoy(version: \"1.40\") }}\nnamespace shop {{ service cart {{ port http: 8080 }} }}\n\
         gateway edge {{ listener web: http(80) {{ hosts: [{}] }} }}\n",
        hosts.join(", ")
    )
}

fn table(at: usize) -> String {
    let rules: Vec<String> = (0..RULES)
        .map(|rule| format!("  any /r{rule}/** where header(\"x-{rule}\") == \"1\" => cart\n"))
        .collect();
    format!(
        "routes t{at} on edge for \"h{at}.example\" {{\n{}  otherwise => respond(404)\n}}\n",
        rules.concat()
    )
}

fn told(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)];
    println!("{what}: median {:?}, 99% {:?}", at(50), at(99));
}

#[test]
#[ignore = "takes long, and says something on an idle machine only"]
fn speed() {
    let mut files = vec![("gloo.toml".to_owned(), String::new()), ("a.gloo".to_owned(), infrastructure())];
    files.extend((0..TABLES).map(|at| (format!("t{at}.gloo"), table(at))));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    let mut editor = Editor::new(&files);
    editor.open("t50.gloo");
    editor.wait_for("t50.gloo", &[]);
    let (mut mistakes, mut findings, mut hovers, mut completions) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let begun = Instant::now();
        editor.set(
            "t50.gloo",
            &table(50).replace("/r7/", &format!("/r{round}-x/")).replacen("=> cart", "=> basket", 1),
        );
        editor.wait_for("t50.gloo", &["GL2001"]);
        mistakes.push(begun.elapsed());
        let begun = Instant::now();
        editor.set(
            "t50.gloo",
            &table(50).replace(
                "otherwise",
                &format!("any /r9/{round} where header(\"x-9\") == \"1\" => cart\n  otherwise"),
            ),
        );
        editor.wait_for("t50.gloo", &["GL4004"]);
        findings.push(begun.elapsed());
        let begun = Instant::now();
        editor.at("textDocument/hover", "t50.gloo", 10, 49).unwrap();
        hovers.push(begun.elapsed());
        let begun = Instant::now();
        let uri = editor.uri("t50.gloo");
        let position = json!({ "line": 10, "character": 49 });
        let items: Value = editor
            .request(
                "textDocument/completion",
                json!({ "textDocument": { "uri": uri }, "position": position }),
            )
            .unwrap();
        assert!(items.is_array());
        completions.push(begun.elapsed());
    }
    told("mistakes", mistakes);
    told("findings", findings);
    told("hover", hovers);
    told("completion", completions);
    assert!(editor.shutdown());
}
