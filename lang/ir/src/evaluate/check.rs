//! Tests, run through the evaluator.

use super::{CaseError, Request, Trace, decide, holds};
use crate::{Case, ClusterId, Program};

/// A case on every cluster where it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseResult {
    /// One run for each cluster, in the order of their names.
    pub runs: Vec<Run>,
    /// Why there is none.
    pub error: Option<CaseError>,
}

impl CaseResult {
    /// Whether the request is answered as the test says, on every cluster.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.error.is_none() && self.runs.iter().all(|run| run.holds)
    }

    /// The first run that is answered otherwise.
    #[must_use]
    pub fn failed(&self) -> Option<&Run> {
        self.runs.iter().find(|run| !run.holds)
    }
}

/// A case on one cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The cluster.
    pub cluster: ClusterId,
    /// The request, whole.
    pub request: Request,
    /// What becomes of it.
    pub trace: Trace,
    /// Whether that is what the test says.
    pub holds: bool,
}

/// Runs a case on the cluster that it names, or on every cluster that has its entry.
#[must_use]
pub fn check_case(program: &Program, case: &Case) -> CaseResult {
    let clusters: Vec<ClusterId> = match &case.on {
        Some(cluster) => vec![cluster.clone()],
        None => program.clusters.keys().cloned().collect(),
    };
    let mut runs = Vec::new();
    let mut first_error = None;
    for cluster in clusters {
        match Request::from_case(program, &cluster, &case.request) {
            Ok(request) => {
                let trace = decide(program, &cluster, &request);
                let holds = holds(program, &request, &case.outcome, &trace);
                runs.push(Run { cluster, request, trace, holds });
            }
            Err(
                error @ (CaseError::GatewayElsewhere(..)
                | CaseError::CallElsewhere(..)
                | CaseError::NoGateway { .. }),
            ) => {
                first_error.get_or_insert(error);
            }
            Err(error) => return CaseResult { runs: Vec::new(), error: Some(error) },
        }
    }
    let error = if runs.is_empty() { first_error.or(Some(CaseError::nowhere())) } else { None };
    CaseResult { runs, error }
}
