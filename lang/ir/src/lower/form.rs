//! Words that a place knows, some of them called with arguments: `strict`, `hops(1)`.

use super::{Lowering, Scope};
use crate::resolve::suggest;
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{Call, Expr, ExprKind, Literal};

/// A word, perhaps called with arguments: `proxy_protocol`, `hops(1)`.
pub(crate) struct Form<'e> {
    /// Which of the words.
    pub(crate) word: &'static str,
    /// The call, where the word has arguments.
    pub(crate) call: Option<&'e Call>,
}

/// A word that a place takes, and how it is called: empty for one without arguments.
pub(crate) type FormOf = (&'static str, &'static str);
impl Lowering<'_> {
    /// One of several words: `strict`.
    pub(crate) fn word<T: Clone>(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        choices: &[(&'static str, T)],
    ) -> Result<T, Reported> {
        let forms: Vec<FormOf> = choices.iter().map(|(word, _)| (*word, "")).collect();
        self.choose(scope, expr, &forms, |cx, _, _, form| {
            let chosen = choices.iter().find(|(word, _)| *word == form.word);
            chosen.map(|(_, value)| value.clone()).ok_or_else(|| cx.silent())
        })
    }

    /// One of several words, some of which have arguments: `proxy_protocol`, `hops(1)`. Each form comes with an example
    /// of its call, or an empty text if it has no arguments.
    pub(crate) fn choose<R>(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        forms: &[FormOf],
        then: impl FnOnce(&mut Self, &Scope<'_>, &Expr, Form<'_>) -> Result<R, Reported>,
    ) -> Result<R, Reported> {
        // The words of the place come first: a `let` that happens to be called like one is not meant.
        let expr = expr.ungrouped();
        let bound = expr.word().is_some_and(|word| scope.binding(&word.text).is_some());
        if let (false, Some((word, call))) = (bound, form_of(expr))
            && let Some(form) = forms.iter().find(|form| form.0 == word)
        {
            return self.chosen(scope, expr, *form, call, then);
        }
        self.follow(scope, expr, |cx, scope, expr| {
            let form = form_of(expr)
                .and_then(|(word, call)| Some((forms.iter().find(|form| form.0 == word)?, call)));
            match form {
                Some((form, call)) => cx.chosen(scope, expr, *form, call, then),
                None => Err(cx.no_such_form(scope, expr, forms)),
            }
        })
    }

    fn chosen<R>(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        (word, example): FormOf,
        call: Option<&Call>,
        then: impl FnOnce(&mut Self, &Scope<'_>, &Expr, Form<'_>) -> Result<R, Reported>,
    ) -> Result<R, Reported> {
        match (example.is_empty(), call) {
            (true, Some(_)) => {
                let message = format!("`{word}` takes no arguments");
                let diagnostic = Diagnostic::new(Code::BAD_ARGUMENTS, scope.place(expr.id), message);
                Err(self.report(scope, diagnostic.fix(format!("write `{word}`"), scope.place(expr.id), word)))
            }
            (false, None) => {
                let message = format!("`{word}` needs arguments");
                Err(self.error(scope, Code::MISSING, expr.id, message, format!("write it as `{example}`")))
            }
            _ => then(self, scope, expr, Form { word, call }),
        }
    }

    fn no_such_form(&mut self, scope: &Scope<'_>, expr: &Expr, forms: &[FormOf]) -> Reported {
        if matches!(expr.kind, ExprKind::Error) {
            return self.silent();
        }
        const FEW: usize = 6;
        let shown = forms.iter().map(|(word, example)| if example.is_empty() { word } else { example });
        let known = suggest::one_of(&suggest::quoted(shown));
        let place = scope.place(expr.id);
        let wanted = match forms.len() {
            ..=FEW => suggest::one_of(&suggest::quoted(forms.iter().map(|form| form.0))),
            _ => "another word".to_owned(),
        };
        let message = format!("{} stands here, and {wanted} is wanted", self.describe(scope, expr));
        let mut diagnostic = Diagnostic::new(Code::TYPE_MISMATCH, place, message);
        let written = match &expr.kind {
            ExprKind::Literal(Literal::String(text)) => Some(&*text.value),
            _ => form_of(expr).map(|(word, _)| word),
        };
        let exact = forms.iter().find(|form| Some(form.0) == written).map(|form| form.0);
        let close = exact.or_else(|| suggest::closest(written?, forms.iter().map(|form| form.0)));
        if let Some((word, example)) = forms.iter().find(|form| Some(form.0) == close) {
            let text = if example.is_empty() { word } else { example };
            diagnostic = match exact {
                Some(_) => diagnostic.help(format!("write `{text}` without quotes")),
                None => diagnostic.help(format!("did you mean `{text}`?")),
            };
            if example.is_empty() {
                let title = format!("write `{text}`");
                diagnostic = match exact {
                    Some(_) => diagnostic.fix(title, place, *text),
                    None => diagnostic.guess(title, place, *text),
                };
            }
        } else {
            diagnostic = diagnostic.help(format!("write {known}"));
        }
        self.report(scope, diagnostic)
    }
}

/// The word of `proxy_protocol` or `hops(1)`.
pub(crate) fn form_of(expr: &Expr) -> Option<(&str, Option<&Call>)> {
    match &expr.ungrouped().kind {
        ExprKind::Reference(reference) => reference.single().map(|name| (&*name.text, None)),
        ExprKind::Call(call) => call.callee.single().map(|name| (&*name.text, Some(call))),
        _ => None,
    }
}
