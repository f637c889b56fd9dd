//! Taking the snapshots of the tests as they are now.

use crate::repository::{Repository, show};
use std::collections::BTreeSet;

/// Runs the tests (all, or those whose names contain what `filter` says) and writes down every snapshot that differs.
/// After a run of all tests the snapshots that none of them asked for are removed.
pub fn bless(repository: &Repository, filter: &[&str]) -> anyhow::Result<()> {
    let asked = repository.path(".deps/snapshots");
    if let Some(folder) = asked.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&asked, "")?;
    let mut cargo = repository.cargo();
    cargo.args(["test", "--workspace", "--locked", "--no-fail-fast", "--"]).args(filter);
    cargo.env("INSTA_UPDATE", "always").env("INSTA_FORCE_PASS", "1");
    cargo.env("INSTA_SNAPSHOT_REFERENCES_FILE", &asked);
    show(&mut cargo)?;
    if filter.is_empty() {
        let asked = std::fs::read_to_string(&asked)?;
        let asked: BTreeSet<_> = asked.lines().filter_map(|path| std::fs::canonicalize(path).ok()).collect();
        for file in repository.files()?.iter().filter(|file| file.ends_with(".snap")) {
            let path = repository.path(file);
            if !asked.contains(&path.canonicalize()?) {
                std::fs::remove_file(&path)?;
                println!("removed {file}: no test asks for it");
            }
        }
    }
    std::fs::remove_file(&asked)?;
    show(repository.command("git").args(["status", "--short", "--", "*.snap", "tests/suite"]))
}
