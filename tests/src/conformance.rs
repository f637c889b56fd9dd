//! What the targets' own code makes of our manifests, run in a real Envoy and held against the evaluator:
//! `make conformance`. `tests/conformance/README.md` says how the parts work together.
#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "it runs the command and the targets' code, and reads and writes their files; in JSON, what isn't there is null"
)]

mod api_server;
mod bootstrap;
mod certificates;
pub mod generate;
mod inline;
mod job;
mod pods;
mod program;
mod prune;
mod secrets;
mod settings;
mod table;
mod target;
mod translation;
mod world;

pub use settings::Settings;

use anyhow::Result;
use job::{Job, Report};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Does everything and prints a table. Whether all is well.
///
/// # Errors
/// A program is missing, or a file can't be read or written. What a target refuses or does otherwise is no error, but
/// stands in the table.
pub fn run(settings: &Settings) -> Result<bool> {
    let jobs = job::all(settings)?;
    let reports = at_once(settings, &jobs);
    let mut reports = reports.into_iter().collect::<Result<Vec<_>>>()?;
    api_server::apply(settings, &jobs, &mut reports)?;
    let rows = table::rows(&jobs, &reports);
    std::fs::write(settings.out.join("table.txt"), table::text(&rows))?;
    settings.say(&table::text(&rows));
    settings.say(&format!("The details are in {}.", settings.out.display()));
    Ok(reports.iter().all(Report::is_well))
}

/// The reports of jobs, in their order; as many are done at once as this machine has processors.
fn at_once(settings: &Settings, jobs: &[Job]) -> Vec<Result<Report>> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(jobs.len()));
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((number, job)) = pick(&next, jobs) {
                    let report = job.run(settings);
                    if let Ok(mut done) = done.lock() {
                        done.push((number, report));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, report)| report).collect()
}

fn pick<'j>(next: &AtomicUsize, jobs: &'j [Job]) -> Option<(usize, &'j Job)> {
    let number = next.fetch_add(1, Ordering::Relaxed);
    jobs.get(number).map(|job| (number, job))
}
