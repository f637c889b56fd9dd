//! The attributes of a request that predicates, limits, headers and logs may speak of.

use super::form_of;
use super::{Arguments, Lowering, Scope, Takes};
use crate::resolve::{Kind, Kinds, Shape, suggest};
use crate::{AddressAttribute, ProviderId, TextAttribute};
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{Call, Expr, ExprKind, Reference};

/// An attribute of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AttributeOf {
    /// `method`
    Method,
    /// `path`
    Path,
    /// `host`
    Host,
    /// `port`
    Port,
    /// `scheme`
    Scheme,
    /// A text that may be absent.
    Text(TextAttribute),
    /// `source`
    Source,
    /// `source.namespace`
    SourceNamespace,
    /// `source.cluster`
    SourceCluster,
    /// `source.ip`, `client.ip`
    Address(AddressAttribute),
    /// `route.name`
    RouteName,
    /// `status`
    Status,
}

/// Where a predicate stands, and so what it may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asking {
    /// Any HTTP request: rules, access, policies, proofs.
    Request,
    /// The `where` of a `require`: claims aren't verified yet.
    BeforeLogin,
    /// A connection of a `tcp` or `tls` listener.
    Connection,
    /// `log` and `trace`: what became of the request too.
    Telemetry,
    /// The body of a `let`, whose uses decide.
    Anywhere,
}

/// The attributes that are words, as they are written.
const WORDS: &[&str] = &[
    "method",
    "path",
    "host",
    "port",
    "scheme",
    "source",
    "source.namespace",
    "source.cluster",
    "source.ip",
    "client.ip",
    "client.cert.uri",
    "client.cert.dns",
    "tls.sni",
    "route.name",
    "status",
];

/// The attributes that are calls.
const CALLS: &[&str] = &["header", "query", "cookie"];

impl Lowering<'_> {
    /// The attribute that an expression names, if it names one; nothing is reported if it is something else.
    ///
    /// # Errors
    /// Reports an attribute that is wrongly written, or may not be asked here.
    pub(crate) fn attribute(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        asking: Asking,
    ) -> Result<Option<AttributeOf>, Reported> {
        let expr = expr.ungrouped();
        let found = match &expr.kind {
            ExprKind::Reference(reference) => self.attribute_word(scope, expr, reference)?,
            ExprKind::Call(call) => self.attribute_call(scope, expr, call)?,
            _ => None,
        };
        let Some(attribute) = found else { return Ok(None) };
        self.may_ask(scope, expr, &attribute, asking)?;
        Ok(Some(attribute))
    }

    fn attribute_word(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        reference: &Reference,
    ) -> Result<Option<AttributeOf>, Reported> {
        if reference.all.is_some() || reference.cluster.is_some() {
            return Ok(None);
        }
        let words: Vec<&str> = reference.segments.iter().map(|name| &*name.text).collect();
        if words.first().is_some_and(|first| scope.binding(first).is_some()) {
            return Ok(None);
        }
        Ok(Some(match words.as_slice() {
            ["method"] => AttributeOf::Method,
            ["path"] => AttributeOf::Path,
            ["host"] => AttributeOf::Host,
            ["port"] => AttributeOf::Port,
            ["scheme"] => AttributeOf::Scheme,
            ["source"] => AttributeOf::Source,
            ["source", "namespace"] => AttributeOf::SourceNamespace,
            ["source", "cluster"] => AttributeOf::SourceCluster,
            ["source", "ip"] => AttributeOf::Address(AddressAttribute::Source),
            ["client", "ip"] => AttributeOf::Address(AddressAttribute::Client),
            ["client", "cert", "uri"] => AttributeOf::Text(TextAttribute::ClientCertificateUri),
            ["client", "cert", "dns"] => AttributeOf::Text(TextAttribute::ClientCertificateDns),
            ["tls", "sni"] => AttributeOf::Text(TextAttribute::ServerName),
            ["route", "name"] => AttributeOf::RouteName,
            ["status"] => AttributeOf::Status,
            [word @ ("header" | "query" | "cookie")] => {
                let message = format!("`{word}` needs a name");
                let help = format!("write `{word}(\"…\")`");
                return Err(self.error(scope, Code::MISSING, expr.id, message, help));
            }
            ["source" | "client" | "tls", ..] => {
                let text = words.join(".");
                let message = format!("a request has no attribute `{text}`");
                let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, scope.place(expr.id), message);
                let known: Vec<&str> = WORDS
                    .iter()
                    .filter(|word| word.split('.').next() == words.first().copied())
                    .copied()
                    .collect();
                let listed = suggest::all_of(&suggest::quoted(&known));
                return Err(self.report(scope, diagnostic.help(format!("it has {listed}"))));
            }
            _ => return self.claim(scope, reference),
        }))
    }

    /// `auth0.sub`, `auth0.iss`; nothing if no provider is named.
    fn claim(&mut self, scope: &Scope<'_>, reference: &Reference) -> Result<Option<AttributeOf>, Reported> {
        let words: Vec<&str> = reference.segments.iter().map(|name| &*name.text).collect();
        let Some((last, provider)) = words.split_last().filter(|(_, provider)| !provider.is_empty()) else {
            return Ok(None);
        };
        let Some(provider) = self.provider_named(scope, reference.id, provider) else { return Ok(None) };
        let place = reference.segments.last().map_or(reference.id, |name| name.id);
        let provider = self.with_claims(scope, reference.id, provider)?;
        match *last {
            "sub" | "iss" => {
                Ok(Some(AttributeOf::Text(TextAttribute::Claim { provider, name: (*last).to_owned() })))
            }
            other => {
                let message = format!("a token of `{provider}` has no attribute `{other}`");
                let claim = format!("{provider}.claim(\"{other}\")");
                let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, scope.place(place), message)
                    .help(format!("write `{claim}` for a claim of its own"))
                    .fix(format!("write `{claim}`"), scope.place(reference.id), claim);
                Err(self.report(scope, diagnostic))
            }
        }
    }

    /// The provider that words name, if they do.
    fn provider_named(
        &mut self,
        scope: &Scope<'_>,
        node: gloo_syntax::ast::NodeId,
        words: &[&str],
    ) -> Option<crate::resolve::DeclarationId> {
        let hit = self.names.find(scope.file, words, Kinds::of(&[Kind::Provider])).ok()?;
        if hit.words != words.len() {
            return None;
        }
        self.mark_used(scope, node, hit);
        Some(hit.id)
    }

    fn with_claims(
        &mut self,
        scope: &Scope<'_>,
        node: gloo_syntax::ast::NodeId,
        provider: crate::resolve::DeclarationId,
    ) -> Result<ProviderId, Reported> {
        let name = self.names.qualified(provider);
        match self.shape(provider) {
            Some(Shape::Provider { kind }) if !matches!(&**kind, "jwt" | "oidc") => {
                let message = format!("the provider `{name}` is of the kind `{kind}`, which has no claims");
                let help = "claims are read of `jwt` and `oidc` providers";
                Err(self.error(scope, Code::UNAVAILABLE_ATTRIBUTE, node, message, help))
            }
            _ => Ok(ProviderId::new(name)),
        }
    }

    fn attribute_call(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        call: &Call,
    ) -> Result<Option<AttributeOf>, Reported> {
        if let Some((word @ ("header" | "query" | "cookie"), _)) = form_of(expr) {
            let arguments = Arguments::read(self, scope, expr.id, call, Takes::one(&["name"]))?;
            let value = arguments.required(self, scope, "name", "\"x-user\"")?;
            let text = self.text(scope, value)?;
            return Ok(Some(AttributeOf::Text(match word {
                "header" => TextAttribute::Header(self.header_name(scope, value.id, &text)?),
                "query" if !text.is_empty() => TextAttribute::Query(text),
                "cookie" if is_cookie_name(&text) => TextAttribute::Cookie(text),
                _ => {
                    let message = format!("`{text}` can't be the name of a {word}");
                    let help = format!("write `{word}(\"…\")` with the name as it is sent");
                    return Err(self.error(scope, Code::TYPE_MISMATCH, value.id, message, help));
                }
            })));
        }
        let words: Vec<&str> = call.callee.segments.iter().map(|name| &*name.text).collect();
        let Some((&"claim", provider)) = words.split_last() else { return Ok(None) };
        let Some(provider) = self.provider_named(scope, call.callee.id, provider) else { return Ok(None) };
        let provider = self.with_claims(scope, call.callee.id, provider)?;
        let arguments = Arguments::read(self, scope, expr.id, call, Takes::one(&["name"]))?;
        let value = arguments.required(self, scope, "name", "\"groups\"")?;
        let name = self.filled_text(scope, value)?;
        Ok(Some(AttributeOf::Text(TextAttribute::Claim { provider, name })))
    }

    /// Refuses an attribute that can't be asked where it stands.
    fn may_ask(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        attribute: &AttributeOf,
        asking: Asking,
    ) -> Result<(), Reported> {
        let shown = super::report::show(expr);
        let (message, help) = match (attribute, asking) {
            (
                AttributeOf::RouteName | AttributeOf::Status,
                Asking::Request | Asking::BeforeLogin | Asking::Connection,
            ) => (
                format!("`{shown}` is known only when the request has been answered"),
                "it can be asked in the `log` and `trace` of `telemetry`",
            ),
            (AttributeOf::Text(TextAttribute::Claim { provider, .. }), Asking::BeforeLogin) => (
                format!(
                    "`{shown}` is not known before this `require` has verified the token of `{provider}`"
                ),
                "leave it out here, and ask for it in `access`, as `allow any where …`",
            ),
            (
                AttributeOf::Source
                | AttributeOf::SourceNamespace
                | AttributeOf::SourceCluster
                | AttributeOf::Address(_)
                | AttributeOf::Text(TextAttribute::ServerName),
                Asking::Connection,
            ) => return Ok(()),
            (_, Asking::Connection) => (
                format!("`{shown}` can't be asked of a connection"),
                "on `tcp` and `tls` listeners `source`, `client.ip` and `tls.sni` can be asked",
            ),
            _ => return Ok(()),
        };
        Err(self.error(scope, Code::UNAVAILABLE_ATTRIBUTE, expr.id, message, help))
    }

    /// Reports an expression that was to be an attribute.
    pub(crate) fn no_attribute(&mut self, scope: &Scope<'_>, expr: &Expr) -> Reported {
        if matches!(expr.kind, ExprKind::Error) {
            return self.silent();
        }
        let shown = super::report::show(expr);
        let message = format!("{} is not an attribute of a request", self.describe(scope, expr));
        let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, scope.place(expr.id), message);
        let callee = match &expr.kind {
            ExprKind::Call(call) => Some(call.callee.to_string()),
            _ => None,
        };
        let close = match &callee {
            Some(callee) => suggest::closest(callee, CALLS.iter().copied()),
            None => suggest::closest(&shown, WORDS.iter().copied()),
        };
        if let Some(text) = meant_attribute(&expr.kind) {
            let place = scope.place(expr.id);
            let diagnostic = diagnostic.help(format!("write `{text}`"));
            return self.report(scope, diagnostic.fix(format!("write `{text}`"), place, text));
        }
        let common = "`path`, `method`, `host`, `header(\"…\")`, `query(\"…\")`, `cookie(\"…\")`, `source` and `client.ip`";
        let diagnostic = match close {
            Some(close) if callee.is_some() => diagnostic.help(format!("did you mean `{close}(…)`?")),
            Some(close) => diagnostic.help(format!("did you mean `{close}`?")).guess(
                format!("write `{close}`"),
                scope.place(expr.id),
                close,
            ),
            None => diagnostic.help(format!("it has {common}, among others")),
        };
        self.report(scope, diagnostic)
    }
}

/// What other systems' words for an attribute are here: `request.header("x")`, `user_agent`.
fn meant_attribute(expr: &ExprKind) -> Option<String> {
    let callee = match expr {
        ExprKind::Reference(reference) => reference,
        ExprKind::Call(call) => &call.callee,
        _ => return None,
    };
    let words: Vec<&str> = callee.segments.iter().map(|name| &*name.text).collect();
    let words = match words.as_slice() {
        ["request" | "req" | "http", rest @ ..] if !rest.is_empty() => rest,
        all => all,
    };
    let joined = words.join(".");
    if let ExprKind::Call(call) = expr {
        let word = match &*joined {
            "header" | "headers" => "header",
            "query" | "query_param" | "param" | "queryParam" => "query",
            "cookie" | "cookies" => "cookie",
            _ => return None,
        };
        let name = call.arguments.first().map_or_else(|| "\"…\"".to_owned(), |it| super::show(&it.value));
        return Some(format!("{word}({name})"));
    }
    let name = joined.to_ascii_lowercase().replace(['_', '.'], "-");
    Some(match &*name {
        "user-agent" | "authorization" | "content-type" | "accept" | "referer" | "origin"
        | "accept-language" => {
            format!("header(\"{name}\")")
        }
        "uri" | "url" | "url-path" | "request-uri" => "path".to_owned(),
        "authority" | "hostname" | "http-host" => "host".to_owned(),
        "verb" | "http-method" => "method".to_owned(),
        "ip" | "remote-addr" | "remote-ip" | "client-address" => "client.ip".to_owned(),
        "sni" | "server-name" => "tls.sni".to_owned(),
        _ if words.len() < callee.segments.len() && WORDS.contains(&&*joined) => joined,
        _ => return None,
    })
}

/// Whether the text can be the name of a cookie (RFC 6265, section 4.1.1: a token).
fn is_cookie_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}
