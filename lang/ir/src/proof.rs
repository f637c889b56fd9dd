//! What must hold: proofs and tests.

use crate::{ClusterId, GatewayId, Predicate, ProviderId, ServiceId, SourcePattern, StatusSet, Target};
use gloo_domain::Method;
use gloo_source::Place;
use std::collections::BTreeMap;

/// Sentences that must hold for all requests.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Proof {
    /// The sentence that it is named by.
    pub title: String,
    /// Where it is declared.
    pub place: Place,
    /// Its documentation.
    pub doc: Option<String>,
    /// Its claims.
    pub claims: Vec<Claim>,
}

/// One claim.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Claim {
    /// Where it is written.
    pub place: Place,
    /// How many requests it speaks of.
    pub quantifier: Quantifier,
    /// Which requests.
    pub scope: ClaimScope,
    /// What becomes of them.
    pub outcome: Outcome,
}

/// How many requests a claim speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// None in scope violates the outcome.
    Every,
    /// None in scope meets it.
    No,
    /// At least one in scope meets it.
    Some,
}

/// Which requests a claim speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClaimScope {
    /// Only those of one of these sources.
    pub from: Option<Vec<SourcePattern>>,
    /// Only those that enter by this gateway.
    pub through: Option<GatewayId>,
    /// Only those to one of these services.
    pub to: Option<Vec<ServiceId>>,
    /// Only those on this cluster.
    pub on: Option<ClusterId>,
    /// Only those for which this holds.
    pub condition: Predicate,
}

/// What becomes of a request, said as a formula.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// All hold.
    All(Vec<Outcome>),
    /// One holds.
    Any(Vec<Outcome>),
    /// It does not hold.
    Not(Box<Outcome>),
    /// It is not denied.
    Allowed,
    /// Steps 1 to 8 refuse it.
    Denied,
    /// It is redirected.
    Redirected,
    /// A `require` was decided, by this provider if one is named.
    Authenticated(Option<ProviderId>),
    /// A destination or a mirror is one of these.
    Reaches(Vec<Target>),
    /// Every destination and mirror is one of these.
    OnlyReaches(Vec<Target>),
    /// The status is one of these.
    Status(Vec<StatusSet>),
    /// The firewall looked at it.
    PassesWaf,
    /// Some limit counts it.
    Limited,
    /// A body went through a mask.
    Masked,
    /// Every hop used TLS.
    Encrypted,
    /// These clusters answer alike.
    Same(Vec<ClusterId>),
}

/// Single requests with what becomes of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TestBlock {
    /// The sentence that it is named by.
    pub title: String,
    /// Where it is declared.
    pub place: Place,
    /// Its documentation.
    pub doc: Option<String>,
    /// Its cases.
    pub cases: Vec<Case>,
}

/// One request with what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Case {
    /// Where it is written.
    pub place: Place,
    /// The request.
    pub request: CaseRequest,
    /// The cluster that answers; every one that has the entry must, if absent.
    pub on: Option<ClusterId>,
    /// What becomes of it.
    pub outcome: Outcome,
}

/// A request as a test or the command line writes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CaseRequest {
    /// What is sent.
    pub kind: CaseKind,
    /// What else is said of it, in the predicates' own words.
    pub attributes: BTreeMap<Attribute, Vec<String>>,
    /// The caller, for a call between services.
    pub from: Option<SourcePattern>,
    /// The gateway that it enters by; the one that serves the host, if absent.
    pub through: Option<GatewayId>,
    /// The service that is called, for a call between services.
    pub to: Option<ServiceId>,
}

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CaseKind {
    /// An HTTP request: a URL, or a path alone.
    Http {
        /// The method.
        method: Method,
        /// Scheme, host and port, where a URL is given.
        origin: Option<(bool, String, Option<u16>)>,
        /// Path and query, as written.
        target: String,
    },
    /// A gRPC call.
    Grpc {
        /// The full name of the service.
        service: String,
        /// The method.
        method: String,
    },
    /// A connection.
    Tcp,
}

/// Something said of a request: the key of an entry in a test's braces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// `header("x")`, in lower case; several values are several headers.
    Header(String),
    /// `query("q")`.
    Query(String),
    /// `cookie("c")`.
    Cookie(String),
    /// `auth0: valid`: one of `valid`, `invalid`, `absent`.
    Credential(ProviderId),
    /// `auth0.sub`, `auth0.claim("groups")`.
    Claim(ProviderId, String),
    /// `client.ip`.
    ClientAddress,
    /// `source.ip`.
    SourceAddress,
    /// `client.cert.uri`.
    ClientCertificateUri,
    /// `client.cert.dns`.
    ClientCertificateDns,
    /// `tls.sni`.
    ServerName,
    /// `host`.
    Host,
    /// `port`.
    Port,
    /// `scheme`.
    Scheme,
    /// `body`: its size in bytes.
    BodySize,
    /// `waf`: `passes` or `refuses`.
    Waf,
}
