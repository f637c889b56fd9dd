//! What a table is for: `on edge for "shop.acme.com"`, `on mesh@east for reviews`, `delegated`.

use super::{Rules, rules_of};
use crate::lower::{Lowering, Named, Scope, show};
use crate::resolve::{Kind, Kinds, ListenerShape, Shape, suggest};
use crate::{At, Attachment, GatewayId, ListenerProtocol, ServiceId};
use gloo_domain::HostPattern;
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{self, Expr, ExprKind, Name};
use std::collections::{BTreeMap, BTreeSet};

impl Lowering<'_> {
    pub(super) fn attachment(
        &mut self,
        scope: &Scope<'_>,
        it: &ast::Routes,
    ) -> Result<(Attachment, Rules), Reported> {
        let Some(on) = &it.on else {
            if it.delegated.is_some() {
                return Ok((Attachment::Delegated, Rules::Http));
            }
            let message = format!("the table `{}` doesn't say what it is on", it.name.text);
            let help = "write `on edge for \"shop.acme.com\"`, `on mesh for cart`, or `delegated`";
            return Err(self.error(scope, Code::MISSING, it.name.id, message, help));
        };
        if let ExprKind::List(_) = &on.ungrouped().kind {
            let message = "a table is on one gateway, one listener or the mesh";
            let help = "write a table for each, and `delegate` to one that they share";
            return Err(self.error(scope, Code::TYPE_MISMATCH, on.id, message, help));
        }
        if let Some(cluster) = mesh(on) {
            return self.on_mesh(scope, it, cluster).map(|attachment| (attachment, Rules::Http));
        }
        self.on_gateway(scope, it, on)
    }

    fn on_mesh(
        &mut self,
        scope: &Scope<'_>,
        it: &ast::Routes,
        cluster: Option<&Name>,
    ) -> Result<Attachment, Reported> {
        let cluster = match cluster {
            Some(name) => Some((self.cluster_named(scope, name)?, scope.place(name.id))),
            None => None,
        };
        let Some(target) = &it.target else {
            let message = "a table on the mesh says which service it is for";
            return Err(self.error(scope, Code::MISSING, it.name.id, message, "add `for cart`"));
        };
        let mut clusters = BTreeSet::new();
        let mut seen = BTreeMap::new();
        let services = self.one_or_list(scope, target, |cx, scope, expr| {
            let id = cx.alone(scope, expr, Kind::Service)?;
            let service = ServiceId::new(cx.names.qualified(id));
            if let Some(first) = seen.insert(service.clone(), expr.id) {
                cx.repeated(scope, expr.id, first, &format!("`{service}`"));
            }
            match &cluster {
                Some((cluster, place)) => {
                    cx.placed_on(scope, id, cluster, *place)?;
                    clusters.insert(cluster.clone());
                }
                None => clusters.extend(cx.names.clusters(id).iter().cloned()),
            }
            let ports = cx.ports(id);
            if !ports.is_empty()
                && !ports.iter().any(|port| port.protocol.is_none_or(|protocol| protocol.is_http()))
            {
                let message = format!(
                    "the service `{service}` has no port that speaks HTTP, and these rules are for HTTP"
                );
                let help = "give it a port such as `port http: 8080`";
                return Err(cx.error(scope, Code::TYPE_MISMATCH, expr.id, message, help));
            }
            Ok(At { value: service, at: scope.place(expr.id) })
        })?;
        if services.is_empty() {
            let message = "the list of services is empty";
            return Err(self.error(scope, Code::MISSING, target.id, message, "name a service"));
        }
        Ok(Attachment::Mesh { services, clusters })
    }

    fn on_gateway(
        &mut self,
        scope: &Scope<'_>,
        it: &ast::Routes,
        on: &Expr,
    ) -> Result<(Attachment, Rules), Reported> {
        let named = self.gateway_named(scope, on)?;
        let (Some(Shape::Gateway { listeners, .. }), name) =
            (self.shape(named.id), self.names.qualified(named.id))
        else {
            return Err(self.silent());
        };
        let listeners = listeners.clone();
        let listener = match named.members.as_slice() {
            [] => None,
            [member] => match listeners.iter().find(|listener| listener.name == member.text) {
                Some(listener) => Some(listener),
                None => return Err(self.no_listener(scope, &name, &listeners, member)),
            },
            [_, second, ..] => {
                let message = "nothing can stand after a listener's name";
                let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, second.place, message);
                return Err(self.report(scope, diagnostic.help("write `edge.tls`")));
            }
        };
        let clusters = match &named.cluster {
            Some((cluster, place)) => {
                self.placed_on(scope, named.id, cluster, *place)?;
                BTreeSet::from([cluster.clone()])
            }
            None => self.names.clusters(named.id).clone(),
        };
        let protocol = listener.and_then(|listener| listener.protocol);
        let gateway = GatewayId::new(name.clone());
        if let (Some(listener), Some(ListenerProtocol::Tcp)) = (listener, protocol) {
            if let Some(target) = &it.target {
                let message = format!("`{name}.{}` carries bytes, which name no host", listener.name);
                return Err(self.error(scope, Code::MISPLACED, target.id, message, "remove `for …`"));
            }
            let listeners = vec![listener.name.to_string()];
            let attachment = Attachment::Gateway { gateway, listeners, hosts: Vec::new(), clusters };
            return Ok((attachment, Rules::Connections));
        }
        let candidates: Vec<&ListenerShape> = match listener {
            Some(listener) => vec![listener],
            None => listeners.iter().filter(|it| it.protocol.is_none_or(ListenerProtocol::is_http)).collect(),
        };
        if candidates.is_empty() {
            let message = format!("the gateway `{name}` has no listener for HTTP");
            let diagnostic = Diagnostic::new(Code::MISSING, scope.place(on.id), message);
            let diagnostic = match listeners.first() {
                Some(first) => {
                    diagnostic.help(format!("name one of its listeners, as `on {name}.{}`", first.name))
                }
                None => {
                    diagnostic.help("add one, as `listener web: http(80) { hosts: [\"shop.acme.com\"] }`")
                }
            };
            return Err(self.report(scope, diagnostic));
        }
        let Some(target) = &it.target else {
            let message = format!("the table `{}` doesn't say which host it is for", it.name.text);
            let help = "add `for \"shop.acme.com\"`, or a list of hosts";
            return Err(self.error(scope, Code::MISSING, it.name.id, message, help));
        };
        let hosts = self.table_hosts(scope, target, &name, listener, &candidates)?;
        let covering = candidates
            .iter()
            .filter(|it| hosts.iter().any(|host| it.hosts.iter().any(|pattern| pattern.covers(&host.value))));
        let listeners = covering.map(|it| it.name.to_string()).collect();
        let attachment = Attachment::Gateway { gateway, listeners, hosts, clusters };
        let rules = rules_of(&attachment, protocol);
        Ok((attachment, rules))
    }

    /// The gateway in `on edge`, or a report that says where tables for services are.
    fn gateway_named(&mut self, scope: &Scope<'_>, on: &Expr) -> Result<Named, Reported> {
        if let ExprKind::Reference(reference) = &on.ungrouped().kind {
            let words: Vec<&str> = reference.segments.iter().map(|name| &*name.text).collect();
            let gateway = self.names.find(scope.file, &words, Kinds::of(&[Kind::Gateway, Kind::Let]));
            let service = self.names.find(scope.file, &words, Kinds::of(&[Kind::Service]));
            if let (Err(_), Ok(_)) = (gateway, service) {
                let shown = show(on);
                let message = format!("`{shown}` is a service, and a gateway is wanted");
                let help = format!("write `on mesh for {shown}` for calls between services");
                return Err(self.error(scope, Code::WRONG_KIND, on.id, message, help));
            }
        }
        let named = self.named(scope, on, Kinds::of(&[Kind::Gateway]))?;
        match named.all {
            None => Ok(named),
            Some(place) => {
                let diagnostic =
                    Diagnostic::new(Code::UNKNOWN_NAME, place, "`.*` stands after a namespace only");
                Err(self.report(scope, diagnostic.help("name the gateway alone for all its listeners")))
            }
        }
    }

    fn no_listener(
        &mut self,
        scope: &Scope<'_>,
        gateway: &str,
        listeners: &[ListenerShape],
        member: &crate::lower::Member,
    ) -> Reported {
        let names = || listeners.iter().map(|listener| &*listener.name);
        let message = format!("the gateway `{gateway}` has no listener `{}`", member.text);
        let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, member.place, message);
        let diagnostic = match suggest::closest(&member.text, names()) {
            Some(close) => diagnostic.help(format!("did you mean `{close}`?")).guess(
                format!("write `{close}`"),
                member.place,
                close,
            ),
            None if listeners.is_empty() => diagnostic.help("it has no listeners"),
            None => diagnostic.help(format!("it has {}", suggest::all_of(&suggest::quoted(names())))),
        };
        self.report(scope, diagnostic)
    }

    /// The hosts of a table, each of which some listener must serve.
    fn table_hosts(
        &mut self,
        scope: &Scope<'_>,
        target: &Expr,
        gateway: &str,
        listener: Option<&ListenerShape>,
        candidates: &[&ListenerShape],
    ) -> Result<Vec<At<HostPattern>>, Reported> {
        let mut seen = BTreeMap::new();
        let hosts = self.one_or_list(scope, target, |cx, scope, expr| {
            let host = cx.host_pattern(scope, expr)?;
            if let Some(first) = seen.insert(host.clone(), expr.id) {
                cx.repeated(scope, expr.id, first, &format!("`{host}`"));
            }
            let is_served = candidates.iter().any(|it| it.hosts.iter().any(|pattern| pattern.covers(&host)));
            if is_served {
                return Ok(At { value: host, at: scope.place(expr.id) });
            }
            // What a listener serves isn't known if its own hosts are wrong, which has been said there.
            if candidates.iter().any(|it| it.hosts.is_empty()) {
                return Err(cx.silent());
            }
            let owner = match listener {
                Some(listener) => format!("the listener `{gateway}.{}` doesn't serve", listener.name),
                None => format!("no listener of `{gateway}` serves"),
            };
            let listed: Vec<String> = candidates
                .iter()
                .map(|it| {
                    let hosts = suggest::quoted(&it.hosts);
                    format!("`{}` serves {}", it.name, suggest::all_of(&hosts))
                })
                .collect();
            let diagnostic =
                Diagnostic::new(Code::BAD_HOST, scope.place(expr.id), format!("{owner} `{host}`"));
            Err(cx.report(scope, diagnostic.help(listed.join(", "))))
        })?;
        if hosts.is_empty() {
            let message = "the list of hosts is empty";
            return Err(self.error(
                scope,
                Code::MISSING,
                target.id,
                message,
                "name a host, as `\"shop.acme.com\"`",
            ));
        }
        Ok(hosts)
    }
}

/// The cluster of `mesh` or `mesh@east`, where an expression is that.
fn mesh(expr: &Expr) -> Option<Option<&Name>> {
    match &expr.ungrouped().kind {
        ExprKind::Reference(reference) if reference.all.is_none() => match reference.segments.as_slice() {
            [name] if &*name.text == "mesh" => Some(reference.cluster.as_ref()),
            _ => None,
        },
        _ => None,
    }
}
