//! The arguments of calls: positional ones first, named ones last.

use super::{Lowering, Scope};
use crate::resolve::suggest;
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{Call, Expr, ExprKind, Literal, NodeId};

/// The arguments of one call.
pub(crate) struct Arguments<'e> {
    call: NodeId,
    name: String,
    found: Vec<(&'static str, &'e Expr)>,
}

/// What a call takes.
#[derive(Clone, Copy)]
pub(crate) struct Takes {
    /// Its positional arguments, by what they are called in messages.
    pub(crate) positional: &'static [&'static str],
    /// Its named arguments.
    pub(crate) named: &'static [&'static str],
}

impl Takes {
    /// One positional argument and nothing else.
    pub(crate) const fn one(name: &'static [&'static str; 1]) -> Self {
        Self { positional: name, named: &[] }
    }

    /// Named arguments only.
    pub(crate) const fn named(named: &'static [&'static str]) -> Self {
        Self { positional: &[], named }
    }

    /// The named argument that a value was meant for, where its form says so.
    fn fitting(&self, value: &Expr) -> Option<&'static str> {
        let key = match &value.ungrouped().kind {
            ExprKind::Literal(Literal::Path(_)) => "path",
            ExprKind::Literal(Literal::String(text)) if text.value.starts_with('/') => "path",
            ExprKind::Literal(Literal::String(_)) => "host",
            ExprKind::Literal(Literal::Int(_)) => "status",
            _ => return None,
        };
        self.named.iter().copied().find(|named| *named == key)
    }

    /// `respond(status, body, grpc: …)`
    fn signature(&self, name: &str) -> String {
        let named = self.named.iter().map(|it| format!("{it}: …"));
        let all: Vec<String> = self.positional.iter().map(|it| (*it).to_owned()).chain(named).collect();
        format!("{name}({})", all.join(", "))
    }
}

impl<'e> Arguments<'e> {
    /// Reads the arguments of the call `id`.
    ///
    /// # Errors
    /// Reports what isn't taken, comes twice, or stands in the wrong order.
    pub(crate) fn read(
        cx: &mut Lowering<'_>,
        scope: &Scope<'_>,
        id: NodeId,
        call: &'e Call,
        takes: Takes,
    ) -> Result<Self, Reported> {
        let name = call.callee.to_string();
        let mut this = Self { call: id, name, found: Vec::new() };
        let mut failed = None;
        let mut positions = takes.positional.iter();
        let mut seen_named = false;
        for argument in &call.arguments {
            let key = match &argument.name {
                None if seen_named => {
                    let message = "an argument without a name stands after one with a name";
                    let help = "put the arguments without a name first";
                    Err(cx.error(scope, Code::BAD_ARGUMENTS, argument.id, message, help))
                }
                None => positions.next().copied().ok_or_else(|| {
                    let count = takes.positional.len();
                    let message = match count {
                        0 => format!("`{}` takes no argument without a name", this.name),
                        _ => {
                            format!("`{}` takes {count} argument{} without a name", this.name, plural(count))
                        }
                    };
                    let help = match takes.fitting(&argument.value) {
                        Some(key) => {
                            format!("write `{}({key}: {})`", this.name, super::show(&argument.value))
                        }
                        None => format!("write `{}`", takes.signature(&this.name)),
                    };
                    cx.error(scope, Code::BAD_ARGUMENTS, argument.id, message, help)
                }),
                Some(key) => {
                    seen_named = true;
                    this.named_key(cx, scope, key, takes)
                }
            };
            match key {
                Err(reported) => failed = Some(reported),
                Ok(key) => match this.get(key) {
                    Some(first) => {
                        let first = first.id;
                        cx.repeated(scope, argument.id, first, &format!("`{key}`"));
                    }
                    None => this.found.push((key, &argument.value)),
                },
            }
        }
        failed.map_or(Ok(this), Err)
    }

    fn named_key(
        &self,
        cx: &mut Lowering<'_>,
        scope: &Scope<'_>,
        key: &Expr,
        takes: Takes,
    ) -> Result<&'static str, Reported> {
        let place = scope.place(key.id);
        let help = format!("write `{}`", takes.signature(&self.name));
        let Some(word) = key.word() else {
            let message = format!("the arguments of `{}` have one word as their name", self.name);
            return Err(cx.error(scope, Code::BAD_ARGUMENTS, key.id, message, help));
        };
        if let Some(known) = takes.named.iter().find(|known| **known == &*word.text) {
            return Ok(known);
        }
        if takes.positional.contains(&&*word.text) {
            let message = format!("`{}` takes `{}` without a name", self.name, word.text);
            return Err(cx.error(scope, Code::BAD_ARGUMENTS, key.id, message, help));
        }
        let message = format!("`{}` takes no argument `{}`", self.name, word.text);
        let diagnostic = Diagnostic::new(Code::BAD_ARGUMENTS, place, message);
        let diagnostic = match suggest::closest(&word.text, takes.named.iter().copied()) {
            Some(close) => diagnostic.help(format!("did you mean `{close}`?")).guess(
                format!("write `{close}`"),
                place,
                close,
            ),
            None => diagnostic.help(help),
        };
        Err(cx.report(scope, diagnostic))
    }

    /// The argument of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&'e Expr> {
        self.found.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// An argument that must be there; `example` shows how it is written.
    ///
    /// # Errors
    /// Reports that it is missing.
    pub(crate) fn required(
        &self,
        cx: &mut Lowering<'_>,
        scope: &Scope<'_>,
        name: &str,
        example: &str,
    ) -> Result<&'e Expr, Reported> {
        self.get(name).ok_or_else(|| {
            let message = format!("`{}` needs its argument `{name}`", self.name);
            let diagnostic = Diagnostic::new(Code::MISSING, scope.place(self.call), message);
            cx.report(scope, diagnostic.help(format!("write `{}({example})`", self.name)))
        })
    }

    /// What `read` makes of an argument; nothing if it isn't there, or if an error has been reported.
    pub(crate) fn optional<'c, T>(
        &self,
        cx: &mut Lowering<'c>,
        scope: &Scope<'_>,
        name: &str,
        read: impl FnOnce(&mut Lowering<'c>, &Scope<'_>, &'e Expr) -> Result<T, Reported>,
    ) -> Option<T> {
        self.get(name).and_then(|value| read(cx, scope, value).ok())
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
