//! `mesh acme { … }`

use crate::lower::{Arguments, Lowering, Scope, Settings, Takes, form_of};
use crate::{At, Mesh, MeshId, Mtls, Outbound, PathMode, Trust};
use gloo_source::{Code, Reported};
use gloo_syntax::ast::{self, Expr};

/// The words of `mtls`.
pub(super) const MTLS: &[(&str, Mtls)] =
    &[("strict", Mtls::Strict), ("permissive", Mtls::Permissive), ("off", Mtls::Off)];

impl Lowering<'_> {
    pub(in crate::lower) fn lower_mesh(
        &mut self,
        scope: &Scope<'_>,
        item: &ast::Item,
        it: &ast::Mesh,
    ) -> Result<Mesh, Reported> {
        const KNOWN: &[&str] = &["trust_domain", "mtls", "paths", "outbound", "trusts"];
        let settings = Settings::of_block(self, scope, "a mesh", KNOWN, &it.body);
        let here = scope.place(it.name.id);
        let trust_domain = settings.optional(self, scope, "trust_domain", Lowering::trust_domain);
        let mtls = settings.optional(self, scope, "mtls", Self::at(|cx, s, e| cx.word(s, e, MTLS)));
        let paths = settings.optional(
            self,
            scope,
            "paths",
            Self::at(|cx, s, e| cx.word(s, e, &[("strict", PathMode::Strict), ("keep", PathMode::Keep)])),
        );
        let outbound = settings.optional(
            self,
            scope,
            "outbound",
            Self::at(|cx, s, e| cx.word(s, e, &[("declared", Outbound::Declared), ("any", Outbound::Any)])),
        );
        let trusts = settings.optional(self, scope, "trusts", Lowering::trusts);
        Ok(Mesh {
            id: MeshId::new(it.name.text.clone()),
            place: here,
            doc: Self::doc(&item.doc),
            trust_domain: trust_domain.unwrap_or_else(|| "cluster.local".to_owned()),
            mtls: mtls.unwrap_or(At { value: Mtls::Strict, at: here }),
            paths: paths.unwrap_or(At { value: PathMode::Strict, at: here }),
            outbound: outbound.unwrap_or(At { value: Outbound::Declared, at: here }),
            trusts: trusts.unwrap_or_default(),
        })
    }

    /// A SPIFFE trust domain (SPIFFE-ID, section 2.1).
    pub(super) fn trust_domain(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<String, Reported> {
        let text = self.text(scope, expr)?;
        if crate::lower::source::is_spiffe(&format!("spiffe://{text}")) && !text.contains('/') {
            return Ok(text);
        }
        let message = format!("`{text}` is not a trust domain");
        let help = "write a name like `\"acme.local\"`: lower-case letters, digits, `.`, `-` and `_`";
        Err(self.error(scope, Code::BAD_HOST, expr.id, message, help))
    }

    fn trusts(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Vec<Trust>, Reported> {
        self.block(scope, expr, "{ \"partner.example\": ca(secret(\"partner-ca\")) }", |cx, scope, block| {
            let authorities = cx.entries(scope, block, |cx, scope, expr| {
                cx.follow(scope, expr, |cx, scope, expr| {
                    let Some(("ca", Some(call))) = form_of(expr) else {
                        return Err(cx.mismatch_with(
                            scope,
                            expr,
                            "an authority",
                            "ca(secret(\"partner-ca\"))",
                        ));
                    };
                    let arguments = Arguments::read(cx, scope, expr.id, call, Takes::one(&["secret"]))?;
                    let value = arguments.required(cx, scope, "secret", "secret(\"partner-ca\")")?;
                    cx.secret(scope, value)
                })
            })?;
            Ok(authorities.into_iter().map(|(trust_domain, ca)| Trust { trust_domain, ca }).collect())
        })
    }
}
