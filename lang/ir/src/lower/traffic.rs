//! `traffic`

mod patch;
mod telemetry;

use super::form_of;
use super::scoped::Targets;
use super::{Arguments, Lowering, Scope, Settings, Takes, show};
use crate::resolve::{Kind, Kinds};
use crate::{
    At, Balance, ClusterId, Connections, Ejection, HealthCheck, Percent, Preference, Program,
    Scope as Target, Traffic, TrafficTls, UpstreamProtocol,
};
use gloo_source::{Code, Diagnostic, Place, Reported};
use gloo_syntax::ast::{self, Expr, ExprKind};
use std::collections::BTreeMap;
use std::time::Duration;

/// What traffic speaks of.
const CALLED: Targets = Targets {
    kinds: Kinds::of(&[Kind::Service, Kind::External, Kind::Namespace]),
    mesh: true,
    example: "traffic reviews { … }",
};

const SETTINGS: &[&str] = &[
    "balance",
    "tls",
    "protocol",
    "connections",
    "eject",
    "failover",
    "only",
    "prefer",
    "health",
    "retry_budget",
    "warm_up",
];

/// `east => west`, each with its place.
type Failover = Vec<(At<ClusterId>, At<ClusterId>)>;

impl Lowering<'_> {
    pub(super) fn lower_traffic(
        &mut self,
        scope: &Scope<'_>,
        item: &ast::Item,
        it: &ast::Traffic,
    ) -> Result<Traffic, Reported> {
        let settings =
            Settings::read(self, scope, it.body.id, "a `traffic` block", SETTINGS, it.body.settings());
        let balance = settings.optional(self, scope, "balance", Self::at(Lowering::balance));
        let tls = settings.optional(self, scope, "tls", Self::at(Lowering::traffic_tls));
        let protocol = settings.optional(self, scope, "protocol", Self::at(Lowering::upstream_protocol));
        let connections = settings.optional(self, scope, "connections", Self::at(Lowering::connections));
        let eject = settings.optional(self, scope, "eject", Self::at(Lowering::ejection));
        let failover = settings.optional(self, scope, "failover", Lowering::failover);
        let only = settings.optional(self, scope, "only", Self::at(Lowering::clusters));
        let prefer = settings.optional(self, scope, "prefer", Self::at(Lowering::preference));
        let health = settings.optional(self, scope, "health", Self::at(Lowering::health));
        let retry_budget = settings.optional(self, scope, "retry_budget", Self::at(Lowering::percent));
        let warm_up = settings.optional(self, scope, "warm_up", Self::at(Lowering::duration));
        let targets = self.targets(scope, &it.target, CALLED)?;
        Ok(Traffic {
            place: scope.place(item.id),
            doc: Self::doc(&item.doc),
            targets,
            balance,
            tls,
            protocol,
            connections,
            eject,
            failover: failover.unwrap_or_default(),
            only,
            prefer,
            health,
            retry_budget,
            warm_up,
        })
    }

    fn balance(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Balance, Reported> {
        let forms = [
            ("round_robin", ""),
            ("random", ""),
            ("least_request", ""),
            ("hash", "hash(header(\"x-user\"))"),
        ];
        self.choose(scope, expr, &forms, |cx, scope, expr, form| {
            let Some(call) = form.call else {
                return Ok(match form.word {
                    "round_robin" => Balance::RoundRobin,
                    "random" => Balance::Random,
                    _ => Balance::LeastRequest,
                });
            };
            let arguments = Arguments::read(cx, scope, expr.id, call, Takes::one(&["key"]))?;
            let key = arguments.required(cx, scope, "key", "header(\"x-user\")")?;
            Ok(Balance::Hash(cx.hash_key(scope, key)?))
        })
    }

    fn traffic_tls(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<TrafficTls, Reported> {
        // `simple` may stand without arguments: the server name is then the host.
        if let Some(("simple", None)) = form_of(expr) {
            return Ok(TrafficTls::Simple { sni: None });
        }
        let forms = [("mutual", ""), ("simple", "simple(sni: \"db.acme.com\")"), ("off", "")];
        self.choose(scope, expr, &forms, |cx, scope, expr, form| {
            let Some(call) = form.call else {
                return Ok(if form.word == "mutual" { TrafficTls::Mutual } else { TrafficTls::Off });
            };
            let arguments = Arguments::read(cx, scope, expr.id, call, Takes::named(&["sni"]))?;
            Ok(TrafficTls::Simple { sni: arguments.optional(cx, scope, "sni", Lowering::exact_host) })
        })
    }

    fn upstream_protocol(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<UpstreamProtocol, Reported> {
        self.word(scope, expr, &[("h2", UpstreamProtocol::H2), ("http1", UpstreamProtocol::Http1)])
    }

    fn preference(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Preference, Reported> {
        let words =
            [("zone", Preference::Zone), ("region", Preference::Region), ("cluster", Preference::Cluster)];
        self.word(scope, expr, &words)
    }

    fn connections(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Connections, Reported> {
        self.block(scope, expr, "{ max: 100 }", |cx, scope, block| {
            let known = &["max", "pending", "requests_per_connection", "connect_timeout"];
            let settings = Settings::of_block(cx, scope, "`connections`", known, block);
            let mut count =
                |key| settings.optional(cx, scope, key, |cx, scope, expr| cx.count(scope, expr, 1));
            let (max, pending) = (count("max"), count("pending"));
            let requests_per_connection = count("requests_per_connection");
            let connect_timeout = settings.optional(cx, scope, "connect_timeout", Lowering::duration);
            Ok(Connections { max, pending, requests_per_connection, connect_timeout })
        })
    }

    fn ejection(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Ejection, Reported> {
        self.block(scope, expr, "{ after: 5  interval: 30s  for: 1m  at_most: 50% }", |cx, scope, block| {
            let known = &["after", "interval", "for", "at_most"];
            let settings = Settings::of_block(cx, scope, "`eject`", known, block);
            let interval = settings.optional(cx, scope, "interval", Lowering::duration);
            let duration = settings.optional(cx, scope, "for", Lowering::duration);
            let at_most = settings.optional(cx, scope, "at_most", Lowering::percent);
            let after = settings.required(cx, scope, "after", "5")?;
            Ok(Ejection {
                after: cx.count(scope, after, 1)?,
                interval: interval.unwrap_or(Duration::from_secs(10)),
                duration: duration.unwrap_or(Duration::from_secs(30)),
                at_most: at_most.unwrap_or(Percent { millionths: 500_000 }),
            })
        })
    }

    fn health(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<HealthCheck, Reported> {
        self.block(scope, expr, "{ path: /healthz  every: 10s }", |cx, scope, block| {
            let known = &["path", "every", "timeout", "unhealthy_after", "healthy_after"];
            let settings = Settings::of_block(cx, scope, "`health`", known, block);
            let timeout = settings.optional(cx, scope, "timeout", Lowering::duration);
            let mut count =
                |key| settings.optional(cx, scope, key, |cx, scope, expr| cx.count(scope, expr, 1));
            let (unhealthy, healthy) = (count("unhealthy_after"), count("healthy_after"));
            let path = settings.required(cx, scope, "path", "/healthz")?;
            let every = settings.required(cx, scope, "every", "10s")?;
            Ok(HealthCheck {
                path: cx.exact_path(scope, path)?,
                every: cx.duration(scope, every)?,
                timeout: timeout.unwrap_or(Duration::from_secs(1)),
                unhealthy_after: unhealthy.unwrap_or(3),
                healthy_after: healthy.unwrap_or(2),
            })
        })
    }

    /// `[east => west, west => east]`
    fn failover(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Failover, Reported> {
        self.list(scope, expr, "a list of clusters in pairs", "[east => west]", |cx, scope, expr| {
            let ExprKind::Pair(from, to) = &expr.kind else {
                return Err(cx.mismatch_with(scope, expr, "a pair of clusters", "east => west"));
            };
            let (from_id, to_id) = (cx.cluster(scope, from), cx.cluster(scope, to));
            let (from_id, to_id) = (from_id?, to_id?);
            if from_id == to_id {
                let message = format!("`{}` fails over to itself", show(from));
                return Err(cx.error(scope, Code::CONTRADICTION, expr.id, message, "name another cluster"));
            }
            let at = |value, expr: &Expr| At { value, at: scope.place(expr.id) };
            Ok((at(from_id, from), at(to_id, to)))
        })
    }
}

/// What can be said of traffic only with the whole program at hand: two blocks that set the same for one target, and
/// clusters that the target isn't on.
pub(super) fn of_the_whole(program: &Program) -> Vec<Diagnostic<Place>> {
    let mut diagnostics = Vec::new();
    let mut set: BTreeMap<(&Target, Option<&ClusterId>, &str), Place> = BTreeMap::new();
    for traffic in &program.traffic {
        for target in &traffic.targets {
            for (key, place) in places(traffic) {
                let known = (&target.scope, target.cluster.as_ref(), key);
                match set.get(&known) {
                    Some(first) if *first != place => diagnostics.push(
                        Diagnostic::new(
                            Code::CONTRADICTION,
                            place,
                            format!("`{key}` is set twice for one target"),
                        )
                        .saying("again here")
                        .label(*first, "first here")
                        .help("keep one of them: between declarations there is no order"),
                    ),
                    Some(_) => {}
                    None => drop(set.insert(known, place)),
                }
            }
            diagnostics.extend(misplaced(program, traffic, &target.scope));
        }
    }
    diagnostics
}

/// The clusters of `failover` and `only` that a service isn't on.
fn misplaced<'t>(
    program: &'t Program,
    traffic: &'t Traffic,
    target: &Target,
) -> impl Iterator<Item = Diagnostic<Place>> + 't {
    let service = match target {
        Target::Service(service) => program.services.get(service),
        _ => None,
    };
    let named = traffic.failover.iter().flat_map(|(from, to)| [(&from.value, from.at), (&to.value, to.at)]);
    let only = traffic.only.iter().flat_map(|only| only.value.iter().map(|cluster| (cluster, only.at)));
    named.chain(only).filter_map(move |(cluster, place)| {
        let service = service.filter(|service| !service.clusters.contains(cluster))?;
        let message = format!("`{}` is not on the cluster `{cluster}`", service.id);
        let help = "name clusters that the service is on, or place it there";
        Some(Diagnostic::new(Code::MISPLACED, place, message).help(help))
    })
}

/// The settings that a block has, with their places.
fn places(traffic: &Traffic) -> impl Iterator<Item = (&'static str, Place)> {
    let failover = traffic.failover.first().map(|(from, _)| from.at);
    [
        ("balance", traffic.balance.as_ref().map(|it| it.at)),
        ("tls", traffic.tls.as_ref().map(|it| it.at)),
        ("protocol", traffic.protocol.as_ref().map(|it| it.at)),
        ("connections", traffic.connections.as_ref().map(|it| it.at)),
        ("eject", traffic.eject.as_ref().map(|it| it.at)),
        ("failover", failover),
        ("only", traffic.only.as_ref().map(|it| it.at)),
        ("prefer", traffic.prefer.as_ref().map(|it| it.at)),
        ("health", traffic.health.as_ref().map(|it| it.at)),
        ("retry_budget", traffic.retry_budget.as_ref().map(|it| it.at)),
        ("warm_up", traffic.warm_up.as_ref().map(|it| it.at)),
    ]
    .into_iter()
    .filter_map(|(key, place)| place.map(|place| (key, place)))
}
