//! `gloo lsp`.

use super::build::target;
use crate::report::Outcome;
use crate::world::Disk;
use anyhow::Result;
use gloo_ir::Program;
use gloo_source::{Code, Diagnostic, Place, Sink};
use gloo_target::{BuildError, Layout};
use std::sync::Arc;

/// Answers an editor over standard input and output.
///
/// # Errors
/// What comes isn't the protocol, or the editor is gone.
pub fn run() -> Result<Outcome> {
    let ended = gloo_lsp::stdio(Arc::new(Disk), Arc::new(build))?;
    Ok(Outcome::of(!ended))
}

/// The files of all clusters, by their paths.
fn build(
    program: &Program,
    positions: &(dyn Fn(Place) -> String + Sync),
) -> Result<Vec<(String, String)>, Vec<Diagnostic<Place>>> {
    let clusters: Vec<_> = program.clusters.values().cloned().collect();
    let mut sink: Sink<Place> = Sink::new();
    match gloo_target::build(program, &clusters, &target, &Layout::Flat, positions, &mut sink) {
        Ok(built) => Ok(built.files().map(|file| (file.path.clone(), file.text.to_string())).collect()),
        Err(BuildError::Refused(_)) => Err(sink.into_diagnostics()),
        Err(error) => {
            let place = program.clusters.values().next().map(|cluster| cluster.place);
            let wrong = place.map(|place| Diagnostic::new(Code::NOT_ON_TARGET, place, error.to_string()));
            Err(wrong.into_iter().collect())
        }
    }
}
