//! Texts that parse, texts that do not, and laws that hold for all of them. `README.md` says how to add one.
#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "tests read their data, and fail where it is not as it should be"
)]

mod bad_input;
mod deletion;
mod laws;

use gloo_source::{FileId, LineIndex};
use gloo_syntax::{Parsed, format, parse};
use std::fmt::Write as _;

/// All texts of `tests/<folder>`, with their names.
fn texts(folder: &str) -> Vec<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut texts: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap())
        })
        .collect();
    texts.sort();
    texts
}

/// The diagnostics in short form: `line:column code message | help`.
fn short(text: &str, parsed: &Parsed) -> String {
    let lines = LineIndex::new(text);
    let mut out = String::new();
    for diagnostic in &parsed.diagnostics {
        let at = lines.line_column(text, diagnostic.span().unwrap().start);
        write!(out, "{}:{} {} {}", at.line, at.column, diagnostic.code, diagnostic.message).unwrap();
        for help in &diagnostic.help {
            write!(out, " | {help}").unwrap();
        }
        if let Some(fix) = &diagnostic.fix {
            write!(out, " | fix: {}", fix.title).unwrap();
        }
        out.push('\n');
    }
    out
}

#[test]
fn what_is_right_parses_and_has_one_layout() {
    for (name, text) in texts("accept") {
        let parsed = parse(FileId(0), &text);
        assert_eq!(short(&text, &parsed), "", "{name}");
        let formatted = format(&text).unwrap_or_else(|refused| panic!("{name}: {refused}"));
        insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "layout" }, {
            insta::assert_snapshot!(name, formatted);
        });
    }
}

#[test]
fn what_is_wrong_is_told() {
    for (name, text) in texts("reject") {
        let told = short(&text, &parse(FileId(0), &text));
        insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "told" }, {
            insta::assert_snapshot!(name, told);
        });
    }
}

#[test]
fn trees_are_what_they_seem() {
    for (name, text) in texts("tree") {
        let parsed = parse(FileId(0), &text);
        assert_eq!(short(&text, &parsed), "", "{name}");
        insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "trees" }, {
            insta::assert_debug_snapshot!(name, parsed.tree);
        });
    }
}

/// A fix, where it replaces what was reported, mends it.
#[test]
fn fixes_mend() {
    let mut fixed = 0;
    for (name, text) in texts("reject") {
        let parsed = parse(FileId(0), &text);
        for diagnostic in &parsed.diagnostics {
            let Some(fix) = &diagnostic.fix else { continue };
            let mut mended = text.clone();
            for edit in fix.edits.iter().rev() {
                mended.replace_range(edit.place.range(), &edit.text);
            }
            let before = parsed.diagnostics.len();
            let after = parse(FileId(0), &mended);
            let line = LineIndex::new(&text).line_column(&text, diagnostic.span().unwrap().start).line;
            assert!(
                after.diagnostics.len() < before,
                "{name}:{line}: {} does not mend `{}`:\n{}",
                fix.title,
                diagnostic.message,
                short(&mended, &after)
            );
            fixed += 1;
        }
    }
    assert!(fixed > 40, "only {fixed} fixes");
}

#[test]
fn nodes_and_documentation_are_found_by_place() {
    let text = "/// Sells.\nnamespace shop {\n  /// Pays.\n  service pay { port http: 8080 }\n}\n";
    let parsed = parse(FileId(0), text);
    let gloo_syntax::ast::ItemKind::Namespace(shop) = &parsed.tree.items[0].kind else { panic!() };
    let gloo_syntax::ast::NamespaceEntry::Service(pay) = &shop.entries[0] else { panic!() };
    assert_eq!(parsed.tree.items[0].doc.as_deref(), Some("Sells."));
    assert_eq!(pay.doc.as_deref(), Some("Pays."));
    let at = text.find("pay").unwrap() as u32;
    assert_eq!(parsed.spans.at(at + 1), Some(pay.name.id));
    assert_eq!(parsed.spans.all_at(at + 1).last(), Some(parsed.tree.items[0].id));
    assert_eq!(&text[parsed.spans.get(pay.id).range()], "service pay { port http: 8080 }");
}

#[test]
fn trees_ignore_white_space_comments_and_commas() {
    let plain = "mesh acme { a: [1, 2]  b: c }\nlet p = x && y";
    let spaced = "// c\nmesh // d\nacme {\n a: [1,\n 2,], b:c,\n}\n\n\nlet p=x&&y // e";
    assert_eq!(parse(FileId(0), plain).tree, parse(FileId(0), spaced).tree);
    assert_ne!(
        parse(FileId(0), plain).tree,
        parse(FileId(0), "mesh acme { a: [1, 2]  b: d }\nlet p = x && y").tree
    );
}
