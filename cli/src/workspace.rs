//! Finding and reading a workspace.

use crate::world::World;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// The name of the file that makes a folder a workspace.
pub const MANIFEST: &str = "gloo.toml";

/// The files of a workspace, as read.
pub struct WorkspaceFiles {
    /// The folder of the `gloo.toml`.
    pub root: PathBuf,
    /// The text of the `gloo.toml`.
    pub manifest: String,
    /// The `*.gloo` files: path relative to the root with `/`, and text.
    pub files: Vec<(String, String)>,
    /// Files that are not UTF-8, with the offset of the first byte that isn't.
    pub not_text: Vec<(String, usize)>,
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
    let mut files = Vec::new();
    let mut not_text = Vec::new();
    // A folder with a `gloo.toml` of its own is another workspace.
    let other = |path: &Path| world.exists(&path.join(MANIFEST));
    for path in world.list(root, &other)? {
        if path.extension().is_none_or(|extension| extension != "gloo") {
            continue;
        }
        let name = relative(root, &path);
        let bytes = world.read(&path)?;
        match String::from_utf8(bytes) {
            Ok(text) => files.push((name, text)),
            Err(error) => {
                not_text.push((name.clone(), error.utf8_error().valid_up_to()));
                files.push((name, String::from_utf8_lossy(error.as_bytes()).into_owned()));
            }
        }
    }
    Ok(WorkspaceFiles { root: root.to_path_buf(), manifest, files, not_text })
}

/// The text of a file.
///
/// # Errors
/// It can't be read, or isn't UTF-8.
pub fn text(path: &Path, world: &dyn World) -> Result<String> {
    let bytes = world.read(path)?;
    String::from_utf8(bytes).map_err(|error| {
        anyhow::anyhow!("`{}` is not UTF-8: the byte at offset {} isn't", path.display(), error.utf8_error().valid_up_to())
    })
}

/// The path relative to the workspace, with `/` between its parts.
pub fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
