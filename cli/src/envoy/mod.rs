//! A real Envoy on a built file: small servers stand in for the services, the requests of tests are sent, and what comes
//! back is held against the evaluator.
//!
//! Of the built file only ports, addresses of endpoints and the places of secrets are changed (`adapt`).

mod adapt;
mod bench;
mod binary;
mod certificates;
mod compare;
mod destinations;
mod exchange;
mod issuer;
mod prefixed;
mod process;
mod response;
mod secrets;
mod tls;
mod upstream;
mod wire;

use crate::world::World;
use anyhow::Result;
use bench::Bench;
use gloo_ir::evaluate::{Request, decide};
use gloo_ir::{Case, ClusterId, Program};
use gloo_target::ClusterOutput;
use std::path::Path;

pub use binary::find;

/// What a real Envoy did with the request of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseReport<'a> {
    /// The test's case.
    pub case: &'a Case,
    /// What it did.
    pub verdict: Verdict,
}

/// What a real Envoy did, held against the evaluator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// What the evaluator says.
    Agrees,
    /// Something else: what was expected, and what came.
    Differs(String),
    /// The request can't be sent from here: why.
    EvaluatorOnly(String),
}

/// Sends the requests of `cases` through the gateways of a cluster as they were built.
///
/// # Errors
/// There is no Envoy, it doesn't take a file, or this machine has no ports left.
pub fn run<'a>(
    world: &dyn World,
    workspace: &Path,
    program: &Program,
    cluster: &ClusterId,
    output: &ClusterOutput,
    cases: impl IntoIterator<Item = &'a Case>,
) -> Result<Vec<CaseReport<'a>>> {
    let envoy = find(world, workspace)?;
    let bench = Bench::start(&envoy, program, cluster, output)?;
    let reports = cases.into_iter().enumerate().map(|(number, case)| {
        let verdict = match Request::from_case(program, cluster, &case.request) {
            Ok(request) => bench.verdict(number, &request)?,
            Err(error) => Verdict::EvaluatorOnly(error.to_string()),
        };
        Ok(CaseReport { case, verdict })
    });
    reports.collect()
}

/// Whether the evaluator answers two requests alike.
fn answered_alike(program: &Program, cluster: &ClusterId, one: &Request, other: &Request) -> bool {
    decide(program, cluster, one).answers_like(&decide(program, cluster, other))
}
