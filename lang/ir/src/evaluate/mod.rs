//! What a program means: [`decide`] says what becomes of one request, step by step (semantics.md).
//!
//! A request that enters by a gateway goes through `gateway`, one that is a call goes through `hop`; both hold it against
//! policies and access blocks in `proxy`, and do what a rule says in `action`. Each step is a file. What a predicate
//! means stands in `predicate` alone.

mod access;
mod action;
mod attributes;
mod authentication;
mod case;
mod case_entry;
mod check;
mod connection;
mod credential;
mod effect;
mod external;
mod gateway;
mod headers;
mod hop;
mod identity;
mod inspection;
mod json;
mod limit;
mod listener;
pub mod normalise;
mod outcome;
mod policies;
mod predicate;
mod proxy;
mod request;
mod route;
mod service;
mod site;
mod text;
mod trace;
mod transform;
mod walk;
mod witness;
mod words;

pub use action::http_equivalent;
pub use attributes::Attributes;
pub use case::CaseError;
pub use check::{CaseResult, Run, check_case};
pub use effect::{Effect, HeaderChange};
pub use headers::{Headers, is_joined};
pub use identity::{Identity, Source};
pub use outcome::{describe, holds};
pub(crate) use predicate::meets_text;
pub use predicate::{meets, meets_test};
pub use request::{Caller, Certificate, Credential, Entry, Message, Request, Verdict};
pub use route::rule_matches;
pub use trace::{Final, Forwarded, Reached, Refusal, Sent, Step, StepKind, Trace};
pub use words::attribute as attribute_words;
pub use words::duration as duration_words;

use crate::{ClusterId, Program};
use walk::{Passing, Walk, Ways};

/// What becomes of a request that enters on a cluster. The free choices are fields of the request, so the answer is one
/// trace; of a split, and of the clusters that may answer, it holds every draw.
#[must_use]
pub fn decide(program: &Program, cluster: &ClusterId, request: &Request) -> Trace {
    let mut walk = Walk::new(program, cluster);
    let mut ways = Ways::default();
    let passing = Passing::new(request);
    let ended = match &request.entry {
        Entry::Gateway(gateway) => gateway::enter(&mut walk, gateway, passing, &mut ways),
        Entry::Service(service) => hop::call(&mut walk, service, passing, &mut ways),
        Entry::Outbound => external::call(&mut walk, passing, &mut ways),
    };
    if let Err(ended) = ended {
        ways.end(ended);
    }
    ways.finish(walk)
}
