//! What users see: each snapshot is a diagnostic as a terminal shows it.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a helper of tests fails a test by a panic")]

use gloo_source::render::{RenderOptions, one_line, render, to_json};
use gloo_source::{Code, Diagnostic, FileId, Severity, Sources, Span, sort};
use insta::assert_snapshot;
use unicode_width::UnicodeWidthStr;

const FILE: FileId = FileId(0);

const SHOP: &str = "\
namespace shop on [east] {
  service cart { port http: 8080 }
  service cart { port http: 8081 }
}

routes on edge {
  /checkout/** => chekout
  /cart => cart  timeout: 10
}
";

fn sources(text: &str) -> Sources {
    let mut sources = Sources::new();
    sources.insert(FILE, "routes.gloo", text);
    sources
}

/// The span of the only place in `text` that reads `what`.
fn span(text: &str, what: &str) -> Span {
    let start = text.find(what).unwrap_or_else(|| panic!("no `{what}`"));
    Span::new(FILE, start as u32, (start + what.len()) as u32)
}

/// Rendered without colours, held to what is true of all: at most 80 columns, no control characters, no trailing blanks,
/// and but for the colours the same as with them.
fn plain(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let text = render(diagnostic, sources, RenderOptions::default());
    for line in text.lines() {
        assert!(line.width() <= 80, "{} columns: {line}\n{text}", line.width());
        assert!(!line.contains(char::is_control), "control character: {line:?}");
        assert_eq!(line, line.trim_end(), "trailing blank in\n{text}");
    }
    assert!(text.ends_with('\n'));
    let colored = render(diagnostic, sources, RenderOptions { color: true, width: 80 });
    let mut parts = colored.split('\u{1b}');
    let first = parts.next().unwrap();
    let bare = parts.fold(first.to_owned(), |bare, part| bare + part.split_once('m').unwrap().1);
    let bare: String = bare.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    assert_eq!(bare, text);
    text
}

fn unknown(text: &str) -> Diagnostic {
    Diagnostic::new(Code::UNKNOWN_NAME, span(text, "chekout"), "nothing is called `chekout`")
}

#[test]
fn everything_at_once() {
    let diagnostic = unknown(SHOP)
        .saying("no service or external has this name")
        .help("a destination is a service, a subset of one, or an external")
        .fix("write `checkout`", span(SHOP, "chekout"), "checkout")
        .request("GET https://shop.acme.com/checkout/pay");
    assert_snapshot!(plain(&diagnostic, &sources(SHOP)));
    assert_snapshot!("everything_at_once_in_colour", {
        let options = RenderOptions { color: true, width: 80 };
        render(&diagnostic, &sources(SHOP), options).replace('\u{1b}', "␛")
    });
}

#[test]
fn two_places_in_one_file() {
    let first = span(SHOP, "cart { port http: 8080");
    let second = span(SHOP, "cart { port http: 8081");
    let name = |span: Span| Span::new(FILE, span.start, span.start + 4);
    let diagnostic = Diagnostic::new(Code::DUPLICATE_NAME, name(second), "`cart` is declared twice")
        .saying("declared again")
        .label(name(first), "declared here");
    assert_snapshot!(plain(&diagnostic, &sources(SHOP)));
}

#[test]
fn two_places_on_one_line_and_one_far_away() {
    let diagnostic =
        Diagnostic::new(Code::CONFLICTING_ROUTES, span(SHOP, "/cart"), "two answers for one request")
            .saying("this path")
            .label(span(SHOP, "timeout: 10"), "")
            .label(span(SHOP, "namespace"), "in here");
    assert_snapshot!(plain(&diagnostic, &sources(SHOP)));
}

#[test]
fn two_files() {
    let mut sources = sources(SHOP);
    sources.insert(FileId(1), "infra/edge.gloo", "\n\n\n\n\n\n\n\n\npub gateway edge on [east] { }\n");
    let diagnostic =
        unknown(SHOP).saying("not found").label(Span::new(FileId(1), 21, 25), "the gateway's table");
    assert_snapshot!(plain(&diagnostic, &sources));
}

#[test]
fn several_lines() {
    let whole = Span::new(FILE, 0, span(SHOP, "\n}\n").start + 2);
    let diagnostic = Diagnostic::new(Code::UNUSED_NAME, whole, "`shop` is never used")
        .saying("nothing sends requests here")
        .label(span(SHOP, "shop"), "");
    assert_snapshot!(plain(&diagnostic, &sources(SHOP)));
}

#[test]
fn long_texts_are_wrapped() {
    let diagnostic = Diagnostic::new(
        Code::TYPE_MISMATCH,
        span(SHOP, "10\n"),
        "`timeout` takes a duration, and `10` is a number: a number alone does not say whether seconds or milliseconds are meant",
    )
    .saying("a number; a duration has a unit after its number, such as `250ms`, `1.5s`, `5m`, or `1h30m` as a sum")
    .help("write the unit: `timeout: 10s` for ten seconds, `timeout: 10ms` for ten milliseconds, or leave it out so that there is no timeout");
    assert_snapshot!(plain(&diagnostic, &sources(SHOP)));
}

#[test]
fn tabs_and_carriage_returns() {
    let text = "routes on edge {\r\n\t/a\t=> chekout\r\n}\r\n";
    assert_snapshot!(plain(&unknown(text).saying("not found"), &sources(text)));
}

#[test]
fn wide_characters() {
    let text = "/// 日本語の説明 é\u{301}\n/名前/** => chekout  // 終\n";
    assert_snapshot!(plain(&unknown(text).saying("not found"), &sources(text)));
}

#[test]
fn characters_that_act_on_a_terminal() {
    let text = "a\0 \u{1b}[31m\u{202e}\u{200b}\u{2028}\u{b}\r => chekout\n";
    let mut diagnostic =
        unknown(text).saying("not \u{1b}[0m found").help("see \u{9b}1m").request("GET /\u{1b}c");
    diagnostic.message.push('\u{7}');
    assert_snapshot!(plain(&diagnostic, &sources(text)));
}

#[test]
fn end_of_file() {
    for (name, text) in [("after_a_line", "routes {\n"), ("in_a_line", "routes {"), ("of_nothing", "")] {
        let at = Span::at(FILE, text.len() as u32);
        let diagnostic =
            Diagnostic::new(Code::UNBALANCED, at, "`{` is never closed").saying("`}` is missing");
        assert_snapshot!(format!("end_of_file_{name}"), plain(&diagnostic, &sources(text)));
    }
}

#[test]
fn long_lines_are_cut() {
    let line = format!("/a => {} chekout {}", "x ".repeat(40), "y ".repeat(40));
    assert_snapshot!("long_line", plain(&unknown(&line).saying("not found"), &sources(&line)));
    let first = format!("chekout {}", "y ".repeat(40));
    assert_snapshot!(
        "long_line_from_its_start",
        plain(&unknown(&first).saying("not found"), &sources(&first))
    );
    let wide = format!("/a => {}", "chekout".repeat(40));
    let span = Span::new(FILE, 6, wide.len() as u32);
    let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, span, "not a name").saying("too long");
    assert_snapshot!("long_name", plain(&diagnostic, &sources(&wide)));
    let mebibyte = format!("{} chekout {}", "日 ".repeat(1 << 18), "y ".repeat(1 << 19));
    let far = Span::at(FILE, mebibyte.len() as u32);
    let diagnostic = unknown(&mebibyte).saying("not found").label(far, "nor here");
    assert_snapshot!("mebibyte_line", plain(&diagnostic, &sources(&mebibyte)));
}

#[test]
fn without_a_place() {
    let mut diagnostic =
        Diagnostic::new(Code::BAD_MANIFEST, Span::at(FileId(9), 0), "there is no `gloo.toml`");
    let help = "run `gloo new .` to make one";
    assert_snapshot!(plain(&diagnostic.clone().help(help), &sources(SHOP)));
    diagnostic.labels.clear();
    assert_snapshot!("without_a_label", plain(&diagnostic.clone().help(help), &sources(SHOP)));
    assert_eq!(one_line(&diagnostic, &sources(SHOP)), "error[GL3017]: there is no `gloo.toml`");
    assert_eq!(to_json(&diagnostic, &sources(SHOP))["file"], serde_json::Value::Null);
}

#[test]
fn every_span_of_a_nasty_text() {
    let text = "a\t日\r\n\r\n\u{2028}é\u{301}\r \n\u{b}b\u{85}\n\nlast";
    let sources = sources(text);
    let bounds: Vec<u32> =
        (0..=text.len()).filter(|at| text.is_char_boundary(*at)).map(|at| at as u32).collect();
    for start in &bounds {
        for end in bounds.iter().filter(|end| *end >= start) {
            for other in [0, text.len() as u32] {
                let diagnostic = Diagnostic::new(Code::UNEXPECTED, Span::new(FILE, *start, *end), "message")
                    .saying("what stands here")
                    .label(Span::at(FILE, other), "other");
                let shown = plain(&diagnostic, &sources);
                assert!(shown.contains("what stands here"), "{start}..{end}:\n{shown}");
            }
        }
    }
}

#[test]
fn json() {
    let diagnostic = unknown(SHOP)
        .saying("not found")
        .label(Span::new(FILE, 0, 9), "")
        .help("one")
        .help("two")
        .fix("write `checkout`", span(SHOP, "chekout"), "checkout");
    let value = to_json(&diagnostic, &sources(SHOP));
    assert_snapshot!(serde_json::to_string_pretty(&value).unwrap());
}

#[test]
fn one_line_is_one_line() {
    let mut diagnostic = unknown(SHOP);
    assert_eq!(
        one_line(&diagnostic, &sources(SHOP)),
        "routes.gloo:7:19: error[GL2001]: nothing is called `chekout`"
    );
    diagnostic.severity = Severity::Warning;
    diagnostic.message = "a\n  b\u{1b}".into();
    assert_eq!(one_line(&diagnostic, &sources(SHOP)), "routes.gloo:7:19: warning[GL2001]: a b␛");
}

#[test]
fn sorted_by_file_position_and_code() {
    let at = |file, offset, code| Diagnostic::new(code, Span::at(FileId(file), offset), "");
    let mut found =
        vec![at(1, 0, Code::CYCLE), at(0, 9, Code::CYCLE), at(0, 3, Code::MISSING), at(0, 3, Code::CYCLE)];
    let wanted = [3, 2, 1, 0].map(|at| found[at].clone());
    sort(&mut found);
    assert_eq!(found, wanted);
}
