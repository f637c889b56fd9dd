//! `limit`

use crate::lower::{Asking, AttributeOf, Lowering, Scope, show};
use crate::{AddressAttribute, Limit, LimitKey, LimitScope};
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{self, Expr, NodeId};

impl Lowering<'_> {
    pub(super) fn limit(
        &mut self,
        scope: &Scope<'_>,
        verb: NodeId,
        it: &ast::Limit,
    ) -> Result<Limit, Reported> {
        let rate = self.rate(scope, &it.rate);
        let via = match &it.via {
            Some(expr) => Some((self.service(scope, expr)?, expr.id)),
            None => None,
        };
        let counted = match (&*it.per.text, via) {
            ("proxy", None) => Ok(LimitScope::Proxy),
            ("proxy", Some((service, node))) => {
                let message = format!(
                    "`per proxy` counts in each proxy alone, and `via {service}` names a service that counts"
                );
                Err(self.error(
                    scope,
                    Code::CONTRADICTION,
                    node,
                    message,
                    "write `per cluster`, or leave `via` out",
                ))
            }
            ("cluster", Some((service, _))) => Ok(LimitScope::Cluster(service)),
            ("mesh", Some((service, _))) => Ok(LimitScope::Mesh(service)),
            (word @ ("cluster" | "mesh"), None) => {
                let message = format!("`per {word}` needs a service that counts");
                let help = format!("write `per {word} via ops.ratelimit`");
                Err(self.error(scope, Code::MISSING, verb, message, help))
            }
            (other, _) => {
                let message = format!("a limit counts per `proxy`, `cluster` or `mesh`, not per `{other}`");
                let diagnostic = Diagnostic::new(Code::TYPE_MISMATCH, scope.place(it.per.id), message);
                Err(self.report(scope, diagnostic.help("write `per proxy`: each proxy counts alone")))
            }
        };
        let by = match &it.by {
            Some(expr) => self.one_or_list(scope, expr, |cx, scope, expr| cx.limit_key(scope, expr))?,
            None => Vec::new(),
        };
        Ok(Limit { rate: rate?, scope: counted?, by })
    }

    fn limit_key(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<LimitKey, Reported> {
        match self.attribute(scope, expr, Asking::Request)? {
            Some(AttributeOf::Address(AddressAttribute::Client)) => Ok(LimitKey::ClientAddress),
            Some(AttributeOf::Address(AddressAttribute::Source)) => Ok(LimitKey::SourceAddress),
            Some(AttributeOf::Source) => Ok(LimitKey::Source),
            Some(AttributeOf::Path) => Ok(LimitKey::Path),
            Some(AttributeOf::Method) => Ok(LimitKey::Method),
            Some(AttributeOf::Host) => Ok(LimitKey::Host),
            Some(AttributeOf::Text(text)) => Ok(LimitKey::Text(text)),
            _ => {
                let message = format!("requests can't be counted by `{}`", show(expr));
                let help =
                    "count by `client.ip`, `source`, `path`, a header, a cookie, a query key or a claim";
                Err(self.error(scope, Code::TYPE_MISMATCH, expr.id, message, help))
            }
        }
    }
}
