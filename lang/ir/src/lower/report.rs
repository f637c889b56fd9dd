//! Messages: what was written, what was wanted.

use super::{Lowering, Scope};
use crate::{Percent, Ty};
use gloo_source::{Code, Diagnostic, Place, Reported, Sink};
use gloo_syntax::ast::{Expr, ExprKind, Literal, NodeId};
use std::time::Duration;

/// How many uses of `let`s a message names.
const MAX_SITES: usize = 3;

impl Lowering<'_> {
    /// Adds an error whose primary place stands in `scope`. One that arises in the body of a `let` names its uses too.
    /// That a name is unknown is said once in a declaration.
    pub(crate) fn report(&mut self, scope: &Scope<'_>, mut diagnostic: Diagnostic<Place>) -> Reported {
        for site in scope.sites().take(MAX_SITES) {
            diagnostic = diagnostic.label(site.place, format!("`{}` is used here", site.name));
        }
        self.errors += 1;
        if diagnostic.code == Code::UNKNOWN_NAME && !self.unknown.insert(diagnostic.message.clone()) {
            return self.silent();
        }
        self.sink.report(diagnostic)
    }

    /// Adds an error of `code` at a node.
    pub(crate) fn error(
        &mut self,
        scope: &Scope<'_>,
        code: Code,
        node: NodeId,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Reported {
        self.report(scope, Diagnostic::new(code, scope.place(node), message).help(help))
    }

    /// The proof of an error that has been given elsewhere: by the parser, at the declaration of a `let`, or at an
    /// argument.
    pub(crate) fn silent(&self) -> Reported {
        let place = Place { file: self.file, node: NodeId(0) };
        Sink::new().report(Diagnostic::new(Code::UNEXPECTED, place, ""))
    }

    /// Reports that something else than `wanted` stands here.
    pub(crate) fn mismatch(&mut self, scope: &Scope<'_>, expr: &Expr, wanted: Ty) -> Reported {
        self.mismatch_of(scope, expr, wanted.phrase(), Some(wanted), wanted.example())
    }

    /// Reports that something else than `wanted` ("a list of hosts") stands here; `example` shows how it is written.
    pub(crate) fn mismatch_with(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        wanted: &str,
        example: &str,
    ) -> Reported {
        self.mismatch_of(scope, expr, wanted, None, example)
    }

    fn mismatch_of(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        wanted: &str,
        ty: Option<Ty>,
        example: &str,
    ) -> Reported {
        if matches!(expr.kind, ExprKind::Error) {
            return self.silent();
        }
        // The whole body of a `let` is of the wrong type: the use is to blame.
        if let Some(site) = scope.site.filter(|site| site.body == expr.id) {
            let found = self.describe(scope, expr);
            let message = format!("`{}` is {found}, and {wanted} is wanted here", site.name);
            let diagnostic = Diagnostic::new(Code::TYPE_MISMATCH, site.place, message)
                .label(scope.place(expr.id), format!("`{}` stands for this", site.name))
                .help(format!("write {wanted}, as `{example}`"));
            self.errors += 1;
            return self.sink.report(diagnostic);
        }
        let place = scope.place(expr.id);
        let found = self.describe(scope, expr);
        let message = format!("{found} stands here, and {wanted} is wanted");
        let mut diagnostic = Diagnostic::new(Code::TYPE_MISMATCH, place, message);
        match repair(expr, ty) {
            Some(Repair::Fix(text)) => {
                diagnostic =
                    diagnostic.help(format!("write `{text}`")).fix(format!("write `{text}`"), place, text);
            }
            Some(Repair::Advice(advice)) => diagnostic = diagnostic.help(advice),
            None if ty == Some(Ty::Bool) => diagnostic = diagnostic.help("write `true` or `false`"),
            None if wanted.starts_with("a list") && is_element(expr) => {
                let text = format!("[{}]", show(expr));
                diagnostic =
                    diagnostic.help(format!("write `{text}`")).fix(format!("write `{text}`"), place, text);
            }
            None => diagnostic = diagnostic.help(format!("write {wanted}, as `{example}`")),
        }
        if let Some(word) = expr.word().filter(|word| ENTRY_WORDS.contains(&&*word.text)) {
            let help = format!(
                "if the value after the colon is missing: `{}` of the next entry was taken for it",
                word.text
            );
            diagnostic.fix = None;
            diagnostic.help = vec![help];
        }
        self.report(scope, diagnostic)
    }

    /// What an expression is, in a sentence: "the string `"x"`", "the service `cart`".
    pub(crate) fn describe(&self, scope: &Scope<'_>, expr: &Expr) -> String {
        let expr = expr.ungrouped();
        match &expr.kind {
            ExprKind::Literal(literal) => {
                let noun = match literal {
                    Literal::String(_) => "the string",
                    Literal::Int(_) => "the integer",
                    Literal::Bool(_) => "the word",
                    Literal::Duration(_) => "the duration",
                    Literal::Percent(_) => "the percent",
                    Literal::Size(_) => "the size",
                    Literal::Rate { .. } => "the rate",
                    Literal::StatusClass(_) => "the class of statuses",
                    Literal::Address(_) => "the address",
                    Literal::Path(_) => "the path",
                    Literal::Method(_) => "the method",
                };
                format!("{noun} `{}`", show(expr))
            }
            ExprKind::Reference(reference) => {
                let words: Vec<&str> = reference.segments.iter().map(|name| &*name.text).collect();
                match self.names.find(
                    scope.file,
                    &words,
                    crate::resolve::Kinds::of(crate::resolve::Kind::ALL),
                ) {
                    Ok(hit) if hit.words == words.len() && reference.all.is_none() => {
                        let noun = self.names.kind(hit.id).map_or("name", crate::resolve::Kind::noun);
                        format!("the {noun} `{reference}`")
                    }
                    _ => format!("the name `{reference}`"),
                }
            }
            ExprKind::Call(_) => format!("`{}`", show(expr)),
            ExprKind::List(_) => "a list".to_owned(),
            ExprKind::Pair(..) => "a pair".to_owned(),
            ExprKind::Block(_) => "a block".to_owned(),
            ExprKind::Not(_) | ExprKind::Comparison(_) | ExprKind::And(_) | ExprKind::Or(_) => {
                "a condition".to_owned()
            }
            ExprKind::Group(_) | ExprKind::Error => "something else".to_owned(),
        }
    }
}

/// Words that begin an entry: where one stands for a value, the value was forgotten.
const ENTRY_WORDS: &[&str] =
    &["port", "subset", "service", "listener", "log", "trace", "request_headers", "response_headers"];

/// Whether an expression can be shown whole, and so be put into a list.
fn is_element(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Literal(_) | ExprKind::Reference(_)) && !show(expr).ends_with('…')
}

enum Repair {
    Fix(String),
    Advice(String),
}

/// What was probably meant.
fn repair(expr: &Expr, wanted: Option<Ty>) -> Option<Repair> {
    let wanted = wanted?;
    match (&expr.ungrouped().kind, wanted) {
        (ExprKind::Literal(Literal::Int(n)), Ty::Duration) => {
            Some(Repair::Advice(format!("give it a unit: `{n}s`, `{n}ms` or `{n}m`")))
        }
        (ExprKind::Literal(Literal::Int(n)), Ty::Percent) if *n <= 100 => Some(Repair::Fix(format!("{n}%"))),
        (ExprKind::Literal(Literal::Int(n)), Ty::Size) => {
            Some(Repair::Advice(format!("give it a unit: `{n}B`, `{n}KiB` or `{n}MiB`")))
        }
        (ExprKind::Literal(Literal::Int(n)), Ty::Rate) => {
            Some(Repair::Advice(format!("say in which time: `{n}/s` or `{n}/min`")))
        }
        (ExprKind::Literal(Literal::String(text)), wanted) => unquoted(&text.value, wanted).map(Repair::Fix),
        (
            ExprKind::Literal(Literal::Int(_) | Literal::Bool(_) | Literal::Address(_) | Literal::Path(_)),
            Ty::String,
        ) => Some(Repair::Fix(format!("\"{}\"", show(expr)))),
        (ExprKind::Reference(reference), Ty::String | Ty::Hosts) if reference.all.is_none() => {
            Some(Repair::Fix(format!("\"{reference}\"")))
        }
        _ => None,
    }
}

/// The text of a string, where it is what is wanted as soon as the quotes are gone.
fn unquoted(text: &str, wanted: Ty) -> Option<String> {
    let number = |units: &[&str]| {
        units.iter().any(|unit| {
            text.strip_suffix(unit).is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        })
    };
    let fits = match wanted {
        Ty::Path => text.starts_with('/') && !text.contains([' ', ',', '(', ')', '[', ']', '"', '?', '#']),
        Ty::Int | Ty::Status => number(&[""]),
        Ty::Duration => number(&["h", "m", "s", "ms"]),
        Ty::Percent => number(&["%"]),
        Ty::Size => number(&["B", "KiB", "MiB", "GiB"]),
        Ty::Rate => number(&["/s", "/min", "/hour", "/day"]),
        Ty::Bool => matches!(text, "true" | "false"),
        Ty::Method => gloo_domain::Method::parse(text).is_some(),
        Ty::Service | Ty::Action => text.split('.').all(|word| {
            word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        }),
        _ => false,
    };
    fits.then(|| text.to_owned())
}

/// An expression as it may be written, cut short where it is long.
pub(crate) fn show(expr: &Expr) -> String {
    const LONGEST: usize = 40;
    let text = match &expr.ungrouped().kind {
        ExprKind::Literal(literal) => show_literal(literal),
        ExprKind::Reference(reference) => reference.to_string(),
        ExprKind::Call(call) if call.arguments.is_empty() => format!("{}()", call.callee),
        ExprKind::Call(call) => format!("{}({})", call.callee, show_arguments(call)),
        ExprKind::List(_) => "[…]".to_owned(),
        ExprKind::Block(_) => "{ … }".to_owned(),
        _ => "…".to_owned(),
    };
    if text.chars().count() <= LONGEST {
        return text;
    }
    let start: String = text.chars().take(LONGEST - 1).collect();
    format!("{start}…")
}

/// One literal as it is written, anything else as dots.
fn show_arguments(call: &gloo_syntax::ast::Call) -> String {
    match call.arguments.as_slice() {
        [one] if one.name.is_none() => match &one.value.kind {
            ExprKind::Literal(literal) => show_literal(literal),
            _ => "…".to_owned(),
        },
        _ => "…".to_owned(),
    }
}

fn show_literal(literal: &Literal) -> String {
    match literal {
        Literal::String(text) => format!("\"{}\"", text.value),
        Literal::Int(number) => number.to_string(),
        Literal::Bool(value) => value.to_string(),
        Literal::Duration(duration) => show_duration(*duration),
        Literal::Percent(millionths) => match u32::try_from(*millionths) {
            Ok(millionths) => Percent { millionths }.to_string(),
            Err(_) => format!("{}%", millionths / 10_000),
        },
        Literal::Size(bytes) => format!("{bytes}B"),
        Literal::Rate { count, .. } => format!("{count}/…"),
        Literal::StatusClass(class) => format!("{class}xx"),
        Literal::Address(text) | Literal::Path(text) => text.to_string(),
        Literal::Method(method) => method.as_str().to_owned(),
    }
}

/// A duration as programs write it: `1h30m`, `1500ms`.
pub(crate) fn show_duration(duration: Duration) -> String {
    let millis = duration.as_millis();
    if !millis.is_multiple_of(1000) || millis == 0 {
        return format!("{millis}ms");
    }
    let seconds = millis / 1000;
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}")).collect()
}
