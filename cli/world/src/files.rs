//! Finding and reading a workspace.

use crate::World;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// The name of the file that makes a folder a workspace.
pub const MANIFEST: &str = "gloo.toml";

/// Files larger than this are no rules, scripts or templates that a program takes in.
const MAX_ASSET: usize = 4 * 1024 * 1024;

/// The files of a workspace, as read.
pub struct WorkspaceFiles {
    /// The text of the `gloo.toml`.
    pub manifest: String,
    /// Paths relative to the root, with `/`, and texts: the `*.gloo` files, and where one of them takes in files, all
    /// other texts of the workspace.
    pub files: Vec<(String, String)>,
}

/// The folder of the workspace that `path` is in, or the current folder if it isn't given.
///
/// # Errors
/// There is no such file or folder, or no `gloo.toml` in it or above.
pub fn find_root(path: Option<&Path>, world: &dyn World) -> Result<PathBuf> {
    let current = world.current_folder().context("the current folder can't be read")?;
    let start = path.map_or_else(|| current.clone(), |path| current.join(path));
    if !world.exists(&start) {
        bail!("there is no file or folder `{}`", path.unwrap_or(&start).display());
    }
    let root = start.ancestors().find(|folder| world.exists(&folder.join(MANIFEST)));
    root.map(Path::to_path_buf).with_context(|| {
        let place = path.map_or_else(|| "this folder".to_owned(), |path| format!("`{}`", path.display()));
        format!(
            "no `{MANIFEST}` in {place} or above it: a workspace is a folder with a `{MANIFEST}`; \
             `gloo new DIR` makes one"
        )
    })
}

/// Reads the workspace whose root is given.
///
/// # Errors
/// A folder or a file can't be read.
pub fn read(root: &Path, world: &dyn World) -> Result<WorkspaceFiles> {
    let manifest = text(&root.join(MANIFEST), world)?;
    let (programs, _) = list(root, world)?;
    let mut files = Vec::new();
    for path in programs {
        files.push((relative(root, &path), lossy(world.read(&path)?)));
    }
    files.extend(taken_in(root, &files, world));
    Ok(WorkspaceFiles { manifest, files })
}

/// As [`read`], and what can't be read is left out: a file may vanish while others are read.
pub fn read_what_is_there(root: &Path, world: &dyn World) -> WorkspaceFiles {
    let manifest = world.read(&root.join(MANIFEST)).map(lossy).unwrap_or_default();
    let (programs, _) = list(root, world).unwrap_or_default();
    let readable =
        programs.iter().filter_map(|path| Some((relative(root, path), lossy(world.read(path).ok()?))));
    let mut files: Vec<(String, String)> = readable.collect();
    files.extend(taken_in(root, &files, world));
    WorkspaceFiles { manifest, files }
}

/// What isn't UTF-8 becomes characters that the lexer refuses, each at its place.
fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The other texts, if one of the program's files takes in some.
fn taken_in(root: &Path, files: &[(String, String)], world: &dyn World) -> Vec<(String, String)> {
    let wanted = files.iter().any(|(_, text)| text.contains("file("));
    if wanted { others(root, world) } else { Vec::new() }
}

/// The texts of a workspace that its program can take in, with their paths; none if its folders can't be read.
pub fn others(root: &Path, world: &dyn World) -> Vec<(String, String)> {
    let others = list(root, world).map(|(_, others)| others).unwrap_or_default();
    let mut files = Vec::new();
    for path in others.into_iter().filter(|path| *path != root.join(MANIFEST)) {
        let asset = world.read(&path).ok().filter(|bytes| bytes.len() <= MAX_ASSET);
        if let Some(text) = asset.and_then(|bytes| String::from_utf8(bytes).ok()) {
            files.push((relative(root, &path), text));
        }
    }
    files
}

/// The program files of a workspace, and all others.
fn list(root: &Path, world: &dyn World) -> std::io::Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    // A folder with a `gloo.toml` of its own is another workspace.
    let other = |path: &Path| world.exists(&path.join(MANIFEST));
    let files = world.list(root, &other)?;
    Ok(files.into_iter().partition(|path| path.extension().is_some_and(|end| end == "gloo")))
}

/// The text of a file.
///
/// # Errors
/// It can't be read, or isn't UTF-8.
pub fn text(path: &Path, world: &dyn World) -> Result<String> {
    utf8(world.read(path)?, &path.display().to_string())
}

/// Bytes as text; `name` is what they are of.
///
/// # Errors
/// They aren't UTF-8.
pub fn utf8(bytes: Vec<u8>, name: &str) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() + 1;
        anyhow::anyhow!("`{name}` is not UTF-8 from line {line} on: save it as UTF-8")
    })
}

/// The path relative to the workspace, with `/` between its parts.
pub fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
