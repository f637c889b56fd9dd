//! Where Envoy's program is.

use crate::world::World;
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

/// The variable that names Envoy's program.
const VARIABLE: &str = "GLOO_ENVOY";

/// Where `make deps` puts it, from the folder of a checkout.
const FETCHED: &str = ".deps/envoy/envoy";

/// Envoy's program: the one that `GLOO_ENVOY` names, else the one fetched into a folder above `start` or above gloo's
/// own program, else the one in `PATH`.
///
/// # Errors
/// There is none.
pub fn find(world: &dyn World, start: &Path) -> Result<PathBuf> {
    if let Some(named) = world.variable(VARIABLE).filter(|named| !named.is_empty()) {
        let path = PathBuf::from(&named);
        if !world.exists(&path) {
            bail!("{VARIABLE} names `{named}`, and there is no such file");
        }
        return Ok(path);
    }
    let own = std::env::current_exe().ok();
    let above = start.ancestors().chain(own.iter().flat_map(|own| own.ancestors()));
    let fetched = above.map(|folder| folder.join(FETCHED));
    let path = world.variable("PATH").unwrap_or_default();
    let installed = std::env::split_paths(&path).map(|folder| folder.join("envoy")).collect::<Vec<_>>();
    match fetched.chain(installed).find(|path| world.exists(path)) {
        Some(found) => Ok(found),
        None => bail!(
            "there is no Envoy to run: in a checkout of gloo, `make deps` fetches one; elsewhere install one into PATH, \
             or name its program in {VARIABLE}"
        ),
    }
}
