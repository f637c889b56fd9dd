//! The editor shows what `gloo check` says.

use crate::editor::{Editor, capabilities};
use gloo_source::{Diagnostic, Sources};
use gloo_world::Disk;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// What the command line says: path, code, first line of the message, where.
fn checked(root: &Path) -> BTreeSet<String> {
    let read = gloo_world::read(root, &Disk).unwrap();
    let files: Vec<(&str, &str)> = read.files.iter().map(|(path, text)| (&**path, &**text)).collect();
    let compiled = gloo_ir::compile(&files, Some(&read.manifest));
    let mut all = compiled.diagnostics.clone();
    if !all.iter().any(Diagnostic::is_mistake) {
        let found = gloo_checker::check(&compiled.program);
        all.extend(found.into_iter().map(|one| compiled.source_map.resolve(one)));
        all = gloo_ir::finished(all, &compiled.manifest);
    }
    all.iter().map(|one| line(one, &compiled.sources)).collect()
}

fn line(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let span = diagnostic.span().unwrap();
    let file = sources.get(span.file).unwrap();
    let at = |offset| file.lines.line_column_utf16(&file.text, offset);
    let (start, end) = (at(span.start), at(span.end));
    format!(
        "{} {} {} {}:{}-{}:{}",
        file.path, diagnostic.code, diagnostic.message, start.line, start.column, end.line, end.column
    )
}

/// What the editor shows.
fn shown(editor: &mut Editor, root: &str) -> BTreeSet<String> {
    let all = editor.request("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    let prefix = format!("{}/", editor.uri(root));
    let mut lines = BTreeSet::new();
    for file in all["items"].as_array().unwrap() {
        let path = file["uri"].as_str().unwrap().strip_prefix(&prefix).unwrap();
        for one in file["items"].as_array().unwrap() {
            let message = one["message"].as_str().unwrap().lines().next().unwrap().to_owned();
            let at = |end: &str, key: &str| one["range"][end][key].as_u64().unwrap() + 1;
            lines.insert(format!(
                "{path} {} {message} {}:{}-{}:{}",
                one["code"].as_str().unwrap(),
                at("start", "line"),
                at("start", "character"),
                at("end", "line"),
                at("end", "character")
            ));
        }
    }
    lines
}

/// The message of the command line is where that of the editor begins: the editor says the label behind it.
fn same(editor: &BTreeSet<String>, check: &BTreeSet<String>) -> bool {
    let bare = |line: &str| {
        let (head, place) = line.rsplit_once(' ').unwrap();
        (head.to_owned(), place.to_owned())
    };
    editor.len() == check.len()
        && editor
            .iter()
            .map(|it| bare(it))
            .zip(check.iter().map(|it| bare(it)))
            .all(|(one, other)| one.1 == other.1 && one.0.starts_with(&other.0))
}

fn examples() -> Vec<std::path::PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut all: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.retain(|path| path.join("gloo.toml").exists());
    all.sort();
    all
}

#[test]
fn examples_are_shown_as_checked() {
    let mut pulling = capabilities();
    pulling["textDocument"]["diagnostic"] = json!({});
    pulling["workspace"]["diagnostics"] = json!({ "refreshSupport": true });
    for example in examples() {
        let read = gloo_world::read(&example, &Disk).unwrap();
        // As it is, and with a line left out here and there: whatever that is then.
        for gone in [None, Some(3), Some(7), Some(12)] {
            let mut files: Vec<(String, String)> = read.files.clone();
            for (path, text) in &mut files {
                if let (Some(gone), true) = (gone, path.ends_with(".gloo")) {
                    let kept = text.split_inclusive('\n').enumerate().filter(|(at, _)| at % 23 != gone);
                    *text = kept.map(|(_, line)| line).collect();
                }
            }
            let manifest = read.manifest.clone();
            files.push(("gloo.toml".to_owned(), manifest));
            let borrowed: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
            let mut editor = Editor::with(&borrowed, &pulling, &[""]);
            let wanted = checked(editor.folder.path());
            let mut found = shown(&mut editor, "");
            // Findings come when they come.
            for _ in 0..600 {
                if same(&found, &wanted) {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(100));
                found = shown(&mut editor, "");
            }
            assert!(same(&found, &wanted), "{} without {gone:?}\n{found:#?}\n{wanted:#?}", example.display());
            assert!(editor.shutdown());
        }
    }
}

#[test]
fn nothing_is_shown_of_a_good_workspace() {
    let editor = Editor::new(&[("gloo.toml", ""), ("a.gloo", "")]);
    assert_eq!(editor.shown.values().filter(|it| **it != Value::Array(Vec::new())).count(), 0);
    assert!(editor.shutdown());
}
