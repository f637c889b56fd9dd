//! When a request is tried again: `retries: 2`, `retries: { attempts: 3  on: [5xx, reset] }`.

use crate::lower::{Lowering, Scope, Settings, form_of};
use crate::resolve::suggest;
use crate::{GrpcStatus, Retries, RetryOn, Ty};
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{Expr, ExprKind, Literal};
use std::collections::BTreeMap;

/// The words of `on`.
const WORDS: &[(&str, RetryOn)] = &[
    ("connect_failure", RetryOn::ConnectFailure),
    ("refused_stream", RetryOn::RefusedStream),
    ("reset", RetryOn::Reset),
    ("gateway_error", RetryOn::GatewayError),
    ("cancelled", RetryOn::Grpc(GrpcStatus::Cancelled)),
    ("deadline_exceeded", RetryOn::Grpc(GrpcStatus::DeadlineExceeded)),
    ("internal", RetryOn::Grpc(GrpcStatus::Internal)),
    ("resource_exhausted", RetryOn::Grpc(GrpcStatus::ResourceExhausted)),
    ("unavailable", RetryOn::Grpc(GrpcStatus::Unavailable)),
];

impl Lowering<'_> {
    pub(super) fn retries(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Retries, Reported> {
        self.follow(scope, expr, |cx, scope, expr| match &expr.kind {
            ExprKind::Literal(Literal::Int(_)) => {
                let attempts = cx.attempts(scope, expr)?;
                Ok(Retries { attempts, per_try: None, on: usual() })
            }
            ExprKind::Block(block) => {
                let settings =
                    Settings::of_block(cx, scope, "retries", &["attempts", "per_try", "on"], block);
                let per_try = settings.optional(cx, scope, "per_try", Lowering::duration);
                let on = settings.value("on").map(|on| cx.retry_on(scope, on));
                let attempts = settings.required(cx, scope, "attempts", "2")?;
                let attempts = cx.attempts(scope, attempts)?;
                Ok(Retries { attempts, per_try, on: on.transpose()?.unwrap_or_else(usual) })
            }
            _ => Err(cx.mismatch(scope, expr, Ty::Int)),
        })
    }

    fn attempts(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<u32, Reported> {
        let attempts = self.integer(scope, expr, "a number", 0..=u64::MAX)?;
        if (1..=100).contains(&attempts) {
            return Ok(attempts as u32);
        }
        let message = format!("`{attempts}` is not a number of tries after the first");
        let help = match attempts {
            0 => "leave `retries` out where there are to be none",
            _ => "write a number from 1 to 100",
        };
        Err(self.error(scope, Code::OUT_OF_RANGE, expr.id, message, help))
    }

    fn retry_on(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Vec<RetryOn>, Reported> {
        let mut seen = BTreeMap::new();
        let on = self.list(scope, expr, "a list", "[5xx, reset]", |cx, scope, expr| {
            let reason = cx.retry_reason(scope, expr)?;
            if let Some(first) = seen.insert(reason, expr.id) {
                cx.repeated(scope, expr.id, first, &format!("`{}`", crate::lower::show(expr)));
            }
            Ok(reason)
        })?;
        if on.is_empty() {
            let message = "the list of reasons to try again is empty";
            return Err(self.error(scope, Code::MISSING, expr.id, message, "name one, as `[5xx, reset]`"));
        }
        Ok(on)
    }

    fn retry_reason(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<RetryOn, Reported> {
        self.follow(scope, expr, |cx, scope, expr| match &expr.kind {
            ExprKind::Literal(Literal::StatusClass(class @ (4 | 5))) => Ok(RetryOn::Class(*class)),
            ExprKind::Literal(Literal::StatusClass(class)) => {
                let message = format!("an answer of `{class}xx` is not tried again");
                Err(cx.error(scope, Code::OUT_OF_RANGE, expr.id, message, "write `4xx`, `5xx` or a status"))
            }
            ExprKind::Literal(Literal::Int(_)) => cx.status(scope, expr, 400..=599).map(RetryOn::Status),
            _ => {
                let word = form_of(expr).filter(|(_, call)| call.is_none()).map(|(word, _)| word);
                if let Some((_, reason)) = WORDS.iter().find(|(known, _)| Some(*known) == word) {
                    return Ok(*reason);
                }
                let place = scope.place(expr.id);
                let message = format!("{} is not a reason to try again", cx.describe(scope, expr));
                let diagnostic = Diagnostic::new(Code::TYPE_MISMATCH, place, message);
                let known = || WORDS.iter().map(|(word, _)| *word);
                let diagnostic = match word
                    .and_then(|word| suggest::closest(&word.replace('-', "_"), known()))
                {
                    Some(close) => diagnostic.help(format!("did you mean `{close}`?")).guess(
                        format!("write `{close}`"),
                        place,
                        close,
                    ),
                    None => {
                        let words = suggest::all_of(&suggest::quoted(known()));
                        diagnostic.help(format!("there are {words}, statuses such as `503`, `4xx` and `5xx`"))
                    }
                };
                Err(cx.report(scope, diagnostic))
            }
        })
    }
}

/// What is tried again unless said otherwise.
fn usual() -> Vec<RetryOn> {
    vec![RetryOn::ConnectFailure, RetryOn::Reset, RetryOn::Status(503)]
}
