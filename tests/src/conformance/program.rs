//! A workspace as a program.

use anyhow::{Context as _, Result, bail};
use gloo_ir::{Program, compile};
use std::path::{Path, PathBuf};

/// The program of a workspace without errors.
///
/// # Errors
/// It can't be read, or has errors.
pub fn load(workspace: &Path) -> Result<Program> {
    let manifest = std::fs::read_to_string(workspace.join("gloo.toml"))
        .with_context(|| format!("`{}` is no workspace", workspace.display()))?;
    let mut files = Vec::new();
    for path in
        files_below(workspace)?.into_iter().filter(|path| path.extension().is_some_and(|end| end == "gloo"))
    {
        let name = path.strip_prefix(workspace).unwrap_or(&path).display().to_string();
        files.push((name, std::fs::read_to_string(&path)?));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (&**name, &**text)).collect();
    let compiled = compile(&files, Some(&manifest));
    if let Some(error) = compiled.errors().next() {
        bail!("`{}` has errors: {}", workspace.display(), error.message);
    }
    Ok(compiled.program)
}

/// All files below a folder, in the order of their paths.
///
/// # Errors
/// A folder can't be read.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let entries = std::fs::read_dir(folder).with_context(|| format!("`{}`", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Copies a folder with everything in it.
///
/// # Errors
/// Something can't be read or written.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    for path in files_below(from)? {
        let target = to.join(path.strip_prefix(from).unwrap_or(&path));
        std::fs::create_dir_all(target.parent().unwrap_or(to))?;
        std::fs::copy(&path, &target).with_context(|| format!("`{}`", target.display()))?;
    }
    Ok(())
}
