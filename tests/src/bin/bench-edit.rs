//! Times edits of one file of a workspace through the database, and prints the 99th percentile in seconds.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads files and the clock, and prints"
)]

use gloo_db::Database;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// So many edits are timed.
const EDITS: usize = 200;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("name the folder of a workspace")?);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    files.sort();
    let mut database = Database::new();
    let mut last = None;
    for path in files {
        let text = std::fs::read_to_string(&path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        database.set_file(&name, text.as_str());
        if path.extension().is_some_and(|end| end == "gloo")
            && Path::new(&name) != Path::new("infrastructure.gloo")
        {
            last = Some((name, text));
        }
    }
    let (name, text) = last.ok_or("the workspace has no program")?;
    let _ = (database.program(), database.diagnostics());

    let mut seconds: Vec<f64> = Vec::with_capacity(EDITS);
    for edit in 0..EDITS {
        // Another status each time, so that nothing is as it was before.
        let edited = text.replace("respond(404)", &format!("respond({})", 400 + edit % 100));
        let start = Instant::now();
        database.set_file(&name, edited.as_str());
        let _ = (database.program(), database.diagnostics());
        seconds.push(start.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    let at = seconds.len().saturating_mul(99) / 100;
    println!("{:.6}", seconds.get(at).copied().unwrap_or_default());
    Ok(())
}
