//! How calls travel, and what is recorded of them.

use crate::{At, ClusterId, HashKey, PatchId, Percent, Predicate, Scoped, ServiceId, TelemetryId, TextValue};
use gloo_source::Place;
use std::collections::BTreeMap;
use std::time::Duration;

/// How calls to a service travel. What is absent is as the language says: least request, no circuit breaker, no health
/// check.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Traffic {
    /// Where it is declared.
    pub place: Place,
    /// Its documentation.
    pub doc: Option<String>,
    /// The services and externals that it speaks of; namespaces and the mesh too.
    pub targets: Vec<Scoped>,
    /// Which instance is taken.
    pub balance: Option<At<Balance>>,
    /// How TLS is begun.
    pub tls: Option<At<TrafficTls>>,
    /// What is spoken.
    pub protocol: Option<At<UpstreamProtocol>>,
    /// Limits on connections.
    pub connections: Option<At<Connections>>,
    /// When an instance is left out for a while.
    pub eject: Option<At<Ejection>>,
    /// `east => west`: where calls go when the first fails.
    pub failover: Vec<(At<ClusterId>, At<ClusterId>)>,
    /// The clusters that may be chosen; all, if absent.
    pub only: Option<At<Vec<ClusterId>>>,
    /// Which instances are preferred.
    pub prefer: Option<At<Preference>>,
    /// How instances are asked whether they are well.
    pub health: Option<At<HealthCheck>>,
    /// How many of the requests may be retries.
    pub retry_budget: Option<At<Percent>>,
    /// How long a new instance is given fewer requests.
    pub warm_up: Option<At<Duration>>,
}

/// Which instance is taken.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Balance {
    /// Each in turn.
    RoundRobin,
    /// Any.
    Random,
    /// Of two, the one with fewer requests under way.
    LeastRequest,
    /// The same one for the same key.
    Hash(HashKey),
}

/// How TLS is begun to a service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TrafficTls {
    /// With the mesh's identities.
    Mutual,
    /// With the server's certificate only.
    Simple {
        /// The server name; the host unless said.
        sni: Option<String>,
    },
    /// Not at all.
    Off,
}

/// What is spoken to a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UpstreamProtocol {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2.
    H2,
}

/// Limits on connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Connections {
    /// At most so many connections.
    pub max: Option<u32>,
    /// At most so many requests that wait for one.
    pub pending: Option<u32>,
    /// So many requests until a connection is closed.
    pub requests_per_connection: Option<u32>,
    /// How long it may take to make one.
    pub connect_timeout: Option<Duration>,
}

/// When an instance is left out for a while.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ejection {
    /// After so many failures in a row (statuses of 5xx).
    pub after: u32,
    /// How often it is looked at.
    pub interval: Duration,
    /// For how long.
    pub duration: Duration,
    /// At most so many of the instances.
    pub at_most: Percent,
}

/// Which instances are preferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Preference {
    /// Those of the caller's zone.
    Zone,
    /// Those of the caller's region.
    Region,
    /// Those of the caller's cluster.
    Cluster,
}

/// How instances are asked whether they are well.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HealthCheck {
    /// The path that is asked for.
    pub path: String,
    /// How often.
    pub every: Duration,
    /// How long an answer may take; 1 s unless said.
    pub timeout: Duration,
    /// So many bad answers until it is left out; 3 unless said.
    pub unhealthy_after: u32,
    /// So many good answers until it is taken back; 2 unless said.
    pub healthy_after: u32,
}

/// What is recorded of requests.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Telemetry {
    /// Its name.
    pub id: TelemetryId,
    /// Where it is declared.
    pub place: Place,
    /// Its documentation.
    pub doc: Option<String>,
    /// What it is on.
    pub targets: Vec<Scoped>,
    /// Access logs.
    pub logs: Vec<TelemetryLog>,
    /// Traces.
    pub traces: Vec<TelemetryTrace>,
}

/// An access log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TelemetryLog {
    /// Where it is written.
    pub place: Place,
    /// Where it goes.
    pub to: LogSink,
    /// Its fields besides the usual ones.
    pub fields: BTreeMap<String, LogValue>,
    /// Which requests.
    pub condition: Predicate,
}

/// Where a record goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LogSink {
    /// An OpenTelemetry collector.
    Otel(ServiceId),
    /// The proxy's standard output, as JSON.
    Stdout,
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LogValue {
    /// Something of the request.
    Text(TextValue),
    /// The name of the rule that decided.
    RouteName,
    /// The answer's status.
    Status,
}

/// A trace.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TelemetryTrace {
    /// Where it is written.
    pub place: Place,
    /// Where it goes.
    pub to: LogSink,
    /// Of how many requests.
    pub sample: Percent,
    /// What is added to each.
    pub tags: BTreeMap<String, String>,
    /// Which requests.
    pub condition: Predicate,
}

/// Configuration of the target itself, merged into what gloo writes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Patch {
    /// Its name.
    pub id: PatchId,
    /// Where it is declared.
    pub place: Place,
    /// Its documentation.
    pub doc: Option<String>,
    /// What it is on.
    pub targets: Vec<Scoped>,
    /// The filter that it comes after.
    pub after: Option<String>,
    /// Its content: YAML of the target.
    pub content: String,
}
