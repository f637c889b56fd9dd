//! `gateway edge on [east, west] { … }`

use crate::lower::{Arguments, Lowering, Scope, Settings, Takes};
use crate::resolve::DeclarationId;
use crate::{At, ClientAddress, Gateway, GatewayId, GatewayKind, Listener, ListenerProtocol};
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{self, Expr, NodeId};
use std::collections::BTreeMap;

impl Lowering<'_> {
    pub(in crate::lower) fn lower_gateway(
        &mut self,
        scope: &Scope<'_>,
        item: &ast::Item,
        it: &ast::Gateway,
        id: DeclarationId,
    ) -> Result<Gateway, Reported> {
        const KNOWN: &[&str] = &["name", "kind", "namespace", "account", "workload", "client_address"];
        let settings = it.entries.iter().filter_map(|entry| match entry {
            ast::GatewayEntry::Setting(setting) => Some(setting),
            _ => None,
        });
        let settings = Settings::read(self, scope, it.name.id, "a gateway", KNOWN, settings);
        let clusters = self.placement(scope, id, it.on.as_ref());
        let here = scope.place(it.name.id);
        let kinds = [("ingress", GatewayKind::Ingress), ("egress", GatewayKind::Egress)];
        let kind = settings.optional(self, scope, "kind", |cx, s, e| cx.word(s, e, &kinds));
        let namespace = settings.optional(self, scope, "namespace", Lowering::kubernetes_name);
        let account = settings.optional(self, scope, "account", Lowering::kubernetes_name);
        let workload = settings.optional(self, scope, "workload", Lowering::label_map);
        let client_address =
            settings.optional(self, scope, "client_address", Self::at(Lowering::client_address));
        let listeners = self.lower_listeners(scope, it);
        let name = self.real_name(scope, &it.name, settings.value("name"))?;
        Ok(Gateway {
            id: GatewayId::new(self.names.qualified(id)),
            place: here,
            doc: Self::doc(&item.doc),
            clusters,
            kind: kind.unwrap_or(GatewayKind::Ingress),
            namespace: namespace.unwrap_or_else(|| name.clone()),
            account: account.unwrap_or_else(|| name.clone()),
            workload: workload.unwrap_or_default(),
            client_address: client_address.unwrap_or(At { value: ClientAddress::Direct, at: here }),
            listeners: listeners?,
            name,
        })
    }

    fn client_address(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<ClientAddress, Reported> {
        let forms = [
            ("hops", "hops(1)"),
            ("header", "header(\"cf-connecting-ip\")"),
            ("proxy_protocol", ""),
            ("direct", ""),
        ];
        self.choose(scope, expr, &forms, |cx, scope, expr, form| {
            let Some(call) = form.call else {
                let direct = form.word == "direct";
                return Ok(if direct { ClientAddress::Direct } else { ClientAddress::ProxyProtocol });
            };
            let arguments = Arguments::read(cx, scope, expr.id, call, Takes::one(&["value"]))?;
            if form.word == "hops" {
                let value = arguments.required(cx, scope, "value", "1")?;
                let hops = cx.integer(scope, value, "a number of proxies before the gateway", 1..=100)?;
                return Ok(ClientAddress::Hops(hops as u32));
            }
            let value = arguments.required(cx, scope, "value", "\"cf-connecting-ip\"")?;
            let text = cx.text(scope, value)?;
            cx.header_name(scope, value.id, &text).map(ClientAddress::Header)
        })
    }

    fn lower_listeners(&mut self, scope: &Scope<'_>, it: &ast::Gateway) -> Result<Vec<Listener>, Reported> {
        let mut names: BTreeMap<&str, NodeId> = BTreeMap::new();
        let mut listeners: Vec<Listener> = Vec::new();
        let mut failed = None;
        for entry in &it.entries {
            let ast::GatewayEntry::Listener(listener) = entry else { continue };
            if let Some(first) = names.insert(&listener.name.text, listener.name.id) {
                self.declared_twice(scope, &listener.name, first);
                continue;
            }
            match self.lower_listener(scope, listener) {
                Err(reported) => failed = Some(reported),
                Ok(listener) => {
                    self.same_port(scope, &listeners, &listener);
                    listeners.push(listener);
                }
            }
        }
        failed.map_or(Ok(listeners), Err)
    }

    /// Two listeners share a port only where the server name tells them apart.
    fn same_port(&mut self, scope: &Scope<'_>, earlier: &[Listener], listener: &Listener) {
        let by_name = |listener: &Listener| {
            matches!(listener.protocol, ListenerProtocol::Https | ListenerProtocol::Tls)
        };
        for other in earlier.iter().filter(|other| other.port == listener.port) {
            let shared = listener.hosts.iter().find(|host| other.hosts.contains(host));
            let message = match (by_name(listener) && by_name(other), shared) {
                (true, None) => continue,
                (true, Some(host)) => {
                    format!("`{}` and `{}` serve `{host}` on the same port", other.name, listener.name)
                }
                (false, _) => format!("`{}` and `{}` have the same port", other.name, listener.name),
            };
            let diagnostic = Diagnostic::new(Code::CONTRADICTION, listener.place, message)
                .label(other.place, "the other one")
                .help(
                    "give one of them another port, or join them into one listener with both lists of hosts",
                );
            self.report(scope, diagnostic);
            return;
        }
    }

    /// A host that stands for every host, where a listener names none.
    pub(super) fn every_host() -> Vec<gloo_domain::HostPattern> {
        vec![gloo_domain::HostPattern::Any]
    }

    /// Reports a setting that a listener of this protocol can't have.
    pub(super) fn not_on_listener(
        &mut self,
        scope: &Scope<'_>,
        setting: &ast::Setting,
        protocol: ListenerProtocol,
        help: &str,
    ) {
        let key = setting.key.text().map_or("", |key| &**key);
        let message = format!("a listener of `{}` has no `{key}`", protocol.word());
        self.error(scope, Code::MISPLACED, setting.key.id, message, help);
    }

    /// The protocol and the port in `https(443)`.
    pub(super) fn listener_protocol(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
    ) -> Result<(ListenerProtocol, u16), Reported> {
        let forms =
            [("http", "http(80)"), ("https", "https(443)"), ("tls", "tls(9443)"), ("tcp", "tcp(6379)")];
        self.choose(scope, expr, &forms, |cx, scope, expr, form| {
            let (Some(call), Some(protocol)) = (form.call, ListenerProtocol::of(form.word)) else {
                return Err(cx.silent());
            };
            let arguments = Arguments::read(cx, scope, expr.id, call, Takes::one(&["port"]))?;
            let port = arguments.required(cx, scope, "port", "443")?;
            Ok((protocol, cx.port_number(scope, port)?))
        })
    }
}
