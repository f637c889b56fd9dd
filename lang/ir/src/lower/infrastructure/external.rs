//! `external stripe { … }`

use crate::lower::{Arguments, Lowering, Scope, Settings, Takes};
use crate::resolve::{DeclarationId, Kind, Shape};
use crate::{At, External, ExternalId, ExternalTls, GatewayId};
use gloo_source::{Code, Reported};
use gloo_syntax::ast::{self, Expr};

impl Lowering<'_> {
    pub(in crate::lower) fn lower_external(
        &mut self,
        scope: &Scope<'_>,
        item: &ast::Item,
        it: &ast::External,
        id: DeclarationId,
    ) -> Result<External, Reported> {
        let settings = it.entries.iter().filter_map(|entry| match entry {
            ast::ExternalEntry::Setting(setting) => Some(setting),
            _ => None,
        });
        let (unnamed, settings) = self.without_ports(scope, settings);
        let known = &["hosts", "tls", "through"];
        let settings = Settings::read(self, scope, it.name.id, "an external", known, settings);
        let ports = it.entries.iter().filter_map(|entry| match entry {
            ast::ExternalEntry::Port(port) => Some(port),
            _ => None,
        });
        let ports = self.lower_ports(scope, &it.name, "the external", ports, unnamed);
        let tls = settings.optional(self, scope, "tls", Self::at(Lowering::external_tls));
        let through = settings.optional(self, scope, "through", Lowering::egress);
        let hosts = settings.required(self, scope, "hosts", "[\"api.stripe.com\"]")?;
        let hosts = self.hosts(scope, hosts)?;
        let here = scope.place(it.name.id);
        Ok(External {
            id: ExternalId::new(self.names.qualified(id)),
            place: here,
            doc: Self::doc(&item.doc),
            hosts,
            ports: ports?,
            tls: tls.unwrap_or(At { value: ExternalTls::Off, at: here }),
            through,
        })
    }

    /// Hosts in a list, at least one, none twice.
    pub(super) fn hosts(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
    ) -> Result<Vec<gloo_domain::HostPattern>, Reported> {
        let mut seen = std::collections::BTreeMap::new();
        let hosts = self.list(scope, expr, "a list of hosts", "[\"shop.acme.com\"]", |cx, scope, expr| {
            let host = cx.host_pattern(scope, expr)?;
            if let Some(first) = seen.insert(host.clone(), expr.id) {
                cx.repeated(scope, expr.id, first, &format!("`{host}`"));
            }
            Ok(host)
        })?;
        if hosts.is_empty() {
            let message = "the list of hosts is empty";
            return Err(self.error(
                scope,
                Code::MISSING,
                expr.id,
                message,
                "name a host, as `[\"shop.acme.com\"]`",
            ));
        }
        Ok(hosts)
    }

    fn external_tls(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<ExternalTls, Reported> {
        let forms = [
            ("simple", "simple(sni: \"api.stripe.com\")"),
            ("mutual", "mutual(certificate: secret(\"client\"))"),
            ("off", ""),
        ];
        self.choose(scope, expr, &forms, |cx, scope, expr, form| {
            let Some(call) = form.call else { return Ok(ExternalTls::Off) };
            let takes = match form.word {
                "simple" => Takes::named(&["sni"]),
                _ => Takes::named(&["certificate", "sni"]),
            };
            let arguments = Arguments::read(cx, scope, expr.id, call, takes)?;
            let sni = arguments.optional(cx, scope, "sni", Lowering::exact_host);
            if form.word == "simple" {
                return Ok(ExternalTls::Simple { sni });
            }
            let certificate =
                arguments.required(cx, scope, "certificate", "certificate: secret(\"client\")")?;
            Ok(ExternalTls::Mutual { certificate: cx.secret(scope, certificate)?, sni })
        })
    }

    /// A gateway that requests leave by.
    fn egress(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<GatewayId, Reported> {
        let id = self.alone(scope, expr, Kind::Gateway)?;
        let name = self.names.qualified(id);
        if matches!(self.shape(id), Some(Shape::Gateway { egress: true, .. })) {
            return Ok(GatewayId::new(name));
        }
        let message = format!("requests enter by the gateway `{name}`, and one that they leave by is wanted");
        let help = format!("write `kind: egress` in `{name}`, or name another");
        Err(self.error(scope, Code::WRONG_KIND, expr.id, message, help))
    }
}
