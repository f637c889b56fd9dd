//! A request on its way: what all steps share.

use super::asked::Question;
use super::{
    Attributes, Caller, Credential, Effect, Final, Forwarded, Headers, Reached, Refusal, Request, Sent, Step,
    StepKind, Trace, Verdict,
};
use crate::{ClusterId, PolicyId, Program, ProviderId};
use gloo_source::Place;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A request on its way through the proxies of one cluster.
pub(crate) struct Walk<'a> {
    /// The program.
    pub program: &'a Program,
    /// The cluster of the proxy that has the request.
    pub cluster: &'a ClusterId,
    /// What has been seen on the way.
    pub record: Record,
}

/// What has been seen on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// The steps so far.
    pub steps: Vec<Step>,
    /// The effects so far.
    pub effects: Vec<Effect>,
    /// The providers that decided a `require`.
    pub authenticated: BTreeSet<ProviderId>,
    /// Whether a firewall looked at it.
    pub inspected: bool,
    /// Whether some limit counts it.
    pub limited: bool,
    /// Whether a body goes through a mask.
    pub masked: bool,
    /// Whether every hop so far used TLS.
    pub encrypted: bool,
}

impl Record {
    fn new() -> Self {
        Self {
            steps: Vec::new(),
            effects: Vec::new(),
            authenticated: BTreeSet::new(),
            inspected: false,
            limited: false,
            masked: false,
            encrypted: true,
        }
    }
}

/// The request goes no further.
pub(crate) struct Ended(Box<Final>);

impl Ended {
    /// What became of it.
    pub fn outcome(self) -> Final {
        *self.0
    }
}

impl From<Final> for Ended {
    fn from(outcome: Final) -> Self {
        Self(Box::new(outcome))
    }
}

/// Who decides: the declaration's name, and where it is written.
#[derive(Clone, Debug)]
pub(crate) struct Decider {
    /// Its name.
    pub name: String,
    /// Its place.
    pub place: Option<Place>,
}

impl Decider {
    /// A declaration that is written somewhere.
    pub fn at(name: impl Into<String>, place: Place) -> Self {
        Self { name: name.into(), place: Some(place) }
    }

    /// A rule of the language that no declaration says.
    pub fn default(name: impl Into<String>) -> Self {
        Self { name: name.into(), place: None }
    }

    /// A clause of a policy.
    pub fn policy(policy: &PolicyId, place: Place) -> Self {
        Self::at(format!("policy {policy}"), place)
    }
}

impl<'a> Walk<'a> {
    /// The begin of a way.
    pub fn new(program: &'a Program, cluster: &'a ClusterId) -> Self {
        Self { program, cluster, record: Record::new() }
    }

    /// Writes a step down.
    pub fn step(&mut self, step: StepKind, decider: &Decider, says: impl Into<String>) {
        let Decider { name, place } = decider.clone();
        self.record.steps.push(Step { step, decided_by: name, place, says: says.into() });
    }

    /// Writes an effect down.
    pub fn effect(&mut self, effect: Effect) {
        self.record.effects.push(effect);
    }

    /// Writes a refusal down.
    pub fn deny(
        &mut self,
        step: StepKind,
        decider: &Decider,
        status: Refusal,
        says: impl Into<String>,
    ) -> Ended {
        self.step(step, decider, says);
        Final::Denied { status, by: decider.name.clone(), location: None }.into()
    }

    /// A part of the way on its own, on some cluster; what it finds is taken in by [`Self::absorb`].
    pub fn part<'b>(&self, cluster: &'b ClusterId) -> Walk<'b>
    where
        'a: 'b,
    {
        Walk::new(self.program, cluster)
    }

    /// Takes in what one part of the way found.
    pub fn absorb(&mut self, part: Record) {
        self.record.steps.extend(part.steps);
        self.record.effects.extend(part.effects);
        self.record.authenticated.extend(part.authenticated);
        self.record.inspected |= part.inspected;
        self.record.limited |= part.limited;
        self.record.masked |= part.masked;
        self.record.encrypted &= part.encrypted;
    }
}

/// What becomes of the parts of a request: each goes somewhere or ends.
#[derive(Default)]
pub(crate) struct Ways {
    /// Where parts go.
    pub reached: Vec<Reached>,
    /// Where copies go.
    pub mirrors: Vec<Reached>,
    /// What the destination sees, of the first part that gets there.
    pub sent: Option<Sent>,
    /// What becomes of parts that get nowhere.
    pub ended: Vec<Final>,
}

impl Ways {
    /// A part goes nowhere.
    pub fn end(&mut self, ended: Ended) {
        let outcome = ended.outcome();
        if !self.ended.contains(&outcome) {
            self.ended.push(outcome);
        }
    }

    /// What the whole way comes to.
    pub fn finish(self, walk: Walk<'_>) -> Trace {
        let Self { reached, mirrors, sent, mut ended } = self;
        let outcome = if reached.is_empty() && !ended.is_empty() {
            ended.remove(0)
        } else {
            Final::Forwarded(Forwarded { destinations: reached, mirrors, sent })
        };
        let Record { steps, effects, authenticated, inspected, limited, masked, encrypted } = walk.record;
        Trace { steps, outcome, others: ended, effects, authenticated, inspected, limited, masked, encrypted }
    }
}

/// A request as one proxy has it.
#[derive(Clone, Debug)]
pub(crate) struct Passing {
    /// Its attributes there.
    pub seen: Attributes,
    /// The headers as they were sent at first.
    pub received: Arc<Headers>,
    /// Who sends it to this proxy.
    pub caller: Caller,
    /// What it has for each provider.
    pub credentials: BTreeMap<ProviderId, Credential>,
    /// The providers for which that is no longer what was sent.
    pub settled: BTreeSet<ProviderId>,
    /// The size of its body in bytes.
    pub body: u64,
    /// What a firewall would say.
    pub waf: Verdict,
    /// What `wasm` and `lua` clauses would say.
    pub extensions: Verdict,
}

impl Passing {
    /// The request as it is sent; host and path are still to be normalised, and nobody has a source.
    pub fn new(request: &Request) -> Self {
        let connection = Attributes::of_connection(request.port);
        let seen = match request.message.clone() {
            Some(message) => connection.with_message(message),
            None => connection,
        };
        Self {
            seen: Attributes {
                https: request.tls,
                sni: request.sni.as_ref().map(|name| name.to_ascii_lowercase()),
                source_address: request.source_address,
                client_address: request.client_address,
                certificate: request.certificate.clone(),
                claims: request.claims.clone(),
                ..seen
            },
            received: Arc::new(
                request.message.as_ref().map(|message| message.headers.clone()).unwrap_or_default(),
            ),
            caller: request.caller.clone(),
            credentials: request.credentials.clone(),
            settled: BTreeSet::new(),
            body: request.message.as_ref().map_or(0, |message| message.body),
            waf: request.waf,
            extensions: request.extensions,
        }
    }

    /// What it has for `provider`.
    pub fn credential(&self, provider: &ProviderId) -> Credential {
        self.credentials.get(provider).copied().unwrap_or_default()
    }

    /// What it has for `provider`, asked aloud.
    pub fn asked_for_credential(&self, provider: &ProviderId) -> Credential {
        let own = self.credential(provider);
        if !self.settled.contains(provider) {
            self.seen.history.note(|| Question::Credential(provider.clone(), own), true);
        }
        own
    }

    /// From now on it has that for `provider`, whatever was sent.
    pub fn settle_credential(&mut self, provider: &ProviderId, credential: Credential) {
        self.settled.insert(provider.clone());
        self.credentials.insert(provider.clone(), credential);
    }

    /// Whether it is an HTTP message.
    pub fn is_message(&self) -> bool {
        self.seen.method.is_some()
    }
}
