//! What a build changes in its output folder, as data. Whoever may touch files carries it out, all or none.

use crate::{Output, OutputFile};
use gloo_ir::ClusterId;
use std::collections::{BTreeMap, BTreeSet};

/// A file that stands in the output folder before a build.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExistingFile {
    /// Its path below the output folder, with `/`.
    pub path: String,
    /// The workspace that gloo made it for: [`made_for`](crate::made_for) of how it begins. None if gloo didn't.
    pub made_for: Option<String>,
}

/// What a build changes in its output folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes<'a> {
    /// The files to write, by path.
    pub write: BTreeMap<&'a str, &'a OutputFile>,
    /// The files to delete: gloo made them for this workspace, and the build no longer writes them.
    pub delete: BTreeSet<&'a str>,
    /// Files of others, and the workspace that gloo made them for, if it did: they are left alone.
    pub foreign: BTreeMap<&'a str, Option<&'a str>>,
    /// The same of files of others that stand where the build would write. With any of these nothing may be written.
    pub in_the_way: BTreeMap<&'a str, Option<&'a str>>,
}

/// What writing the `output` of a workspace changes in a folder with these files. Of a build of `only` some clusters,
/// nothing outside their folders is written or deleted.
#[must_use]
pub fn changes<'a>(
    workspace: &str,
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
        let maker = file.made_for.as_deref();
        if maker == Some(workspace) {
            if !changes.write.contains_key(path) {
                changes.delete.insert(path);
            }
        } else if is_in_the_way(path, &changes.write) {
            changes.in_the_way.insert(path, maker);
        } else {
            changes.foreign.insert(path, maker);
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
