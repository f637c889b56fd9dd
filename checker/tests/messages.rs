//! Each finding's message, held against a list: it stands at a place, speaks the user's words, says what to do, has its request
//! on one line, and fits into 80 columns; also in a table of 2,000 rules, and where the user writes other scripts.
#![expect(clippy::disallowed_methods, reason = "the cases are files")]

use gloo_checker::check;
use gloo_ir::{Compiled, compile};
use gloo_source::Diagnostic;
use gloo_source::render::{RenderOptions, render};
use std::fmt::Write;
use std::path::Path;
use unicode_width::UnicodeWidthStr;

const WIDTH: usize = 80;

/// What is wrong with the messages of a program's findings, and how many there are.
fn problems(compiled: &Compiled) -> (Vec<String>, usize) {
    let findings = check(&compiled.program);
    let count = findings.len();
    let mut problems = Vec::new();
    for finding in findings {
        let finding = compiled.source_map.resolve(finding);
        let text = render(&finding, &compiled.sources, RenderOptions { color: false, width: WIDTH });
        let wrong = wrong(&finding, &text);
        problems.extend(wrong.into_iter().map(|wrong| format!("{wrong}:\n{text}")));
    }
    (problems, count)
}

/// Whether a line holds one text of the user's alone, which is not broken.
fn is_quoted(line: &str) -> bool {
    let text = line.trim();
    let text = text.split_once("): ").map_or(text, |(_, text)| text);
    text.starts_with('`') && text.ends_with('`') && text.matches('`').count() == 2
}

fn wrong(finding: &Diagnostic, text: &str) -> Vec<&'static str> {
    let mut wrong = Vec::new();
    let first = finding.message.chars().next();
    let is_sentence = first.is_some_and(|first| !first.is_uppercase()) && !finding.message.ends_with('.');
    let has_place = finding.labels.first().is_some_and(|label| label.place.end > label.place.start);
    let lines = || text.lines().filter(|line| !line.trim_start().starts_with("request:"));
    for (holds, what) in [
        (is_sentence, "the message is no phrase in lower case without a period"),
        (has_place, "it stands nowhere"),
        (finding.message.contains('`') || finding.labels.len() > 1, "it has none of the user's words"),
        (!finding.help.is_empty() || finding.fix.is_some(), "it doesn't say what to do"),
        (finding.request.as_ref().is_none_or(|line| !line.contains('\n')), "its request is no line"),
        (lines().all(|line| line.width() <= WIDTH || is_quoted(line)), "it is wider than 80 columns"),
        (!text.contains("gloo_"), "it speaks of gloo's own insides"),
    ] {
        if !holds {
            wrong.push(what);
        }
    }
    wrong
}

#[test]
fn of_all_cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings");
    let prelude = std::fs::read_to_string(folder.join("prelude.gloo")).unwrap();
    let (mut problems_of_all, mut findings) = (Vec::new(), 0);
    let mut paths: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths.into_iter().filter(|path| !path.ends_with("prelude.gloo")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let compiled = compile(&[("prelude.gloo", &prelude), ("case.gloo", &text)], None);
        let (problems, count) = problems(&compiled);
        problems_of_all.extend(problems.into_iter().map(|one| format!("{}: {one}", path.display())));
        findings += count;
    }
    assert_eq!(problems_of_all, Vec::<String>::new());
    assert!(findings > 50, "only {findings} findings");
}

const SMALL: &str = r#"
cluster lab { backend: envoy(version: "1.40") }
namespace shop { service frontend { port http: 8080 }  service cart { port http: 8080 } }
gateway edge { namespace: "ingress"  listener web: http(80) { hosts: ["*.acme.com"] } }
"#;

#[test]
fn of_a_table_of_2000_rules() {
    let mut text = String::from("routes large on edge for \"large.acme.com\" {\n");
    for rule in 0..1_998 {
        let _ = writeln!(text, "  GET /area-{}/page-{rule} => frontend", rule % 40);
    }
    text.push_str(
        "  any /area-7/** => cart\n  GET /area-7/page-7 => cart\n  POST /area-7/late => frontend\n}\n",
    );
    let compiled = compile(&[("prelude.gloo", SMALL), ("large.gloo", &text)], None);
    assert_eq!(compiled.errors().count(), 0);
    let (problems, count) = problems(&compiled);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(count, 2, "the two rules behind the subtree never decide");
}

#[test]
fn with_other_scripts() {
    let text = "/// 商店の入口\nroutes laden on edge for \"laden.acme.com\" {\n  \
        any /** where header(\"x-größe\") == \"überlänge 🎈\" || query(\"q\") == \"日本語\" => cart\n  \
        any /caf%C3%A9 where query(\"q\") == \"日本語\" => frontend\n  \
        any /a where header(\"x\") == \"🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈\" && header(\"x\") != \"🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈🎈\" => cart\n}\n";
    let text = text.replace("x-größe", "x-size");
    let compiled = compile(&[("prelude.gloo", SMALL), ("laden.gloo", &text)], None);
    let errors: Vec<&str> = compiled.errors().map(|error| error.message.as_str()).collect();
    assert_eq!(errors, Vec::<&str>::new());
    let (problems, count) = problems(&compiled);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(count, 2, "a rule that is taken, and one that excludes itself");
}
