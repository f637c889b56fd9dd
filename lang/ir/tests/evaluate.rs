//! What becomes of requests. Each file of `evaluate/` is a program (with `shop.gloo`, on which all stand) whose tests say
//! what the meaning of the language says; the snapshot beside it holds the trace of each.

#![expect(clippy::disallowed_methods, reason = "the cases are files")]

use gloo_ir::evaluate::{check_case, describe};
use gloo_ir::{Case, Compiled, compile};
use gloo_source::Place;
use gloo_source::render::one_line;
use std::cell::RefCell;
use std::fmt::Write;

const SHOP: &str = include_str!("evaluate/shop.gloo");

/// The program of a file, or its errors.
fn compiled(path: &str, text: &str) -> Result<Compiled, Vec<String>> {
    let compiled = compile(&[("shop.gloo", SHOP), (path, text)], None);
    let errors: Vec<String> = compiled.errors().map(|error| one_line(error, &compiled.sources)).collect();
    if errors.is_empty() { Ok(compiled) } else { Err(errors) }
}

/// File and line of a place.
fn position(compiled: &Compiled, place: Place) -> Option<(String, u32)> {
    let link = compiled.sources.link(compiled.source_map.span(place));
    let mut parts = link.split(':');
    Some((parts.next()?.to_owned(), parts.next()?.parse().ok()?))
}

/// A case as it was written, on one line.
fn written(compiled: &Compiled, case: &Case) -> String {
    let text = compiled.sources.text(compiled.source_map.span(case.place));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_request_is_answered_as_the_meaning_says() {
    let all_failures = RefCell::new(Vec::new());
    insta::glob!("evaluate/*.gloo", |path| {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        if name == "shop.gloo" {
            return;
        }
        let text = std::fs::read_to_string(path).expect("readable");
        let compiled = match compiled(&name, &text) {
            Ok(compiled) => compiled,
            Err(errors) => return all_failures.borrow_mut().extend(errors),
        };
        let mut traces = String::new();
        let mut failures = Vec::new();
        for block in &compiled.program.tests {
            writeln!(traces, "# {}\n", block.title).expect("a string");
            for case in &block.cases {
                let title = written(&compiled, case);
                let result = check_case(&compiled.program, case);
                if !result.passed() {
                    let wanted = describe(&case.outcome);
                    let why = match (&result.error, result.failed()) {
                        (Some(error), _) => error.to_string(),
                        (None, Some(run)) => {
                            format!(
                                "on {}: {}",
                                run.cluster,
                                run.trace.text(&|place| position(&compiled, place))
                            )
                        }
                        (None, None) => String::new(),
                    };
                    failures.push(format!("{name}: {title}\n  wanted {wanted}\n  {why}"));
                }
                writeln!(traces, "{title}").expect("a string");
                let mut seen: Vec<(Vec<String>, String)> = Vec::new();
                for run in &result.runs {
                    let text = run.trace.text(&|place| position(&compiled, place));
                    match seen.iter_mut().find(|(_, known)| *known == text) {
                        Some((clusters, _)) => clusters.push(run.cluster.to_string()),
                        None => seen.push((vec![run.cluster.to_string()], text)),
                    }
                }
                for (clusters, text) in seen {
                    writeln!(traces, "  on {}", clusters.join(", ")).expect("a string");
                    text.lines().for_each(|line| writeln!(traces, "    {line}").expect("a string"));
                }
                traces.push('\n');
            }
        }
        all_failures.borrow_mut().extend(failures);
        insta::assert_snapshot!(traces);
    });
    let failures = all_failures.into_inner();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
