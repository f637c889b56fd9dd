//! Path patterns and rewrites, hosts, addresses, regular expressions: what `lang/domain` reads.

use super::form_of;
use super::{Arguments, Lowering, Scope, Takes};
use crate::Ty;
use gloo_domain::{AddressRange, HostPattern, Method, PathPattern, PathTemplate, PatternError, Regex};
use gloo_source::{Code, Diagnostic, Reported, Severity};
use gloo_syntax::ast::{self, Expr, ExprKind, Literal, NodeId};

impl Lowering<'_> {
    /// Reports what is wrong with the text of a pattern.
    pub(crate) fn bad_pattern(
        &mut self,
        scope: &Scope<'_>,
        code: Code,
        node: NodeId,
        error: &PatternError,
    ) -> Reported {
        let mut diagnostic = Diagnostic::new(code, scope.place(node), &*error.message);
        diagnostic.help.extend(error.help.clone());
        self.report(scope, diagnostic)
    }

    /// A path pattern: `/a/**`, `prefix("/a")`, `regex(r"…")`, `ignore_case(/a)`.
    pub(crate) fn path_pattern(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<PathPattern, Reported> {
        self.follow(scope, expr, |cx, scope, expr| match (&expr.kind, form_of(expr)) {
            (ExprKind::Literal(Literal::Path(text)), _) => {
                cx.warn_of_colon(scope, expr.id, text);
                PathPattern::parse(text)
                    .map_err(|error| cx.bad_pattern(scope, Code::BAD_PATTERN, expr.id, &error))
            }
            (ExprKind::Call(call), Some((word @ ("prefix" | "regex" | "ignore_case"), _))) => {
                let arguments = Arguments::read(cx, scope, expr.id, call, Takes::one(&["pattern"]))?;
                match word {
                    "ignore_case" => {
                        let value = arguments.required(cx, scope, "pattern", "/a/**")?;
                        let pattern = cx.path_pattern(scope, value)?;
                        pattern
                            .ignoring_case()
                            .map_err(|error| cx.bad_pattern(scope, Code::BAD_PATTERN, value.id, &error))
                    }
                    "prefix" => {
                        let value = arguments.required(cx, scope, "pattern", "\"/a\"")?;
                        let text = cx.text(scope, value)?;
                        PathPattern::prefix(&text)
                            .map_err(|error| cx.bad_pattern(scope, Code::BAD_PATTERN, value.id, &error))
                    }
                    _ => {
                        let value = arguments.required(cx, scope, "pattern", "r\"/v[0-9]+/.*\"")?;
                        let text = cx.text(scope, value)?;
                        PathPattern::regex(&text)
                            .map_err(|error| cx.bad_pattern(scope, Code::BAD_REGEX, value.id, &error))
                    }
                }
            }
            _ => Err(cx.mismatch(scope, expr, Ty::Path)),
        })
    }

    /// Warns of `/users/:id`, which other routers take for a named segment.
    fn warn_of_colon(&mut self, scope: &Scope<'_>, node: NodeId, path: &str) {
        let is_name = |name: &&str| {
            name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        };
        let Some(name) = path.split('/').filter_map(|part| part.strip_prefix(':')).find(is_name) else {
            return;
        };
        let message = format!("`:{name}` stands for these very characters");
        let mut diagnostic = Diagnostic::new(Code::BAD_PATTERN, scope.place(node), message)
            .help(format!("write `{{{name}}}` for any segment, called `{name}`"));
        diagnostic.severity = Severity::Warning;
        self.sink.warn(diagnostic);
    }

    /// Path patterns, one or a list.
    pub(crate) fn path_patterns(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
    ) -> Result<Vec<PathPattern>, Reported> {
        self.one_or_list(scope, expr, |cx, scope, expr| cx.path_pattern(scope, expr))
    }

    /// A path without wildcards, bare: `/oauth/callback`.
    pub(crate) fn exact_path(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<String, Reported> {
        let pattern = self.path_pattern(scope, expr)?;
        pattern.as_exact().filter(|_| !pattern.ignores_case()).ok_or_else(|| {
            let message = "one path is wanted here, and this is a pattern";
            self.error(scope, Code::BAD_PATTERN, expr.id, message, "write it without `*` and `{…}`")
        })
    }

    /// What a path is rewritten to: `/v2/**`, or in quotes.
    pub(crate) fn path_template(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<PathTemplate, Reported> {
        self.follow(scope, expr, |cx, scope, expr| match &expr.kind {
            ExprKind::Literal(Literal::Path(text)) => PathTemplate::parse(text)
                .map_err(|error| cx.bad_pattern(scope, Code::BAD_PATTERN, expr.id, &error)),
            ExprKind::Literal(Literal::String(text)) if text.value.starts_with('/') => {
                PathTemplate::parse(&text.value)
                    .map_err(|error| cx.bad_pattern(scope, Code::BAD_PATTERN, expr.id, &error))
            }
            _ => Err(cx.mismatch(scope, expr, Ty::Path)),
        })
    }

    /// A host or a wildcard: `"shop.acme.com"`, `"*.acme.com"`.
    pub(crate) fn host_pattern(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<HostPattern, Reported> {
        self.follow(scope, expr, |cx, scope, expr| match &expr.kind {
            ExprKind::Literal(Literal::String(text)) => HostPattern::parse(&text.value)
                .map_err(|error| cx.bad_pattern(scope, Code::BAD_HOST, expr.id, &error)),
            _ => Err(cx.mismatch(scope, expr, Ty::Hosts)),
        })
    }

    /// One host, no wildcard.
    pub(crate) fn exact_host(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<String, Reported> {
        match self.host_pattern(scope, expr)? {
            HostPattern::Exact(name) => Ok(name.to_string()),
            other => {
                let message = format!("`{other}` is many hosts, and one is wanted here");
                Err(self.error(
                    scope,
                    Code::BAD_HOST,
                    expr.id,
                    message,
                    "write one host, as `\"shop.acme.com\"`",
                ))
            }
        }
    }

    /// An address or a range: `10.0.0.0/8`, `"2001:db8::/32"`.
    pub(crate) fn address_range(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<AddressRange, Reported> {
        self.follow(scope, expr, |cx, scope, expr| match &expr.kind {
            ExprKind::Literal(Literal::Address(text)) => AddressRange::parse(text)
                .map_err(|error| cx.bad_pattern(scope, Code::BAD_ADDRESS, expr.id, &error)),
            ExprKind::Literal(Literal::String(text)) => AddressRange::parse(&text.value)
                .map_err(|error| cx.bad_pattern(scope, Code::BAD_ADDRESS, expr.id, &error)),
            _ => Err(cx.mismatch(scope, expr, Ty::Address)),
        })
    }

    /// A regular expression in RE2's syntax.
    pub(crate) fn regex(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Regex, Reported> {
        let text = self.text(scope, expr)?;
        Regex::parse(&text).map_err(|error| self.bad_pattern(scope, Code::BAD_REGEX, expr.id, &error))
    }

    /// A method: `GET`.
    pub(crate) fn method(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Method, Reported> {
        self.follow(scope, expr, |cx, scope, expr| match &expr.kind {
            ExprKind::Literal(Literal::Method(method)) => Ok(method_of(*method)),
            ExprKind::Reference(reference) => {
                let upper = reference.to_string().to_ascii_uppercase();
                match Method::parse(&upper).filter(|method| *method != Method::Other) {
                    Some(_) => {
                        let message = format!("`{reference}` is not a method");
                        let diagnostic = Diagnostic::new(Code::TYPE_MISMATCH, scope.place(expr.id), message)
                            .help(format!("methods are in capitals: write `{upper}`"))
                            .fix(format!("write `{upper}`"), scope.place(expr.id), upper);
                        Err(cx.report(scope, diagnostic))
                    }
                    None => Err(cx.mismatch(scope, expr, Ty::Method)),
                }
            }
            _ => Err(cx.mismatch(scope, expr, Ty::Method)),
        })
    }

    /// The name of a header, in lower case (RFC 9110, section 5.1).
    pub(crate) fn header_name(
        &mut self,
        scope: &Scope<'_>,
        node: NodeId,
        text: &str,
    ) -> Result<String, Reported> {
        let lower = text.to_ascii_lowercase();
        let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if lower == "host" || lower.starts_with(':') {
            let message = format!("`{text}` is not a header that can be named");
            let help = "the request's host is `host`, its path `path`, its method `method`";
            return Err(self.error(scope, Code::UNAVAILABLE_ATTRIBUTE, node, message, help));
        }
        if lower.is_empty() || !lower.bytes().all(is_token) {
            let message = format!("`{text}` can't be the name of a header");
            let help = "names of headers have letters, digits and `-`";
            return Err(self.error(scope, Code::TYPE_MISMATCH, node, message, help));
        }
        Ok(lower)
    }
}

/// The method of the set's vocabulary that a literal names.
pub(crate) fn method_of(method: ast::Method) -> Method {
    Method::of_request(method.as_str())
}
