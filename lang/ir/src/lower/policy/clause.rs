//! The clauses of a policy.

use crate::lower::{Asking, Lowering, Scope, show};
use crate::resolve::{Kind, Shape};
use crate::{Clause, ClauseKind, Compression, ProviderId};
use gloo_source::{Code, Diagnostic, Place, Reported};
use gloo_syntax::ast::{self, Expr, ExprKind};

impl Lowering<'_> {
    pub(super) fn clause(&mut self, scope: &Scope<'_>, it: &ast::Clause) -> Result<Clause, Reported> {
        // Who decides whether to ask for a login can't look into what the login brings.
        let asking = match &it.kind {
            ast::ClauseKind::Require(_) => Asking::BeforeLogin,
            _ => Asking::Request,
        };
        let condition = self.condition(scope, it.condition.as_ref(), asking);
        let kind = match &it.kind {
            ast::ClauseKind::Require(expr) => self.require(scope, expr)?,
            ast::ClauseKind::Limit(limit) => ClauseKind::Limit(self.limit(scope, it.verb, limit)?),
            ast::ClauseKind::Waf(expr) => ClauseKind::Waf(self.waf(scope, expr)?),
            ast::ClauseKind::Mask(mask) => ClauseKind::Mask(self.mask(scope, mask)?),
            ast::ClauseKind::Cors(block) => ClauseKind::Cors(self.cors(scope, it.verb, block)?),
            ast::ClauseKind::Csrf(block) => ClauseKind::Csrf(self.csrf(scope, it.verb, block)?),
            ast::ClauseKind::Transform(transform) => self.transform(scope, transform)?,
            ast::ClauseKind::Wasm(expr) => ClauseKind::Wasm(self.wasm(scope, expr)?),
            ast::ClauseKind::Lua(expr) => self.lua(scope, expr)?,
            ast::ClauseKind::MaxBody(expr) => ClauseKind::MaxBody(self.size(scope, expr)?),
            ast::ClauseKind::Compress(expr) => ClauseKind::Compress(self.compress(scope, expr)?),
        };
        Ok(Clause { place: scope.place(it.id), doc: Self::doc(&it.doc), kind, condition: condition? })
    }

    /// `auth0 || partner`
    fn require(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<ClauseKind, Reported> {
        let expr = expr.ungrouped();
        let alternatives: &[Expr] = match &expr.kind {
            ExprKind::Or(parts) => parts,
            ExprKind::And(_) => {
                let message = "`&&` can't stand in `require`";
                let help = "write a `require` for each: every one must hold";
                return Err(self.error(scope, Code::TYPE_MISMATCH, expr.id, message, help));
            }
            ExprKind::Not(_) => {
                let message = "a login can't be forbidden";
                let help = "leave `!` out, or say who may not pass in `access`";
                return Err(self.error(scope, Code::TYPE_MISMATCH, expr.id, message, help));
            }
            _ => std::slice::from_ref(expr),
        };
        let mut providers: Vec<ProviderId> = Vec::new();
        let mut failed = None;
        let last = alternatives.len().saturating_sub(1);
        for (at, alternative) in alternatives.iter().enumerate() {
            match self.alternative(scope, alternative, at == last, last > 0) {
                Ok(provider) if providers.contains(&provider) => {
                    let message = format!("`{provider}` is named twice");
                    let help = "name each provider once";
                    failed = Some(self.error(scope, Code::REPEATED, alternative.id, message, help));
                }
                Ok(provider) => providers.push(provider),
                Err(reported) => failed = Some(reported),
            }
        }
        failed.map_or(Ok(ClauseKind::Require(providers)), Err)
    }

    fn alternative(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        is_last: bool,
        among_others: bool,
    ) -> Result<ProviderId, Reported> {
        let id = self.alone(scope, expr, Kind::Provider)?;
        let name = ProviderId::new(self.names.qualified(id));
        let kind = match self.shape(id) {
            Some(Shape::Provider { kind }) => kind.clone(),
            _ => return Ok(name),
        };
        match &*kind {
            "oidc" if !is_last => {
                let message = format!("`{name}` sends callers to log in, so nothing after it is ever asked");
                Err(self.error(scope, Code::MISPLACED, expr.id, message, format!("put `{name}` last")))
            }
            "opa" | "ext_authz" if among_others => {
                let message = format!("`{name}` is asked about every request, so it can't be one of several");
                Err(self.error(
                    scope,
                    Code::MISPLACED,
                    expr.id,
                    message,
                    format!("write a `require {name}` of its own"),
                ))
            }
            _ => Ok(name),
        }
    }

    /// `gzip`, `[gzip, brotli]`
    fn compress(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Vec<Compression>, Reported> {
        let words =
            [("gzip", Compression::Gzip), ("brotli", Compression::Brotli), ("zstd", Compression::Zstd)];
        let mut known: Vec<(Compression, ast::NodeId)> = Vec::new();
        let all = self.one_or_list(scope, expr, |cx, scope, expr| {
            let one = cx.word(scope, expr, &words)?;
            match known.iter().find(|(other, _)| *other == one) {
                Some((_, first)) => {
                    let first = *first;
                    cx.repeated(scope, expr.id, first, &format!("`{}`", show(expr)));
                }
                None => known.push((one, expr.id)),
            }
            Ok(one)
        })?;
        if all.is_empty() {
            let message = "the list is empty";
            return Err(self.error(scope, Code::MISSING, expr.id, message, "write `[gzip, brotli]`"));
        }
        Ok(all)
    }
}

/// The error for a clause that can't act on gRPC calls.
pub(super) fn not_on_grpc(verb: &str, place: Place, rule: Place) -> Diagnostic<Place> {
    Diagnostic::new(Code::CONTRADICTION, place, format!("`{verb}` can't act on a gRPC rule"))
        .label(rule, "it would break the streams of this rule")
        .help("name the rules that it is for, or put the gRPC rules into a table of their own")
}
