//! What a build changes in its output folder, as data. Whoever may touch files carries it out, all or none.

use crate::{Output, OutputFile};
use gloo_ir::ClusterId;
use std::collections::{BTreeMap, BTreeSet};

/// A file that stands in the output folder before a build.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExistingFile {
    /// Its path below the output folder, with `/`.
    pub path: String,
    /// Whether it has gloo's header: [`is_made_by_gloo`](crate::is_made_by_gloo) of how it begins.
    pub made_by_gloo: bool,
}

/// What a build changes in its output folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes<'a> {
    /// The files to write, by path.
    pub write: BTreeMap<&'a str, &'a OutputFile>,
    /// The files to delete: gloo made them, and the build no longer writes them.
    pub delete: BTreeSet<&'a str>,
    /// Files of others: they are left alone.
    pub foreign: BTreeSet<&'a str>,
    /// Files of others that stand where the build would write. With any of these nothing may be written.
    pub in_the_way: BTreeSet<&'a str>,
}

/// What writing `output` changes in a folder with these files. Of a build of `only` some clusters, nothing outside
/// their folders is written or deleted.
#[must_use]
pub fn changes<'a>(
    output: &'a Output,
    existing: &'a [ExistingFile],
    only: Option<&BTreeSet<ClusterId>>,
) -> Changes<'a> {
    let in_scope = |path: &str| match only {
        None => true,
        Some(only) => {
            path.split_once('/').is_some_and(|(folder, _)| only.iter().any(|one| one.as_str() == folder))
        }
    };
    let write: BTreeMap<&str, &OutputFile> =
        output.files().map(|file| (file.path.as_str(), file)).filter(|(path, _)| in_scope(path)).collect();
    let mut changes = Changes { write, ..Changes::default() };
    for file in existing.iter().filter(|file| in_scope(&file.path)) {
        let path = file.path.as_str();
        match (file.made_by_gloo, is_in_the_way(path, &changes.write)) {
            (true, _) if changes.write.contains_key(path) => {}
            (true, _) => {
                changes.delete.insert(path);
            }
            (false, true) => {
                changes.in_the_way.insert(path);
            }
            (false, false) => {
                changes.foreign.insert(path);
            }
        }
    }
    changes
}

/// Whether the file stands where another is to be written, or where a folder is needed for one.
fn is_in_the_way(path: &str, write: &BTreeMap<&str, &OutputFile>) -> bool {
    let folder = format!("{path}/");
    write.contains_key(path)
        || write.range(folder.as_str()..).next().is_some_and(|(next, _)| next.starts_with(&folder))
}
