//! The request that the command line is given.

use crate::lower::{Lowering, NoAssets, Scope};
use crate::resolve::{Names, suggest};
use crate::{CaseRequest, ClusterId};
use gloo_source::{Code, Diagnostic, FileId, NodeId, Place};
use gloo_syntax::ast;

/// A request as the command line gives it: each part is text of the language.
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestText<'t> {
    /// Method and URL, or method and path: `GET https://shop.acme.com/cart`.
    pub request: &'t str,
    /// Attributes in braces: `{ auth0: valid }`.
    pub with: Option<&'t str>,
    /// The caller.
    pub from: Option<&'t str>,
    /// The service that is called.
    pub to: Option<&'t str>,
    /// The gateway.
    pub through: Option<&'t str>,
    /// The cluster.
    pub on: Option<&'t str>,
}

/// Reads a request that isn't part of a program. Names are looked up from the root module.
///
/// # Errors
/// What is wrong with it. The places mean nothing: the text around the request is gloo's own, so messages stand alone.
pub fn request_from_text(
    names: &Names,
    file: FileId,
    text: &RequestText<'_>,
) -> Result<(CaseRequest, Option<ClusterId>), Vec<Diagnostic<Place>>> {
    let (method, target) = method_and_target(text.request, file).map_err(|diagnostic| vec![*diagnostic])?;
    let parsed = gloo_syntax::parse(file, &as_test(method, target, text));
    if !parsed.diagnostics.is_empty() {
        let begin = |_| Place { file, node: NodeId(0) };
        return Err(parsed.diagnostics.into_iter().map(|diagnostic| diagnostic.map_places(begin)).collect());
    }
    let case = parsed.tree.items.iter().find_map(|item| match &item.kind {
        ast::ItemKind::Test(test) => test.entries.iter().find_map(|entry| match entry {
            ast::CaseEntry::Case(case) => Some(case.as_ref()),
            ast::CaseEntry::Error(_) => None,
        }),
        _ => None,
    });
    let names = &names.with_root_file(file);
    let mut cx = Lowering::new(names, file, &NoAssets);
    let scope = Scope::of_file(file);
    let read = case.map(|case| {
        let on = case.scope.on.as_ref().map(|expr| cx.cluster(&scope, expr)).transpose();
        cx.case_request(&scope, case).and_then(|request| Ok((request, on?)))
    });
    match read {
        Some(Ok(read)) => Ok(read),
        _ => Err(cx.sink.into_diagnostics()),
    }
}

/// The two parts of `GET https://shop.acme.com/cart`.
fn method_and_target(text: &str, file: FileId) -> Result<(&str, &str), Box<Diagnostic<Place>>> {
    let wrong = |message: String, help: String| {
        Box::new(Diagnostic::new(Code::MISSING, Place { file, node: NodeId(0) }, message).help(help))
    };
    let text = text.trim();
    let (method, target) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let known = || ast::Method::ALL.iter().map(|method| method.as_str()).chain(["grpc", "tcp"]);
    if !known().any(|known| known == method) {
        let close = suggest::closest(method, known());
        let upper = known().find(|known| known.eq_ignore_ascii_case(method));
        let help = match upper.or(close) {
            Some(close) => format!("did you mean `{close}`?"),
            None => "write a method and a URL, as `GET https://shop.acme.com/cart`".to_owned(),
        };
        return Err(wrong(format!("`{method}` is not a method"), help));
    }
    if target.is_empty() && method != "tcp" {
        let message = format!("the request `{text}` doesn't say what is asked for");
        let example = if method == "grpc" { "shop.Cart/AddItem" } else { "https://shop.acme.com/cart" };
        return Err(wrong(message, format!("write it as `{method} {example}`")));
    }
    Ok((method, target.trim()))
}

/// The request as the one case of a test.
fn as_test(method: &str, target: &str, text: &RequestText<'_>) -> String {
    // A URL needs quotes in the language, and a path with a query too; on the command line both stand as they are.
    let quoted = if target.starts_with('"') || matches!(method, "grpc" | "tcp") {
        target.to_owned()
    } else {
        format!("\"{}\"", target.replace('\\', "\\\\").replace('"', "\\\""))
    };
    let mut case = format!("{method} {quoted}");
    if let Some(with) = text.with {
        case.push_str(&format!(" {with}"));
    }
    for (word, part) in [("from", text.from), ("through", text.through), ("to", text.to), ("on", text.on)] {
        if let Some(part) = part {
            case.push_str(&format!(" {word} {part}"));
        }
    }
    format!("test \"request\" {{\n  {case} => allowed\n}}\n")
}
