//! A plan as short text, for people and for tests.

mod admission;
mod words;

use crate::{
    Answer, ConnectionHost, ExternalPlan, GatewayPlan, ListenerRoutes, MeshEntry, Plan, PlanRule,
    TrafficPlan, Upstream, VirtualHost,
};
use gloo_ir::{Backend, Options, Percent, Subset, TableId, Traffic};
use std::fmt::{Display, Formatter, Result};

/// A line for each thing that is to be emitted, in the order of the plan.
impl Display for Plan {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "cluster {} on {}", self.cluster.id, backend(&self.cluster.backend))?;
        writeln!(
            f,
            "trust domain {}, mtls {:?}, paths {:?}, outbound {:?}",
            self.trust_domain, self.mtls, self.paths, self.outbound
        )?;
        self.gateways.iter().try_for_each(|gateway| gateway.fmt(f))?;
        self.mesh.iter().try_for_each(|entry| entry.fmt(f))?;
        for service in &self.services {
            writeln!(f, "service {}{}", service.service.id, traffic(&service.traffic))?;
            admission::lines(f, "    who calls it", &service.admission)?;
        }
        self.externals.iter().try_for_each(|external| external.fmt(f))?;
        self.upstreams.values().try_for_each(|upstream| upstream.fmt(f))
    }
}

fn backend(backend: &Backend) -> String {
    match backend {
        Backend::Istio { version, mode } => format!("Istio {version} ({mode:?})"),
        Backend::GatewayApi { version, envoy_gateway, mesh } => {
            format!("Gateway API {version}, Envoy Gateway {envoy_gateway} ({mesh:?})")
        }
        Backend::Envoy { version, .. } => format!("Envoy {version}"),
    }
}

impl Display for GatewayPlan {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "gateway {}", self.gateway.id)?;
        for listener in &self.listeners {
            let own = &listener.listener;
            let redirects = if own.redirect_https { ", redirects to https" } else { "" };
            writeln!(f, "  listener {}: {}({}){redirects}", own.name, own.protocol.word(), own.port)?;
            match &listener.routes {
                ListenerRoutes::Http(hosts) => hosts.iter().try_for_each(|host| host.fmt(f))?,
                ListenerRoutes::Connections(hosts) => hosts.iter().try_for_each(|host| host.fmt(f))?,
            }
            admission::of_listener(f, listener)?;
        }
        Ok(())
    }
}

impl Display for VirtualHost {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "    host {} by {}", self.host, names(&self.tables))?;
        self.rules.iter().try_for_each(|rule| write!(f, "      {rule}"))
    }
}

impl Display for ConnectionHost {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let host = self.host.as_ref().map_or_else(|| "connections".to_owned(), |host| format!("name {host}"));
        writeln!(f, "    {host} by {}", names(&self.tables))?;
        self.rules.iter().try_for_each(|rule| write!(f, "      {rule}"))
    }
}

impl Display for MeshEntry {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "calls to {} by {}", self.service.id, names(&self.tables))?;
        self.rules.iter().try_for_each(|rule| write!(f, "  {rule}"))
    }
}

fn names(tables: &[TableId]) -> String {
    tables.iter().map(TableId::as_str).collect::<Vec<_>>().join(", ")
}

impl Display for PlanRule {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let alternatives: Vec<String> = self.matches.iter().map(words::conjunct).collect();
        let matches = alternatives.join(" || ");
        write!(f, "{} {}: {matches} => {}", self.origin.table, self.origin.title, self.answer)?;
        let options = words::options(&self.options);
        if self.options != Options::default() {
            write!(f, " {{ {} }}", options.join("  "))?;
        }
        writeln!(f)
    }
}

impl Display for Answer {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Forward(parts) => {
                let part = |(key, weight): &(_, Percent)| match *weight {
                    Percent::ALL => words::upstream_key(key),
                    weight => format!("{} {weight}", words::upstream_key(key)),
                };
                f.write_str(&parts.iter().map(part).collect::<Vec<_>>().join(", "))
            }
            Self::Redirect(redirect) => f.write_str(&words::redirect(redirect)),
            Self::Respond(respond) => {
                let grpc = respond.grpc.map(|grpc| format!(" grpc {}", grpc.word())).unwrap_or_default();
                let body = respond.body.as_ref().map(|body| format!(" {body:?}")).unwrap_or_default();
                write!(f, "respond {}{grpc}{body}", respond.status)
            }
        }
    }
}

impl Display for ExternalPlan {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let through = self.through.as_ref().map(|gateway| format!(" through {}", gateway.id));
        writeln!(f, "external {}{}{}", self.external.id, through.unwrap_or_default(), traffic(&self.traffic))
    }
}

impl Display for Upstream {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Service { service, namespace, subset, port, traffic: blocks } => {
                let subset =
                    subset.as_ref().map(|Subset { name, .. }| format!(".{name}")).unwrap_or_default();
                let (protocol, number) = (port.protocol.word(), port.number);
                writeln!(
                    f,
                    "upstream {}{subset} at {}.{} {protocol}({number}){}",
                    service.id,
                    service.name,
                    namespace.name,
                    traffic(blocks)
                )
            }
            Self::External { external, port, traffic: blocks } => {
                let (protocol, number) = (port.protocol.word(), port.number);
                writeln!(f, "upstream {} {protocol}({number}){}", external.id, traffic(blocks))
            }
        }
    }
}

/// ` with balance, connections`: which settings there are.
fn traffic(plan: &TrafficPlan) -> String {
    let settings: Vec<&str> = plan.blocks.iter().flat_map(|block| settings(block)).collect();
    if settings.is_empty() { String::new() } else { format!(" with {}", settings.join(", ")) }
}

fn settings(block: &Traffic) -> Vec<&'static str> {
    let all = [
        ("balance", block.balance.is_some()),
        ("tls", block.tls.is_some()),
        ("protocol", block.protocol.is_some()),
        ("connections", block.connections.is_some()),
        ("eject", block.eject.is_some()),
        ("failover", !block.failover.is_empty()),
        ("only", block.only.is_some()),
        ("prefer", block.prefer.is_some()),
        ("health", block.health.is_some()),
        ("retry_budget", block.retry_budget.is_some()),
        ("warm_up", block.warm_up.is_some()),
    ];
    all.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name).collect()
}
