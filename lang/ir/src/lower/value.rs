//! Values with units, words, lists, secrets, files: one function for each type that a place may want.

use super::{Arguments, Lowering, Scope, Takes};
use crate::resolve::suggest;
use crate::{At, Percent, Rate, Secret, Ty, Version};
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{Block, Call, Expr, ExprKind, KeyKind, Literal, Per};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

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
    /// A literal of one type.
    fn literal<T>(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        wanted: Ty,
        read: impl FnOnce(&Literal) -> Option<T>,
    ) -> Result<T, Reported> {
        self.follow(scope, expr, |cx, scope, expr| match &expr.kind {
            ExprKind::Literal(literal) => read(literal).ok_or_else(|| cx.mismatch(scope, expr, wanted)),
            _ => Err(cx.mismatch(scope, expr, wanted)),
        })
    }

    /// A string.
    pub(crate) fn text(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<String, Reported> {
        self.literal(scope, expr, Ty::String, |literal| match literal {
            Literal::String(text) => Some(text.value.to_string()),
            _ => None,
        })
    }

    /// A string that isn't empty.
    pub(crate) fn filled_text(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<String, Reported> {
        let text = self.text(scope, expr)?;
        if text.is_empty() {
            let help = "write its text, or leave the setting out";
            return Err(self.error(scope, Code::OUT_OF_RANGE, expr.id, "the string is empty", help));
        }
        Ok(text)
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<bool, Reported> {
        self.literal(scope, expr, Ty::Bool, |literal| match literal {
            Literal::Bool(value) => Some(*value),
            _ => None,
        })
    }

    /// An integer within a range; `what` names it in messages: "a port".
    pub(crate) fn integer(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        what: &str,
        range: RangeInclusive<u64>,
    ) -> Result<u64, Reported> {
        let number = self.literal(scope, expr, Ty::Int, |literal| match literal {
            Literal::Int(number) => Some(*number),
            _ => None,
        })?;
        self.in_range(scope, expr, what, number, range)
    }

    fn in_range(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        what: &str,
        number: u64,
        range: RangeInclusive<u64>,
    ) -> Result<u64, Reported> {
        if range.contains(&number) {
            return Ok(number);
        }
        let message = format!("`{number}` is not {what}");
        let help = match (*range.start(), *range.end()) {
            (start, u64::MAX) => format!("write {start} or more"),
            (start, end) => format!("write a number from {start} to {end}"),
        };
        Err(self.error(scope, Code::OUT_OF_RANGE, expr.id, message, help))
    }

    /// A port, 1 to 65535.
    pub(crate) fn port_number(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<u16, Reported> {
        Ok(self.integer(scope, expr, "a port", 1..=65_535)? as u16)
    }

    /// An integer from `least` on that fits in 32 bits.
    pub(crate) fn count(&mut self, scope: &Scope<'_>, expr: &Expr, least: u32) -> Result<u32, Reported> {
        Ok(self.integer(scope, expr, "a number that fits here", u64::from(least)..=u64::from(u32::MAX))?
            as u32)
    }

    /// A status within a range.
    pub(crate) fn status(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        range: RangeInclusive<u64>,
    ) -> Result<u16, Reported> {
        let number = self.literal(scope, expr, Ty::Status, |literal| match literal {
            Literal::Int(number) => Some(*number),
            _ => None,
        })?;
        Ok(self.in_range(scope, expr, "a status that can stand here", number, range)? as u16)
    }

    /// A duration above zero and up to a year.
    pub(crate) fn duration(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Duration, Reported> {
        const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);
        let duration = self.literal(scope, expr, Ty::Duration, |literal| match literal {
            Literal::Duration(duration) => Some(*duration),
            _ => None,
        })?;
        if duration.is_zero() {
            let message = "a duration of zero can't be meant";
            let help = "leave the setting out where there is to be none";
            return Err(self.error(scope, Code::OUT_OF_RANGE, expr.id, message, help));
        }
        if duration > LONGEST {
            let message = "a duration of more than a year can't be meant";
            return Err(self.error(scope, Code::OUT_OF_RANGE, expr.id, message, "write a shorter one"));
        }
        Ok(duration)
    }

    /// A share, at most all.
    pub(crate) fn percent(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Percent, Reported> {
        let millionths = self.literal(scope, expr, Ty::Percent, |literal| match literal {
            Literal::Percent(millionths) => Some(*millionths),
            _ => None,
        })?;
        match u32::try_from(millionths) {
            Ok(millionths) if millionths <= Percent::ALL.millionths => Ok(Percent { millionths }),
            _ => {
                let message = format!("`{}%` is more than all", millionths / 10_000);
                Err(self.error(scope, Code::OUT_OF_RANGE, expr.id, message, "write at most `100%`"))
            }
        }
    }

    /// So many bytes.
    pub(crate) fn size(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<u64, Reported> {
        let bytes = self.literal(scope, expr, Ty::Size, |literal| match literal {
            Literal::Size(bytes) => Some(*bytes),
            _ => None,
        })?;
        self.in_range(scope, expr, "a size that can stand here", bytes, 1..=u64::from(u32::MAX))
    }

    /// So many in a time.
    pub(crate) fn rate(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Rate, Reported> {
        let (count, per) = self.literal(scope, expr, Ty::Rate, |literal| match literal {
            Literal::Rate { count, per } => Some((*count, *per)),
            _ => None,
        })?;
        let requests = self.in_range(scope, expr, "a rate", count, 1..=u64::from(u32::MAX))? as u32;
        let seconds = match per {
            Per::Second => 1,
            Per::Minute => 60,
            Per::Hour => 3_600,
            Per::Day => 86_400,
        };
        Ok(Rate { requests, seconds })
    }

    /// A version in quotes: `"1.30"`.
    pub(crate) fn version(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Version, Reported> {
        self.follow(scope, expr, |cx, scope, expr| {
            let text = match &expr.kind {
                ExprKind::Literal(Literal::String(text)) => &text.value,
                _ => return Err(cx.mismatch_with(scope, expr, "a version in quotes", "\"1.30\"")),
            };
            let parts: Option<Vec<u32>> =
                text.strip_prefix('v').unwrap_or(text).split('.').map(|part| part.parse().ok()).collect();
            match parts {
                Some(parts) if (1..=4).contains(&parts.len()) => Ok(Version(parts)),
                _ => {
                    let message = format!("`{text}` is not a version");
                    Err(cx.error(scope, Code::TYPE_MISMATCH, expr.id, message, "write it as `\"1.30\"`"))
                }
            }
        })
    }

    /// A value with the place that it was written at.
    pub(crate) fn at<'c, T>(
        read: impl FnOnce(&mut Lowering<'c>, &Scope<'_>, &Expr) -> Result<T, Reported>,
    ) -> impl FnOnce(&mut Lowering<'c>, &Scope<'_>, &Expr) -> Result<At<T>, Reported> {
        move |cx, scope, expr| Ok(At { value: read(cx, scope, expr)?, at: scope.place(expr.id) })
    }

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
                diagnostic = diagnostic.fix(format!("write `{text}`"), place, *text);
            }
        } else {
            diagnostic = diagnostic.help(format!("write {known}"));
        }
        self.report(scope, diagnostic)
    }

    /// A list. Every element is read, so that each wrong one is reported.
    pub(crate) fn list<'c, T>(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        wanted: &str,
        example: &str,
        each: impl FnMut(&mut Self, &Scope<'_>, &Expr) -> Result<T, Reported>,
    ) -> Result<Vec<T>, Reported> {
        self.follow(scope, expr, |cx, scope, expr| match &expr.kind {
            ExprKind::List(elements) => cx.all(scope, elements, each),
            _ => Err(cx.mismatch_with(scope, expr, wanted, example)),
        })
    }

    /// A list, or one element alone.
    pub(crate) fn one_or_list<T>(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        mut each: impl FnMut(&mut Self, &Scope<'_>, &Expr) -> Result<T, Reported>,
    ) -> Result<Vec<T>, Reported> {
        self.follow(scope, expr, |cx, scope, expr| match &expr.kind {
            ExprKind::List(elements) => cx.all(scope, elements, each),
            _ => each(cx, scope, expr).map(|one| vec![one]),
        })
    }

    /// Reads every element, and fails if one does.
    pub(crate) fn all<T>(
        &mut self,
        scope: &Scope<'_>,
        elements: &[Expr],
        mut each: impl FnMut(&mut Self, &Scope<'_>, &Expr) -> Result<T, Reported>,
    ) -> Result<Vec<T>, Reported> {
        let mut values = Vec::with_capacity(elements.len());
        let mut failed = None;
        for element in elements {
            match each(self, scope, element) {
                Ok(value) => values.push(value),
                Err(reported) => failed = Some(reported),
            }
        }
        failed.map_or(Ok(values), Err)
    }

    /// A list of strings.
    pub(crate) fn texts(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Vec<String>, Reported> {
        self.list(scope, expr, "a list of strings", "[\"a\", \"b\"]", |cx, scope, expr| cx.text(scope, expr))
    }

    /// The inside of a block: `then` gets it with its own scope.
    pub(crate) fn block<R>(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        example: &str,
        then: impl FnOnce(&mut Self, &Scope<'_>, &Block) -> Result<R, Reported>,
    ) -> Result<R, Reported> {
        self.follow(scope, expr, |cx, scope, expr| match &expr.kind {
            ExprKind::Block(block) => then(cx, scope, block),
            _ => Err(cx.mismatch_with(scope, expr, "a block", example)),
        })
    }

    /// Keys with strings: `{ app: "edge" }`.
    pub(crate) fn text_map(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
    ) -> Result<BTreeMap<String, String>, Reported> {
        self.block(scope, expr, Ty::Map.example(), |cx, scope, block| cx.text_entries(scope, block))
    }

    /// The keys and strings of a block.
    pub(crate) fn text_entries(
        &mut self,
        scope: &Scope<'_>,
        block: &Block,
    ) -> Result<BTreeMap<String, String>, Reported> {
        self.entries(scope, block, |cx, scope, expr| cx.text(scope, expr))
    }

    /// The keys of a block, which may be any, with their values.
    pub(crate) fn entries<T>(
        &mut self,
        scope: &Scope<'_>,
        block: &Block,
        mut each: impl FnMut(&mut Self, &Scope<'_>, &Expr) -> Result<T, Reported>,
    ) -> Result<BTreeMap<String, T>, Reported> {
        let mut values = BTreeMap::new();
        let mut first: BTreeMap<&str, gloo_syntax::ast::NodeId> = BTreeMap::new();
        let mut failed = None;
        for setting in block.settings() {
            let key = match &setting.key.kind {
                KeyKind::Word(text) | KeyKind::Quoted(text) => text,
                KeyKind::Attribute(_) => {
                    let help = "write a word, or a text in quotes";
                    let message = "this is no key of a map";
                    failed = Some(self.error(scope, Code::UNKNOWN_SETTING, setting.key.id, message, help));
                    continue;
                }
            };
            if let Some(first) = first.insert(key, setting.key.id) {
                self.repeated(scope, setting.key.id, first, &format!("`{key}`"));
            }
            match each(self, scope, &setting.value) {
                Ok(value) => drop(values.insert(key.to_string(), value)),
                Err(reported) => failed = Some(reported),
            }
        }
        failed.map_or(Ok(values), Err)
    }

    /// `secret("name")`, `secret("namespace/name")`.
    pub(crate) fn secret(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Secret, Reported> {
        let what = "a secret";
        let example = "secret(\"name\")";
        self.follow(scope, expr, |cx, scope, expr| {
            let Some(("secret", Some(call))) = form_of(expr) else {
                return Err(cx.mismatch_with(scope, expr, what, example));
            };
            let arguments = Arguments::read(cx, scope, expr.id, call, Takes::one(&["name"]))?;
            let value = arguments.required(cx, scope, "name", "\"name\"")?;
            let text = cx.text(scope, value)?;
            let (namespace, name) = match text.split_once('/') {
                Some((namespace, name)) => (Some(namespace), name),
                None => (None, &*text),
            };
            if namespace.is_some_and(|namespace| !is_label(namespace)) || !is_subdomain(name) {
                let message = format!("`{text}` can't be the name of a Secret");
                let help = "names of Kubernetes have lower-case letters, digits, `-` and `.`";
                return Err(cx.error(scope, Code::BAD_HOST, value.id, message, help));
            }
            let namespace = namespace.map(str::to_owned);
            Ok(Secret { namespace, name: name.to_owned(), at: scope.place(expr.id) })
        })
    }

    /// The text of `file("…")`. The path is relative to the file that names it and stays in the workspace.
    pub(crate) fn file_text(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Arc<str>, Reported> {
        self.follow(scope, expr, |cx, scope, expr| {
            let Some(("file", Some(call))) = form_of(expr) else {
                return Err(cx.mismatch_with(scope, expr, "a file", "file(\"rules.conf\")"));
            };
            let arguments = Arguments::read(cx, scope, expr.id, call, Takes::one(&["path"]))?;
            let value = arguments.required(cx, scope, "path", "\"rules.conf\"")?;
            let text = cx.text(scope, value)?;
            let Some(path) = relative(cx.names.path(scope.file), &text) else {
                let message = format!("`{text}` lies outside the workspace");
                let help = "name a file of the workspace, relative to this one";
                return Err(cx.error(scope, Code::BAD_FILE, value.id, message, help));
            };
            cx.assets.insert(path.clone());
            cx.environment.read(&path).map_err(|error| {
                let message = format!("`{path}` can't be taken in: {error}");
                let help = "the path is relative to the file that names it";
                cx.error(scope, Code::BAD_FILE, value.id, message, help)
            })
        })
    }

    /// A string, or the text of `file("…")`.
    pub(crate) fn text_or_file(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<String, Reported> {
        self.follow(scope, expr, |cx, scope, expr| match form_of(expr) {
            Some(("file", Some(_))) => cx.file_text(scope, expr).map(|text| text.to_string()),
            _ => cx.text(scope, expr),
        })
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

/// Whether Kubernetes takes the text as a name that is one label (RFC 1123).
pub(crate) fn is_label(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 63
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Whether Kubernetes takes the text as a name of labels with dots (RFC 1123).
pub(crate) fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label)
}

/// `text` as seen from the file at `from`, from the root of the workspace; nothing if it lies outside.
fn relative(from: &str, text: &str) -> Option<String> {
    if text.is_empty() || text.starts_with('/') || text.contains(['\\', '\0']) || text.get(1..2) == Some(":")
    {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}
