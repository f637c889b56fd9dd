//! How the files of a build are laid out, and where in a Git repository they stand.

use crate::arguments::{BuildArguments, LayoutArgument};
use crate::workspace::Workspace;
use crate::world::World;
use anyhow::{Result, bail};
use gloo_target::{Layout, Repository};
use std::path::{Component, Path, PathBuf};

/// How the files are laid out. What that needs and `gloo.toml` doesn't say is reported there.
///
/// # Errors
/// It isn't known where in a repository the files are.
pub fn of(
    arguments: &BuildArguments,
    workspace: &mut Workspace,
    folder: &Path,
    world: &dyn World,
) -> Result<Layout> {
    let manifest = &workspace.compiled.manifest;
    let chosen = match arguments.layout {
        None => manifest.layout,
        Some(LayoutArgument::Flat) => gloo_ir::Layout::Flat,
        Some(LayoutArgument::Kustomize) => gloo_ir::Layout::Kustomize,
        Some(LayoutArgument::Argocd) => gloo_ir::Layout::Argocd,
        Some(LayoutArgument::Flux) => gloo_ir::Layout::Flux,
    };
    let url = manifest.repository.clone().unwrap_or_default();
    let lacking = workspace.manifest().map(|(file, text)| manifest.lacking(file, text, chosen));
    if workspace.is_right() {
        workspace.compiled.diagnostics.extend(lacking.unwrap_or_default());
    }
    let within = || within_repository(folder, &workspace.root, world);
    Ok(match chosen {
        gloo_ir::Layout::Flat => Layout::Flat,
        gloo_ir::Layout::Kustomize => Layout::Kustomize,
        gloo_ir::Layout::Argocd => Layout::ArgoCd(Repository { url, folder: within()? }),
        gloo_ir::Layout::Flux => Layout::Flux { folder: within()? },
    })
}

/// The path of the output folder in its Git repository: the folder around it that has a `.git`, or else the workspace.
///
/// # Errors
/// It is in neither.
fn within_repository(folder: &Path, workspace: &Path, world: &dyn World) -> Result<String> {
    let (folder, workspace) = (plain(folder), plain(workspace));
    let root = folder.ancestors().find(|around| world.exists(&around.join(".git"))).unwrap_or(&workspace);
    if !folder.starts_with(root) {
        bail!(
            "`{}` is in no Git repository and not in the workspace, so it isn't known where Argo CD or Flux finds it; \
             build into a folder of a repository",
            folder.display()
        );
    }
    Ok(crate::workspace::relative(root, &folder))
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}
