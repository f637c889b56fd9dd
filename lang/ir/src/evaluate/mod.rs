//! What a program means: [`decide`] says what becomes of one request, step by step (semantics.md).
//!
//! A request that enters by a gateway goes through `gateway`, one that is a call goes through `hop`; both hold it against
//! policies and access blocks in `proxy`, and do what a rule says in `action`. Each step is a file. What a predicate
//! means stands in `predicate` alone.

mod access;
mod action;
pub(crate) mod asked;
mod attributes;
mod authentication;
mod case;
mod case_entry;
mod check;
mod connection;
mod credential;
mod effect;
mod expression;
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
pub use asked::{Asked, Interest, Question};
pub use attributes::Attributes;
pub use case::CaseError;
pub use check::{CaseResult, Run, check_case};
pub use credential::presence;
pub use effect::{Effect, HeaderChange};
pub use headers::{Headers, is_joined};
pub use identity::{Identity, Source};
pub use outcome::{describe, holds};
pub use policies::covers;
pub(crate) use predicate::meets_text;
pub use predicate::{meets, meets_test};
pub use request::{Caller, Certificate, Credential, Entry, Message, Request, Verdict};
pub use route::rule_matches;
pub use trace::{Final, Forwarded, Reached, Refusal, Sent, Step, StepKind, Trace};
pub use words::attribute as attribute_words;
pub use words::duration as duration_words;

use crate::{ClusterId, Program};
use asked::History;
use walk::{Passing, Walk, Ways};

/// What becomes of a request that enters on a cluster. The free choices are fields of the request, so the answer is one
/// trace; of a split, and of the clusters that may answer, it holds every draw.
#[must_use]
pub fn decide(program: &Program, cluster: &ClusterId, request: &Request) -> Trace {
    run(program, cluster, request, Passing::new(request))
}

/// As [`decide`], with everything that was asked of the request on its way. Every request of which all of that is
/// answered alike takes the same way (but for [`Question::Derived`]), as far as there is interest.
#[must_use]
pub fn decide_asked(
    program: &Program,
    cluster: &ClusterId,
    request: &Request,
    interest: Interest,
) -> (Trace, Vec<Asked>) {
    let mut passing = Passing::new(request);
    let history = History::listening(interest);
    passing.seen.history = history.clone();
    let trace = run(program, cluster, request, passing);
    (trace, history.asked())
}

fn run(program: &Program, cluster: &ClusterId, request: &Request, passing: Passing) -> Trace {
    let mut walk = Walk::new(program, cluster);
    let mut ways = Ways::default();
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
