//! Steps 3 to 8 at one proxy, the same at gateways and at services; but for CORS, which is before them.

use super::policies::Applied;
use super::walk::{Ended, Passing, Walk};
use super::{access, authentication, inspection, limit, site};
use crate::{Scope, WasmPhase};

/// Holds a request against the policies and access blocks that it meets at one proxy.
///
/// `policies` are those of the scopes of the request, `log_in` those that could own the callback of a log-in on its
/// host, and `scopes` what access blocks may cover.
pub(crate) fn inspect(
    walk: &mut Walk<'_>,
    policies: &[Applied<'_>],
    log_in: &[Applied<'_>],
    scopes: &[Scope],
    passing: &mut Passing,
) -> Result<(), Ended> {
    if passing.is_message() {
        site::csrf(walk, policies, passing)?;
        inspection::body(walk, policies, passing)?;
        inspection::waf(walk, policies, passing)?;
        inspection::extensions(walk, policies, passing, WasmPhase::Authn)?;
        authentication::answer_for_log_in(walk, log_in, passing)?;
        authentication::authenticate(walk, policies, passing)?;
        inspection::extensions(walk, policies, passing, WasmPhase::Authz)?;
    }
    access::admit(walk, scopes, passing)?;
    if passing.is_message() {
        limit::count(walk, policies, passing);
        inspection::extensions(walk, policies, passing, WasmPhase::Default)?;
    }
    Ok(())
}
