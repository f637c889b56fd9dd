//! Who sends a request.

use super::form_of;
use super::reference::Named;
use super::{Arguments, Lowering, Scope, Takes};
use crate::resolve::{Kind, Kinds, Shape};
use crate::{ClusterId, GatewayId, NamespaceId, ServiceId, SourcePattern};
use gloo_source::{Code, Diagnostic, Place, Reported};
use gloo_syntax::ast::Expr;

impl Lowering<'_> {
    /// Sources, one or a list: `checkout`, `[edge, ops.*]`.
    pub(crate) fn sources(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Vec<SourcePattern>, Reported> {
        self.one_or_list(scope, expr, |cx, scope, expr| cx.source(scope, expr))
    }

    /// One source: `any`, `outside`, `checkout`, `shop.*`, `checkout@east`, `edge`, `identity("spiffe://…")`.
    pub(crate) fn source(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<SourcePattern, Reported> {
        match form_of(expr) {
            Some(("any", None)) => return Ok(SourcePattern::Any),
            Some(("outside", None)) => return Ok(SourcePattern::Outside),
            Some(("identity", Some(call))) => {
                let arguments = Arguments::read(self, scope, expr.id, call, Takes::one(&["uri"]))?;
                let value =
                    arguments.required(self, scope, "uri", "\"spiffe://acme.local/ns/shop/sa/cart\"")?;
                let uri = self.text(scope, value)?;
                if !is_spiffe(&uri) {
                    let message = format!("`{uri}` is not a SPIFFE identity");
                    let help = "write it as `\"spiffe://acme.local/ns/shop/sa/cart\"`";
                    return Err(self.error(scope, Code::BAD_HOST, value.id, message, help));
                }
                return Ok(SourcePattern::Identity(uri));
            }
            _ => {}
        }
        let wanted = Kinds::of(&[Kind::Service, Kind::Namespace, Kind::Gateway]);
        let named = self.named(scope, expr, wanted)?;
        self.source_of(scope, &named)
    }

    fn source_of(&mut self, scope: &Scope<'_>, named: &Named) -> Result<SourcePattern, Reported> {
        let name = self.names.qualified(named.id);
        let cluster = match &named.cluster {
            Some((cluster, place)) => {
                self.placed_on(scope, named.id, cluster, *place)?;
                self.has_own_identities(scope, cluster, *place)?;
                Some(cluster.clone())
            }
            None => None,
        };
        if let Some(member) = named.members.first() {
            let message = format!(
                "a source is known by its account, so `{}` of `{name}` can't be told apart",
                member.text
            );
            let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, member.place, message);
            return Err(self.report(scope, diagnostic.help(format!("write `{name}`"))));
        }
        match (named.kind, named.all) {
            (Kind::Namespace, Some(_)) => {
                Ok(SourcePattern::Namespace { namespace: NamespaceId::new(name), cluster })
            }
            (Kind::Namespace, None) => {
                let message = format!("`{name}` is a namespace, and its services are wanted");
                let diagnostic = Diagnostic::new(Code::WRONG_KIND, named.place, message);
                let diagnostic = diagnostic.help(format!("write `{name}.*`"));
                Err(self.report(
                    scope,
                    diagnostic.fix(format!("write `{name}.*`"), named.place, format!("{name}.*")),
                ))
            }
            (_, Some(place)) => {
                let message = format!(
                    "`.*` stands after a namespace only, and `{name}` is {}",
                    named.kind.with_article()
                );
                let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, place, message);
                Err(self.report(scope, diagnostic.help(format!("write `{name}`"))))
            }
            (Kind::Gateway, None) => Ok(SourcePattern::Gateway { gateway: GatewayId::new(name), cluster }),
            (_, None) => Ok(SourcePattern::Service { service: ServiceId::new(name), cluster }),
        }
    }

    /// Refuses to tell workloads of a cluster apart that has no trust domain of its own: a SPIFFE identity doesn't name
    /// the cluster.
    pub(crate) fn has_own_identities(
        &mut self,
        scope: &Scope<'_>,
        cluster: &ClusterId,
        place: Place,
    ) -> Result<(), Reported> {
        let shape = self.names.unique(Kind::Cluster, cluster.as_str()).and_then(|id| self.shape(id));
        if matches!(shape, Some(Shape::Cluster { trust_domain: true })) {
            return Ok(());
        }
        let message = format!("callers of the cluster `{cluster}` can't be told from those of others");
        let help =
            format!("give `{cluster}` identities of its own: `trust_domain: \"{cluster}.acme.local\"`");
        Err(self.report(scope, Diagnostic::new(Code::UNAVAILABLE_ATTRIBUTE, place, message).help(help)))
    }
}

/// Whether the text is a SPIFFE id: scheme, trust domain and a path without empty or dot segments (SPIFFE-ID, section
/// 2).
pub(crate) fn is_spiffe(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("spiffe://") else { return false };
    let (domain, path) = rest.split_once('/').unwrap_or((rest, "x"));
    let domain_fits = !domain.is_empty()
        && domain
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_'));
    let segment_fits = |segment: &str| {
        !matches!(segment, "" | "." | "..")
            && segment.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
    };
    text.len() <= 2048 && domain_fits && path.split('/').all(segment_fits)
}
