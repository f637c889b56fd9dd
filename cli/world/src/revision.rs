//! Workspaces as they were at a revision of Git.

use crate::{MANIFEST, WorkspaceFiles, World, find_root};
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Files larger than this are nothing that a program takes in.
const MOST: usize = 4 * 1024 * 1024;

/// The files of the workspace around `folder`, as they were at a revision.
///
/// # Errors
/// There is no Git, no such revision, or no workspace in it.
pub fn read(revision: &str, folder: Option<&Path>, world: &dyn World) -> Result<WorkspaceFiles> {
    let root = find_root(folder, world)?;
    if revision.starts_with('-') {
        bail!("`{revision}` is neither a folder nor a revision of Git");
    }
    let commit = format!("{revision}^{{commit}}");
    let known = run(&root, &["rev-parse", "--verify", "--quiet", &commit], None)?;
    if !known.status.success() {
        bail!("`{revision}` is neither a folder nor a revision of Git");
    }
    let commit = String::from_utf8_lossy(&known.stdout).trim().to_owned();
    let listed = git(&root, &["ls-tree", "-r", "-z", "--name-only", &commit, "."], None)?;
    let listed = String::from_utf8(listed).context("a name of a file is not UTF-8")?;
    let paths: Vec<&str> = listed.split('\0').filter(|path| !path.is_empty()).collect();
    if !paths.contains(&MANIFEST) {
        bail!("the workspace has no `{MANIFEST}` at `{revision}`");
    }
    let wanted = own_files(&paths);
    let texts = contents(&root, &commit, &wanted)?;
    let mut manifest = None;
    let mut files = Vec::new();
    for (path, bytes) in wanted.into_iter().zip(texts) {
        let is_program = path.ends_with(".gloo");
        match String::from_utf8(bytes) {
            Ok(text) if path == MANIFEST => manifest = Some(text),
            Ok(text) => files.push((path.to_owned(), text)),
            Err(error) if is_program => {
                files.push((path.to_owned(), String::from_utf8_lossy(error.as_bytes()).into_owned()));
            }
            Err(_) => {}
        }
    }
    let takes_in = files.iter().any(|(path, text)| path.ends_with(".gloo") && text.contains("file("));
    files.retain(|(path, text)| path.ends_with(".gloo") || (takes_in && text.len() <= MOST));
    let manifest = manifest.with_context(|| format!("`{MANIFEST}` is not UTF-8 at `{revision}`"))?;
    Ok(WorkspaceFiles { manifest, files })
}

/// The paths that are of the workspace itself: nothing hidden, and nothing of a workspace inside of it.
fn own_files<'p>(paths: &[&'p str]) -> Vec<&'p str> {
    let inner: BTreeSet<&str> = paths
        .iter()
        .filter_map(|path| path.strip_suffix(MANIFEST))
        .filter(|folder| !folder.is_empty())
        .collect();
    let is_hidden = |path: &str| path.split('/').any(|part| part.starts_with('.'));
    let is_own = |path: &&&str| !is_hidden(path) && !inner.iter().any(|folder| path.starts_with(folder));
    paths.iter().filter(is_own).copied().collect()
}

/// The contents of files of a commit, in their order.
fn contents(root: &Path, commit: &str, paths: &[&str]) -> Result<Vec<Vec<u8>>> {
    let prefix = git(root, &["rev-parse", "--show-prefix"], None)?;
    let prefix = String::from_utf8_lossy(&prefix).trim_end_matches(['\n', '\r']).to_owned();
    let asked: String = paths.iter().map(|path| format!("{commit}:{prefix}{path}\n")).collect();
    let answer = git(root, &["cat-file", "--batch"], Some(asked))?;
    let mut rest = answer.as_slice();
    let mut all = Vec::new();
    for path in paths {
        // `HASH blob SIZE`, a line feed, the bytes, a line feed.
        let end = rest.iter().position(|byte| *byte == b'\n').context("`git cat-file` said nothing")?;
        let (head, after) = rest.split_at(end);
        let size =
            String::from_utf8_lossy(head).rsplit(' ').next().and_then(|size| size.parse::<usize>().ok());
        let size = size.with_context(|| format!("`git cat-file` can't give `{path}`"))?;
        let bytes = after.get(1..=size).with_context(|| format!("`git cat-file` cut `{path}` off"))?;
        all.push(bytes.to_vec());
        rest = after.get(size + 2..).unwrap_or_default();
    }
    Ok(all)
}

fn git(folder: &Path, arguments: &[&str], input: Option<String>) -> Result<Vec<u8>> {
    let output = run(folder, arguments, input)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`git {}` failed: {}", arguments.first().unwrap_or(&""), said.trim());
    }
    Ok(output.stdout)
}

fn run(folder: &Path, arguments: &[&str], input: Option<String>) -> Result<Output> {
    let mut command = Command::new("git");
    command.current_dir(folder).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut child = command.spawn().context("`git` can't be run: install it, or compare two folders")?;
    let writing = input.zip(child.stdin.take()).map(|(input, mut pipe)| {
        // The answer is read meanwhile: both pipes would fill up otherwise.
        std::thread::spawn(move || pipe.write_all(input.as_bytes()))
    });
    let output = child.wait_with_output().context("`git` broke off")?;
    // What could not be written shows in the answer.
    let _ = writing.map(std::thread::JoinHandle::join);
    Ok(output)
}
