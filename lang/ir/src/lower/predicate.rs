//! Predicates: boolean expressions over one request.

use super::attribute::{Asking, AttributeOf};
use super::form_of;
use super::{Arguments, Lowering, Scope, Takes};
use crate::resolve::suggest;
use crate::{Predicate, Test, TextTest, Ty};
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{Expr, ExprKind, Literal};

impl Lowering<'_> {
    /// The predicate after `where`; without one it always holds.
    pub(crate) fn condition(
        &mut self,
        scope: &Scope<'_>,
        expr: Option<&Expr>,
        asking: Asking,
    ) -> Result<Predicate, Reported> {
        expr.map_or(Ok(Predicate::always()), |expr| self.predicate(scope, expr, asking))
    }

    /// A predicate.
    pub(crate) fn predicate(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        asking: Asking,
    ) -> Result<Predicate, Reported> {
        let expr = expr.ungrouped();
        // An attribute alone is not a predicate, nor is it a `let` that happens to be called like one.
        if matches!(expr.kind, ExprKind::Reference(_) | ExprKind::Call(_))
            && self.attribute(scope, expr, Asking::Anywhere)?.is_some()
        {
            return Err(self.bare_attribute(scope, expr));
        }
        self.follow(scope, expr, |cx, scope, expr| match &expr.kind {
            ExprKind::And(parts) => {
                cx.all(scope, parts, |cx, scope, part| cx.predicate(scope, part, asking)).map(all)
            }
            ExprKind::Or(parts) => {
                cx.all(scope, parts, |cx, scope, part| cx.predicate(scope, part, asking)).map(Predicate::Any)
            }
            ExprKind::Not(part) => Ok(negated(cx.predicate(scope, part, asking)?)),
            ExprKind::Comparison(comparison) => cx.comparison(scope, expr, comparison, asking),
            ExprKind::Literal(Literal::Bool(true)) => Ok(Predicate::always()),
            ExprKind::Literal(Literal::Bool(false)) => Ok(Predicate::Any(Vec::new())),
            _ => match form_of(expr) {
                Some(("has", Some(call))) => {
                    let arguments = Arguments::read(cx, scope, expr.id, call, Takes::one(&["attribute"]))?;
                    let value = arguments.required(cx, scope, "attribute", "header(\"x\")")?;
                    cx.has(scope, value, asking)
                }
                Some(("sampled", Some(call))) => {
                    let arguments = Arguments::read(cx, scope, expr.id, call, Takes::one(&["share"]))?;
                    let value = arguments.required(cx, scope, "share", "1%")?;
                    let share = cx.percent(scope, value)?;
                    if !matches!(asking, Asking::Telemetry | Asking::Anywhere) {
                        let message = "`sampled` can't be asked here: a draw decides nothing about a request";
                        let help = "it can be asked in the `log` and `trace` of `telemetry`";
                        return Err(cx.error(scope, Code::UNAVAILABLE_ATTRIBUTE, expr.id, message, help));
                    }
                    Ok(Predicate::Test(Test::Sampled(share)))
                }
                _ => Err(cx.no_predicate(scope, expr)),
            },
        })
    }

    fn has(&mut self, scope: &Scope<'_>, expr: &Expr, asking: Asking) -> Result<Predicate, Reported> {
        match self.attribute(scope, expr, asking)? {
            Some(AttributeOf::Text(attribute)) => {
                Ok(Predicate::Test(Test::Text(attribute, TextTest::Present)))
            }
            Some(_) => {
                let message = format!("every request has `{}`", super::report::show(expr));
                let help = match expr.word() {
                    Some(word) if &*word.text == "source" => {
                        "write `source != outside` to ask for an identity"
                    }
                    _ => "`has` asks for what may be absent: a header, a query key, a cookie, a claim",
                };
                Err(self.error(scope, Code::TYPE_MISMATCH, expr.id, message, help))
            }
            None => Err(self.no_attribute(scope, expr)),
        }
    }

    fn bare_attribute(&mut self, scope: &Scope<'_>, expr: &Expr) -> Reported {
        let shown = super::report::show(expr);
        let message = format!("`{shown}` is an attribute, and a condition is wanted");
        let diagnostic = Diagnostic::new(Code::TYPE_MISMATCH, scope.place(expr.id), message);
        let help = match &expr.kind {
            ExprKind::Call(_) => {
                "compare it, as `header(\"x\") == \"1\"`, or ask `has(header(\"x\"))`".to_owned()
            }
            _ => format!("compare it, as `{}`", example_of(&shown)),
        };
        self.report(scope, diagnostic.help(help))
    }

    fn no_predicate(&mut self, scope: &Scope<'_>, expr: &Expr) -> Reported {
        if let ExprKind::Call(call) = &expr.kind
            && let Some(close) = call.callee.single().and_then(|name| {
                suggest::closest(&name.text, ["has", "sampled", "header", "query", "cookie"])
            })
        {
            let message = format!("there is no condition `{}`", call.callee);
            let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, scope.place(call.callee.id), message);
            return self.report(scope, diagnostic.help(format!("did you mean `{close}(…)`?")));
        }
        if let ExprKind::Reference(reference) = &expr.kind {
            let wanted = crate::resolve::Kinds::of(crate::resolve::Kind::ALL);
            let words: Vec<&str> = reference.segments.iter().map(|name| &*name.text).collect();
            if let Err(crate::resolve::Miss::Unknown { .. }) = self.names.find(scope.file, &words, wanted) {
                let message = format!("there is no `let` called `{reference}`");
                let place = scope.place(expr.id);
                let mut diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, place, message);
                let lets = crate::resolve::Kinds::of(&[crate::resolve::Kind::Let]);
                let miss = crate::resolve::Miss::Unknown { word: 0 };
                diagnostic = match self.names.closest(scope.file, &words, &miss, lets) {
                    Some(close) => diagnostic.help(format!("did you mean `{close}`?")).guess(
                        format!("write `{close}`"),
                        place,
                        close,
                    ),
                    None => {
                        diagnostic.help(format!("declare it: `let {reference} = header(\"x\") == \"1\"`"))
                    }
                };
                return self.report(scope, diagnostic);
            }
        }
        self.mismatch(scope, expr, Ty::Predicate)
    }
}

pub(super) fn negated(predicate: Predicate) -> Predicate {
    match predicate {
        Predicate::Not(inner) => *inner,
        other => Predicate::Not(Box::new(other)),
    }
}

fn all(parts: Vec<Predicate>) -> Predicate {
    parts.into_iter().fold(Predicate::always(), Predicate::and)
}

fn example_of(attribute: &str) -> String {
    match attribute {
        "method" => "method == GET".to_owned(),
        "path" => "path in /api/**".to_owned(),
        "host" => "host == \"shop.acme.com\"".to_owned(),
        "port" => "port == 443".to_owned(),
        "scheme" => "scheme == https".to_owned(),
        "source" => "source == checkout".to_owned(),
        "source.namespace" => "source.namespace == shop".to_owned(),
        "source.cluster" => "source.cluster == east".to_owned(),
        "client.ip" | "source.ip" => format!("{attribute} in 10.0.0.0/8"),
        "status" => "status in 5xx".to_owned(),
        other => format!("{other} == \"…\""),
    }
}
