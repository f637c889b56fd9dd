//! Input that a stranger can send: huge, deep, cut off, no text at all.

use crate::short;
use gloo_source::{Code, FileId};
use gloo_syntax::{FormatRefused, Parsed, format, lex, parse};

/// Parses, formats if there are no errors, and drops everything.
fn read(text: &str) -> Parsed {
    let parsed = parse(FileId(0), text);
    let length = text.len();
    for diagnostic in &parsed.diagnostics {
        for label in &diagnostic.labels {
            assert!(
                text.get(label.place.range()).is_some(),
                "{:?} of {length}: {}",
                label.place,
                diagnostic.message
            );
        }
    }
    assert!(parsed.diagnostics.len() <= 200, "{} diagnostics", parsed.diagnostics.len());
    match format(text) {
        Ok(_) => assert!(parsed.is_ok()),
        Err(refused) => assert!(matches!(refused, FormatRefused::Errors(_)), "unsound"),
    }
    parsed
}

fn codes(parsed: &Parsed) -> Vec<Code> {
    parsed.diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn nothing() {
    for text in ["", "\n", "\u{feff}", "  \t\r\n", "\u{feff}\r\n"] {
        assert_eq!(codes(&read(text)), [], "{text:?}");
        assert_eq!(format(text).as_deref(), Ok(""), "{text:?}");
    }
    assert_eq!(format("// only a comment").as_deref(), Ok("// only a comment\n"));
}

#[test]
fn line_ends_and_marks_of_other_systems() {
    let text = "\u{feff}mesh a {\r\n  x: y // c\r\n}\r\n";
    assert_eq!(codes(&read(text)), []);
    assert_eq!(format(text).as_deref(), Ok("mesh a {\n  x: y // c\n}\n"));
}

#[test]
fn deep_nesting_is_an_error_and_not_a_crash() {
    let deep = 10_000;
    let shapes = [
        ("let x = ", "(", "a", ")"),
        ("let x = ", "[", "a", "]"),
        ("let x = ", "{ a: ", "b", " }"),
        ("let x = ", "f(", "a", ")"),
        ("let x = ", "!", "a", ""),
        ("let x = ", "!(", "a", ")"),
        ("let x = ", "a && (", "a", ")"),
        ("let x = ", "[a => ", "a", "]"),
        ("", "namespace a { ", "", "}"),
    ];
    for (before, open, inner, close) in shapes {
        let text =
            format!("{before}{}{inner}{}\nmesh fine {{ a: b }}\n", open.repeat(deep), close.repeat(deep));
        let parsed = read(&text);
        assert_eq!(codes(&parsed), [Code::TOO_LARGE], "{before}{open}");
        assert_eq!(parsed.tree.items.last().and_then(|item| item.name()).unwrap().text.as_ref(), "fine");
        // And never closed.
        assert!(!read(&format!("{before}{}{inner}", open.repeat(deep))).is_ok());
        assert!(!read(&close.repeat(deep)).is_ok() || close.is_empty());
    }
    // What is as deep as is read.
    let text = format!("let x = {}a{}\n", "(".repeat(200), ")".repeat(200));
    assert_eq!(codes(&read(&text)), []);
}

#[test]
fn long_chains_are_flat() {
    for (text, first) in [
        (format!("let x = a{}\n", " && a".repeat(50_000)), "let x = a"),
        (format!("let x = a{}\n", " || a".repeat(50_000)), "let x = a"),
        (format!("let x = a{}\n", ".a".repeat(50_000)), "let x = a.a"),
        (format!("let x = [{}]\n", "a, ".repeat(50_000)), "let x = ["),
        (format!("let x = [{}]\n", "/a/**, ".repeat(50_000)), "let x = ["),
    ] {
        assert_eq!(short(&text, &read(&text)), "");
        assert!(format(&text).unwrap().starts_with(first));
    }
}

#[test]
fn long_lines_and_words() {
    let mebibyte = 1 << 20;
    for (text, code) in [
        (format!("let x = \"{}\"", "a".repeat(mebibyte)), None),
        (format!("let x = \"{}", "a".repeat(mebibyte)), Some(Code::BAD_STRING)),
        (format!("let x = r#\"{}", "\"".repeat(mebibyte)), Some(Code::BAD_STRING)),
        (format!("let {} = a", "a".repeat(mebibyte)), None),
        (format!("let x = {}", "1".repeat(mebibyte)), Some(Code::BAD_NUMBER)),
        (format!("let x = /{}", "a/".repeat(mebibyte / 2)), None),
        (format!("let x = a // {}", "c".repeat(mebibyte)), None),
        (format!("let x = a{}", " ".repeat(mebibyte)), None),
        (format!("let x = a {}", "\0".repeat(mebibyte)), Some(Code::UNKNOWN_CHARACTER)),
    ] {
        assert_eq!(codes(&read(&text)).first().copied(), code, "{}…", &text[..20]);
    }
}

#[test]
fn garbage_is_bounded() {
    for part in [
        "§ ",
        "\"",
        "{",
        "}",
        "( ",
        "a ",
        "= ",
        "/* ",
        "mesh a\n",
        "let x = \n",
        "not ",
        "routes r { GET \n",
        "{a:",
        "'",
        "1x ",
    ] {
        let parsed = read(&part.repeat(100_000));
        assert!(!parsed.is_ok(), "{part:?}");
    }
}

#[test]
fn many_declarations() {
    let text: String = (0..100_000).map(|n| format!("let x{n} = header(\"x\") == \"{n}\"\n")).collect();
    let parsed = parse(FileId(0), &text);
    assert_eq!(parsed.tree.items.len(), 100_000);
    assert!(parsed.is_ok());
    // One mistake among them is one error, and costs no other.
    let text = text.replace("let x50000 =", "let x50000");
    let parsed = parse(FileId(0), &text);
    assert_eq!(parsed.diagnostics.len(), 1);
    assert!(parsed.tree.items.len() >= 100_000);
}

#[test]
fn characters_that_deceive() {
    for (text, wanted) in [
        ("mesh a { x: \"\u{202e}b\" }", vec![Code::CONFUSABLE]),
        ("// \u{202e}b", vec![Code::CONFUSABLE]),
        ("// кириллица and Latin", vec![]),
        ("mesh a { x: \"кириллица\" }", vec![]),
        ("mesh a { x: \"日本のAPI\" }", vec![]),
        ("mesh a { x: \"раypal.com\" }", vec![Code::CONFUSABLE]),
        ("mesh \u{202e}a { }", vec![Code::UNKNOWN_CHARACTER]),
        ("mesh m\u{430}ster { }", vec![Code::UNKNOWN_CHARACTER]),
        ("mesh a { x: \"b\0\" }", vec![Code::BAD_STRING]),
        ("mesh a { }\0", vec![Code::UNKNOWN_CHARACTER]),
        ("mesh a { }\u{fffd}", vec![Code::UNKNOWN_CHARACTER]),
    ] {
        assert_eq!(codes(&read(text)), wanted, "{text:?}");
    }
}

#[test]
fn tokens_cover_what_is_no_white_space() {
    let text = "mesh a { x: \"y\" } // c";
    let tokens: Vec<_> = lex(text).into_iter().map(|(_, range)| &text[range]).collect();
    assert_eq!(tokens, ["mesh", "a", "{", "x", ":", "\"y\"", "}"]);
}
