//! PeerAuthentication: whether callers must show who they are. Of a namespace's own object, or of that of the root
//! namespace, the mode holds; without one callers may show it.

use super::filters::ROOT;
use super::world::World;
use gloo_ir::Mtls;
use gloo_target::Unread;

/// The mode at the workloads of a namespace.
pub(super) fn mode(world: &World<'_>, namespace: &str) -> Result<Mtls, Unread> {
    let of = |name: &str| world.peers.iter().filter(|object| object.namespace == name).collect::<Vec<_>>();
    let own = of(namespace);
    let found = if own.is_empty() { of(ROOT) } else { own };
    let Some(first) = found.first() else { return Ok(Mtls::Permissive) };
    let mut spec = first.spec()?;
    if found.len() > 1 {
        return Err(spec.unread("", "another object speaks of the namespace too"));
    }
    let mut mtls = spec.object("mtls")?.ok_or_else(|| spec.unread("mtls", "it is missing"))?;
    let mode = match mtls.text("mode")? {
        Some("STRICT") => Mtls::Strict,
        Some("PERMISSIVE") => Mtls::Permissive,
        Some("DISABLE") => Mtls::Off,
        _ => return Err(mtls.unread("mode", "it can't be read")),
    };
    mtls.done()?;
    spec.done()?;
    Ok(mode)
}
