//! Times edits of one file of a workspace, and prints two 99th percentiles in seconds: until the program is there through the
//! database, and until its findings are, where the checker remembers the tables that are as they were.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads files and the clock, and prints"
)]

use gloo_checker::{Memory, check_again};
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

    let mut memory = Memory::default();
    let _ = check_again(&database.program(), &mut memory);
    let (mut edits, mut findings) = (Vec::with_capacity(EDITS), Vec::with_capacity(EDITS));
    for edit in 0..EDITS {
        // Another status each time, so that nothing is as it was before.
        let edited = text.replace("respond(404)", &format!("respond({})", 400 + edit % 100));
        let start = Instant::now();
        database.set_file(&name, edited.as_str());
        let (program, _) = (database.program(), database.diagnostics());
        edits.push(start.elapsed().as_secs_f64());
        let _ = check_again(&program, &mut memory);
        findings.push(start.elapsed().as_secs_f64());
    }
    println!("{:.6} {:.6}", nearly_all(edits), nearly_all(findings));
    Ok(())
}

/// The 99th percentile.
fn nearly_all(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    let at = seconds.len().saturating_mul(99) / 100;
    seconds.get(at).copied().unwrap_or_default()
}
