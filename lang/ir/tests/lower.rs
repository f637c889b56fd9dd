//! Programs that lower, and programs that don't, as data.
//!
//! `lower/bad/*.txt` holds wrong programs and their messages, `lower/good/*.txt` right ones and what they mean. A file
//! holds cases, each after a line `=== title`; within a case, a line `--- path` begins a file of the workspace, what
//! stands before the first is `main.gloo`. `lower/prelude.gloo` is a file of every case, unless the case has a file of
//! that name itself. Bless with `cargo insta accept` or `INSTA_UPDATE=always`.

#![expect(clippy::disallowed_methods, reason = "the cases are files")]

use gloo_ir::{Compiled, compile};
use gloo_source::render::one_line;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const PRELUDE: &str = include_str!("lower/prelude.gloo");

/// The cases of a file: title and workspace.
fn cases(text: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let mut cases: Vec<(String, BTreeMap<String, String>)> = Vec::new();
    let mut path = "main.gloo".to_owned();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("=== ") {
            let prelude = BTreeMap::from([("prelude.gloo".to_owned(), PRELUDE.to_owned())]);
            cases.push((title.to_owned(), prelude));
            path = "main.gloo".to_owned();
        } else if let Some(next) = line.strip_prefix("--- ") {
            path = next.to_owned();
            if let Some((_, files)) = cases.last_mut() {
                files.insert(path.clone(), String::new());
            }
        } else if let Some((_, files)) = cases.last_mut() {
            let file = files.entry(path.clone()).or_default();
            file.push_str(line);
            file.push('\n');
        }
    }
    cases
}

fn compiled(files: &BTreeMap<String, String>) -> Compiled {
    let sources: Vec<(&str, &str)> = files
        .iter()
        .filter(|(path, _)| *path != "gloo.toml")
        .map(|(path, text)| (&**path, &**text))
        .collect();
    compile(&sources, files.get("gloo.toml").map(String::as_str))
}

/// Each message in one line, with what else it says indented below it.
fn messages(compiled: &Compiled) -> String {
    let mut text = String::new();
    for diagnostic in &compiled.diagnostics {
        let _ = writeln!(text, "{}", one_line(diagnostic, &compiled.sources));
        for label in diagnostic.labels.iter().skip(1) {
            let _ = writeln!(text, "    {} {}", compiled.sources.link(label.place), label.text);
        }
        for help in &diagnostic.help {
            let _ = writeln!(text, "    help: {help}");
        }
        if let Some(fix) = &diagnostic.fix {
            let edits: Vec<String> = fix
                .edits
                .iter()
                .map(|edit| format!("`{}` -> `{}`", compiled.sources.text(edit.place), edit.text))
                .collect();
            let _ = writeln!(text, "    fix: {}", edits.join(", "));
        }
    }
    text
}

#[test]
fn wrong_programs_say_what_is_wrong() {
    insta::glob!("lower/bad/*.txt", |path| {
        let text = std::fs::read_to_string(path).expect("the file is there");
        let mut snapshot = String::new();
        for (title, files) in cases(&text) {
            let compiled = compiled(&files);
            assert!(
                !compiled.diagnostics.is_empty(),
                "`{title}` in {} lowers without a message",
                path.display()
            );
            let _ = writeln!(snapshot, "=== {title}\n{}", messages(&compiled));
        }
        insta::assert_snapshot!(snapshot);
    });
}

#[test]
fn right_programs_lower() {
    insta::glob!("lower/good/*.txt", |path| {
        let text = std::fs::read_to_string(path).expect("the file is there");
        for (title, files) in cases(&text) {
            let compiled = compiled(&files);
            let problems = messages(&compiled);
            assert!(problems.is_empty(), "`{title}` in {}:\n{problems}", path.display());
        }
    });
}

/// A condition of `depth` negations around `inner`.
fn nested(depth: usize, inner: &str) -> String {
    format!("{}{inner}{}", "!(".repeat(depth), ")".repeat(depth))
}

#[test]
fn nesting_through_lets_is_bounded() {
    let mut text = format!("{PRELUDE}let l0 = {}\n", nested(90, "path in /a"));
    for level in 1..200 {
        let _ = writeln!(text, "let l{level} = {}", nested(90, &format!("l{}", level - 1)));
    }
    text.push_str("routes a on edge for \"a.acme.com\" { any /** where l3 => reviews  any /** where l199 => reviews }\n");
    let compiled = compile(&[("a.gloo", &text)], None);
    let messages: std::collections::BTreeSet<&str> =
        compiled.diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    assert_eq!(messages, ["the `let`s used here stand for too many others"].into());
}

#[test]
fn a_long_chain_of_lets_is_bounded() {
    let mut text = "let l0 = path in /a\n".to_owned();
    for level in 1..2_000 {
        let _ = writeln!(text, "let l{level} = l{}", level - 1);
    }
    let compiled = compile(&[("a.gloo", &text)], None);
    assert!(compiled.errors().count() > 0);
}
