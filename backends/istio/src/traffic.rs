//! Traffic settings become traffic policies.

use crate::destination_rule::{
    ClientTls, ConnectionPool, HttpPool, LoadBalancer, Locality, OutlierDetection, RetryBudget, TcpPool,
    TrafficPolicy, Warmup,
};
use crate::emission::Emission;
use crate::envoy_filter::{Context, Patch};
use crate::hashing::consistent_hash;
use crate::number::percentage;
use crate::route::action::duration;
use gloo_ir::{Balance, HealthCheck, Port, Preference, Protocol, TrafficTls, UpstreamProtocol};
use gloo_source::{Place, Reported};
use gloo_target::TrafficPlan;
use serde_json::{Value, json};

/// The most that Istio's fields hold: no limit.
const NO_LIMIT: u32 = i32::MAX as u32;

/// So many retries are always allowed within a budget; Envoy's own default.
const MIN_RETRY_CONCURRENCY: u32 = 3;

/// How calls travel of which nothing is said: least request, no circuit breaker.
pub(crate) fn defaults() -> TrafficPolicy {
    let http = HttpPool {
        http1_max_pending_requests: NO_LIMIT,
        http2_max_requests: NO_LIMIT,
        max_retries: NO_LIMIT,
        max_requests_per_connection: None,
        h2_upgrade_policy: "DO_NOT_UPGRADE",
    };
    TrafficPolicy {
        load_balancer: Some(LoadBalancer { simple: Some("LEAST_REQUEST"), ..LoadBalancer::default() }),
        connection_pool: Some(ConnectionPool {
            tcp: TcpPool { max_connections: NO_LIMIT, connect_timeout: None },
            http,
        }),
        ..TrafficPolicy::default()
    }
}

/// The policy of a target with these ports.
///
/// # Errors
/// Istio can't say some setting.
pub(crate) fn policy(
    emission: &mut Emission<'_>,
    traffic: &TrafficPlan,
    ports: &[Port],
) -> Result<TrafficPolicy, Reported> {
    let mut policy = defaults();
    policy.load_balancer = Some(load_balancer(emission, traffic)?);
    policy.connection_pool = Some(pool(emission, traffic, ports)?);
    if let Some(eject) = traffic.get(|traffic| traffic.eject.as_ref()) {
        let percent = eject.at_most.millionths;
        if percent == 0 || !percent.is_multiple_of(10_000) {
            let what = "none, or a fraction of a percent, in `at_most`";
            return Err(emission.refuse(eject.at, what, "say a whole percent, at least 1%"));
        }
        policy.outlier_detection = Some(OutlierDetection {
            consecutive_5xx_errors: eject.after,
            consecutive_gateway_errors: 0,
            interval: duration(emission, eject.at, eject.interval)?,
            base_ejection_time: duration(emission, eject.at, eject.duration)?,
            max_ejection_percent: percent / 10_000,
            min_health_percent: 0,
        });
    }
    if let Some(budget) = traffic.get(|traffic| traffic.retry_budget.as_ref()) {
        policy.retry_budget = Some(RetryBudget {
            percent: percentage(budget.value),
            min_retry_concurrency: MIN_RETRY_CONCURRENCY,
        });
    }
    Ok(policy)
}

fn load_balancer(emission: &mut Emission<'_>, traffic: &TrafficPlan) -> Result<LoadBalancer, Reported> {
    let mut result = LoadBalancer::default();
    match traffic.get(|traffic| traffic.balance.as_ref()).map(|balance| &balance.value) {
        None | Some(Balance::LeastRequest) => result.simple = Some("LEAST_REQUEST"),
        Some(Balance::RoundRobin) => result.simple = Some("ROUND_ROBIN"),
        Some(Balance::Random) => result.simple = Some("RANDOM"),
        Some(Balance::Hash(key)) => result.consistent_hash = Some(consistent_hash(key)),
    }
    if let Some(prefer) = traffic.get(|traffic| traffic.prefer.as_ref()) {
        if traffic.get(|traffic| traffic.eject.as_ref()).is_none() {
            let what = "`prefer` without `eject`";
            return Err(emission.refuse(prefer.at, what, "say `eject` too: Istio knows places only with it"));
        }
        let failover_priority = match prefer.value {
            Preference::Zone => vec!["topology.kubernetes.io/region", "topology.kubernetes.io/zone"],
            Preference::Region => vec!["topology.kubernetes.io/region"],
            Preference::Cluster => vec!["topology.istio.io/cluster"],
        };
        result.locality_lb_setting = Some(Locality { enabled: true, failover_priority });
    }
    if let Some(warm_up) = traffic.get(|traffic| traffic.warm_up.as_ref()) {
        if !matches!(result.simple, Some("LEAST_REQUEST" | "ROUND_ROBIN")) {
            let instead = "balance by `round_robin` or `least_request`";
            return Err(emission.refuse(warm_up.at, "`warm_up` with this `balance`", instead));
        }
        result.warmup = Some(Warmup { duration: duration(emission, warm_up.at, warm_up.value)? });
    }
    Ok(result)
}

fn pool(
    emission: &mut Emission<'_>,
    traffic: &TrafficPlan,
    ports: &[Port],
) -> Result<ConnectionPool, Reported> {
    let mut pool = ConnectionPool {
        tcp: TcpPool { max_connections: NO_LIMIT, connect_timeout: None },
        http: HttpPool {
            http1_max_pending_requests: NO_LIMIT,
            http2_max_requests: NO_LIMIT,
            max_retries: NO_LIMIT,
            max_requests_per_connection: None,
            h2_upgrade_policy: "DO_NOT_UPGRADE",
        },
    };
    if let Some(protocol) = traffic.get(|traffic| traffic.protocol.as_ref()) {
        let speaks_h2 = |port: &Port| matches!(port.protocol, Protocol::Http2 | Protocol::Grpc);
        match protocol.value {
            UpstreamProtocol::H2 => pool.http.h2_upgrade_policy = "UPGRADE",
            UpstreamProtocol::Http1 if ports.iter().any(speaks_h2) => {
                let instead = "declare the port as `http`, or leave `protocol` out";
                return Err(emission.refuse(
                    protocol.at,
                    "HTTP/1 to a port declared as `http2` or `grpc`",
                    instead,
                ));
            }
            UpstreamProtocol::Http1 => {}
        }
    }
    if let Some(connections) = traffic.get(|traffic| traffic.connections.as_ref()) {
        let limits = [connections.max, connections.pending, connections.requests_per_connection];
        if limits.into_iter().flatten().any(|limit| limit == 0 || limit > NO_LIMIT) {
            let instead = "say at least 1, and at most 2147483647";
            return Err(emission.refuse(connections.at, "such a limit on connections", instead));
        }
        pool.tcp.max_connections = connections.max.unwrap_or(NO_LIMIT);
        pool.http.http1_max_pending_requests = connections.pending.unwrap_or(NO_LIMIT);
        pool.http.max_requests_per_connection = connections.requests_per_connection;
        if let Some(timeout) = connections.connect_timeout {
            pool.tcp.connect_timeout = Some(duration(emission, connections.at, timeout)?);
        }
    }
    Ok(pool)
}

/// How TLS is begun, where a traffic block says it; `host` is what a certificate must name.
pub(crate) fn tls(traffic: &TrafficPlan, host: &str) -> Option<ClientTls> {
    traffic.get(|traffic| traffic.tls.as_ref()).map(|tls| match &tls.value {
        TrafficTls::Mutual => ClientTls { mode: "ISTIO_MUTUAL", ..ClientTls::default() },
        TrafficTls::Off => ClientTls { mode: "DISABLE", ..ClientTls::default() },
        TrafficTls::Simple { sni } => simple_tls(sni.as_deref().unwrap_or(host)),
    })
}

/// TLS to a server that shows a certificate for the name, signed by an authority that the system knows.
pub(crate) fn simple_tls(name: &str) -> ClientTls {
    ClientTls {
        mode: "SIMPLE",
        credential_name: None,
        ca_certificates: Some("system"),
        sni: Some(name.to_owned()),
        subject_alt_names: vec![name.to_owned()],
    }
}

/// Health checks, which a DestinationRule hasn't: they are merged into the clusters of all callers.
pub(crate) fn health_checks(
    emission: &mut Emission<'_>,
    traffic: &TrafficPlan,
    host: &str,
    ports: &[Port],
) -> Result<Vec<Patch>, Reported> {
    let Some(health) = traffic.get(|traffic| traffic.health.as_ref()) else { return Ok(Vec::new()) };
    let mut patches = Vec::new();
    for port in ports {
        if !port.protocol.is_http() {
            let what = format!("a health check by HTTP on the port `{}`", port.name);
            return Err(emission.refuse(
                health.at,
                &what,
                "declare the port as `http`, or leave `health` out",
            ));
        }
        let check = health_check(emission, health.at, &health.value, host, port.protocol)?;
        for context in [Context::Gateway, Context::Outbound] {
            patches.push(context.cluster(host, port.number, json!({"health_checks": [check.clone()]})));
        }
    }
    Ok(patches)
}

fn health_check(
    emission: &mut Emission<'_>,
    at: Place,
    health: &HealthCheck,
    host: &str,
    protocol: Protocol,
) -> Result<Value, Reported> {
    let every = duration(emission, at, health.every)?;
    let mut http = json!({"path": health.path, "host": host});
    if matches!(protocol, Protocol::Http2 | Protocol::Grpc)
        && let Some(http) = http.as_object_mut()
    {
        http.insert("codec_client_type".to_owned(), Value::from("HTTP2"));
    }
    Ok(json!({
        "timeout": duration(emission, at, health.timeout)?,
        "interval": every,
        "no_traffic_interval": every,
        "unhealthy_threshold": health.unhealthy_after,
        "healthy_threshold": health.healthy_after,
        "http_health_check": http,
    }))
}
