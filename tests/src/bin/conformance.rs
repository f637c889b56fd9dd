//! Holds what the targets themselves make of our manifests against the evaluator: `make conformance`.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "it is told what to do, and says what went wrong"
)]

use gloo_tests::conformance::{Settings, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    let result = Settings::from_arguments(std::env::args().skip(1)).and_then(|settings| run(&settings));
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("conformance: {error:#}");
            ExitCode::from(2)
        }
    }
}
