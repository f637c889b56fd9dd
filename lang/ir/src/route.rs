//! Routes: which request goes where.

use crate::{
    At, ClusterId, ExternalId, GatewayId, GrpcStatus, Percent, Predicate, ServiceId, TableId, TextAttribute,
};
use gloo_domain::{HostPattern, Method, PathPattern, PathTemplate};
use gloo_source::Place;
use std::collections::BTreeSet;
use std::time::Duration;

/// A table of rules; the first that matches decides.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Table {
    /// Its name.
    pub id: TableId,
    /// Where it is declared.
    pub place: Place,
    /// Its documentation.
    pub doc: Option<String>,
    /// What it is for.
    pub attachment: Attachment,
    /// Its rules, as written. A [`Match::Otherwise`] is the last.
    pub rules: Vec<Rule>,
}

/// What a table is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Attachment {
    /// Requests that enter or leave by a gateway.
    Gateway {
        /// The gateway.
        gateway: GatewayId,
        /// The listeners that it is served on, by name: the one that is named, or all that cover a host of the table.
        listeners: Vec<String>,
        /// The hosts, at least one but on `tcp` listeners.
        hosts: Vec<At<HostPattern>>,
        /// The clusters: where the gateway is placed, or the one that is named.
        clusters: BTreeSet<ClusterId>,
    },
    /// Calls between services.
    Mesh {
        /// The services that are called, at least one.
        services: Vec<At<ServiceId>>,
        /// The clusters: where the services are placed, or the one that is named.
        clusters: BTreeSet<ClusterId>,
    },
    /// What other tables delegate to it.
    Delegated,
}

/// A rule of a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// Where it is written.
    pub place: Place,
    /// Its documentation.
    pub doc: Option<String>,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Which of the table's rules it is, from 1.
    pub number: u32,
    /// Which requests it is for.
    pub matches: Match,
    /// What becomes of them.
    pub action: At<Action>,
    /// How.
    pub options: Options,
}

impl Rule {
    /// `buy`, or `rule 3` where it has no name.
    #[must_use]
    pub fn title(&self) -> String {
        self.name.clone().unwrap_or_else(|| format!("rule {}", self.number))
    }
}

/// Which requests a rule is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Match {
    /// HTTP requests of these methods (any, if none is named) and this path, for which the condition holds.
    Http {
        /// The methods; empty stands for any.
        methods: Vec<Method>,
        /// The path.
        path: PathPattern,
        /// The condition.
        condition: Predicate,
    },
    /// gRPC calls: `POST /SERVICE/METHOD` with a gRPC content type, for which the condition holds.
    Grpc {
        /// The full name of the service.
        service: String,
        /// The method; any, if absent.
        method: Option<String>,
        /// The condition.
        condition: Predicate,
    },
    /// Connections of a `tls` or `tcp` listener for which the condition holds.
    Connection {
        /// The condition.
        condition: Predicate,
    },
    /// Whatever no rule before it matches.
    Otherwise,
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// It goes to one of these, drawn by weight. The weights sum to all.
    Forward(Vec<Share>),
    /// It is answered by a redirect.
    Redirect(Redirect),
    /// It is answered here.
    Respond(Respond),
    /// The rules of that table decide, each in conjunction with this rule's match.
    Delegate(TableId),
}

/// A destination and its part of the requests.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Share {
    /// The destination.
    pub destination: Destination,
    /// Its part.
    pub weight: Percent,
}

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Destination {
    /// Service or external.
    pub target: Target,
    /// The name of the port.
    pub port: String,
    /// Where it is written.
    pub place: Place,
}

/// What a destination is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A service, or some of it.
    Service {
        /// The service.
        service: ServiceId,
        /// The subset.
        subset: Option<String>,
        /// Only its instances of that cluster.
        cluster: Option<ClusterId>,
    },
    /// A host outside.
    External(ExternalId),
}

/// A redirect; what is absent stays as it was. The query is kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Redirect {
    /// `https` if true, `http` if false.
    pub https: Option<bool>,
    /// The host.
    pub host: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// The path, whole.
    pub path: Option<PathTemplate>,
    /// 301, 302, 303, 307 or 308; 302 unless said.
    pub status: u16,
}

/// An answer given at the proxy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Respond {
    /// The HTTP status, 200 to 599; for `respond(grpc: …)` 200.
    pub status: u16,
    /// The body.
    pub body: Option<String>,
    /// The gRPC status, for `respond(grpc: …)`.
    pub grpc: Option<GrpcStatus>,
}

/// How a request goes. What is absent is not done: no timeout, no retry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Options {
    /// How long the whole request may take, retries included.
    pub timeout: Option<At<Duration>>,
    /// When it is tried again.
    pub retries: Option<At<Retries>>,
    /// The path that the destination sees.
    pub rewrite: Option<At<PathTemplate>>,
    /// The host that the destination sees.
    pub host: Option<At<String>>,
    /// Where a copy goes.
    pub mirror: Option<At<Mirror>>,
    /// What is done to the request's headers, in order.
    pub request_headers: Vec<At<HeaderOperation>>,
    /// What is done to the response's headers, in order.
    pub response_headers: Vec<At<HeaderOperation>>,
    /// A delay put in.
    pub fault: Option<At<Fault>>,
    /// What decides which instance it goes to.
    pub hash: Option<At<HashKey>>,
    /// Whether websocket upgrades pass; they do unless said.
    pub websocket: Option<At<bool>>,
}

/// When a request is tried again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Retries {
    /// Tries after the first, at least 1.
    pub attempts: u32,
    /// How long each try may take.
    pub per_try: Option<Duration>,
    /// After what; connect_failure, reset and 503 unless said.
    pub on: Vec<RetryOn>,
}

/// After what a request is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RetryOn {
    /// The connection could not be made.
    ConnectFailure,
    /// The stream was refused before anything was processed.
    RefusedStream,
    /// The connection was reset.
    Reset,
    /// A status of that class; only 4 (as Envoy's `retriable-4xx`: 409) and 5.
    Class(u8),
    /// 502, 503 or 504.
    GatewayError,
    /// That status.
    Status(u16),
    /// That gRPC status: cancelled, deadline_exceeded, internal, resource_exhausted or unavailable.
    Grpc(GrpcStatus),
}

/// A copy of the request that is sent elsewhere, its answer ignored.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mirror {
    /// Where.
    pub to: Destination,
    /// Of how many requests; all unless said.
    pub share: Percent,
}

/// Something done to one header, its name in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum HeaderOperation {
    /// Replaces all its values; removes it if the value is absent.
    Set(String, TextValue),
    /// Adds a value; does nothing if the value is absent.
    Add(String, TextValue),
    /// Removes it.
    Remove(String),
}

/// A text, or an attribute of the request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TextValue {
    /// That text.
    Literal(String),
    /// What the request has there; of several values the first.
    Attribute(TextAttribute),
    /// The request's path.
    Path,
    /// The request's host.
    Host,
    /// The request's method.
    Method,
    /// The original client's address.
    ClientAddress,
}

/// A fault put in on purpose: a delay, an error or both.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    /// How long the request is held back.
    pub delay: Option<Duration>,
    /// The status that it is answered with.
    pub abort: Option<u16>,
    /// Of how many requests; all unless said.
    pub share: Percent,
}

/// What decides which instance a request goes to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum HashKey {
    /// `header("x-user")`.
    Header(String),
    /// `cookie("session")`: set if absent.
    Cookie(String),
    /// `query("q")`.
    Query(String),
    /// `client.ip`.
    ClientAddress,
}
