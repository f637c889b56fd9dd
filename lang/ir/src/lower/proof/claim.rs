//! The claims of a proof.

use crate::lower::{Asking, Lowering, Scope};
use crate::resolve::{Kind, Kinds};
use crate::{Claim, ClaimScope, GatewayId, Quantifier, ServiceId};
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{self, Expr};

impl Lowering<'_> {
    pub(super) fn proof_claim(&mut self, scope: &Scope<'_>, it: &ast::Claim) -> Result<Claim, Reported> {
        let from = it.scope.from.as_ref().map(|expr| self.sources(scope, expr)).transpose();
        let through = it.scope.through.as_ref().map(|expr| self.entry_gateway(scope, expr)).transpose();
        let to = it.scope.to.as_ref().map(|expr| self.called(scope, expr)).transpose();
        let on = it.scope.on.as_ref().map(|expr| self.cluster(scope, expr)).transpose();
        let condition = self.condition(scope, it.condition.as_ref(), Asking::Request);
        let outcome = self.outcome(scope, &it.outcome, false);
        Ok(Claim {
            place: scope.place(it.id),
            quantifier: match it.quantifier.value {
                ast::Quantifier::Every => Quantifier::Every,
                ast::Quantifier::No => Quantifier::No,
                ast::Quantifier::Some => Quantifier::Some,
            },
            scope: ClaimScope { from: from?, through: through?, to: to?, on: on?, condition: condition? },
            outcome: outcome?,
        })
    }

    /// The gateway after `through`.
    pub(super) fn entry_gateway(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<GatewayId, Reported> {
        let id = self.alone(scope, expr, Kind::Gateway)?;
        Ok(GatewayId::new(self.names.qualified(id)))
    }

    /// The services after `to`: one, a list, or all of a namespace.
    fn called(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Vec<ServiceId>, Reported> {
        let lists = self.one_or_list(scope, expr, |cx, scope, expr| {
            let named = cx.named(scope, expr, Kinds::of(&[Kind::Service, Kind::Namespace]))?;
            if named.kind == Kind::Namespace && named.all.is_some() {
                let services: Vec<ServiceId> = cx
                    .names
                    .services(named.id)
                    .map(|(_, id)| ServiceId::new(cx.names.qualified(id)))
                    .collect();
                return Ok(services);
            }
            if named.kind == Kind::Namespace {
                let name = cx.names.qualified(named.id);
                let message = format!("`{name}` is a namespace, and its services are wanted");
                let diagnostic = Diagnostic::new(Code::WRONG_KIND, named.place, message);
                return Err(cx.report(scope, diagnostic.help(format!("write `{name}.*`"))));
            }
            cx.nothing_after(scope, &named)?;
            Ok(vec![ServiceId::new(cx.names.qualified(named.id))])
        })?;
        Ok(lists.into_iter().flatten().collect())
    }
}
