//! Who may call a service, by its access blocks alone.

use crate::atoms::{Atoms, Sources, Universe};
use crate::callers::everybody;
use crate::diagram::Diagrams;
use crate::entrance::sourced;
use crate::undecided::Undecided;
use gloo_ir::evaluate::{Caller, Source, covers};
use gloo_ir::{Access, AccessRule, ClusterId, Effect, Mtls, Predicate, Program, Scope, Service, Test};
use oxidd::BooleanFunction;
use std::collections::HashSet;
use std::sync::Arc;

/// The access blocks that cover a service on a cluster.
pub(crate) fn covering<'a>(
    program: &'a Program,
    cluster: &ClusterId,
    service: &Service,
) -> Vec<&'a Arc<Access>> {
    let scopes = scopes(service);
    program.access.iter().filter(|access| covers(&access.targets, cluster, &scopes)).collect()
}

/// What a declaration can be on to speak of a service: the outermost first.
pub(crate) fn scopes(service: &Service) -> [Scope; 3] {
    [Scope::Mesh, Scope::Namespace(service.namespace.clone()), Scope::Service(service.id.clone())]
}

/// Whether access lets in some call of a service on a cluster by somebody who is no gateway: those send only what their
/// rules say. Claims count as readable.
///
/// # Errors
/// The conditions are beyond the checker's limits.
pub(crate) fn may_be_called(
    program: &Program,
    diagrams: &mut Diagrams,
    cluster: &ClusterId,
    service: &Service,
) -> Result<bool, Undecided> {
    let covering = covering(program, cluster, service);
    if covering.is_empty() {
        return Ok(true);
    }
    let rules = || covering.iter().flat_map(|access| &access.rules);
    let of = |effect: Effect| rules().filter(move |rule| rule.effect == effect).map(speaks_of).collect();
    let denied = Predicate::Not(Box::new(Predicate::Any(of(Effect::Deny))));
    let admitted = Predicate::All(vec![Predicate::Any(of(Effect::Allow)), denied]);
    let mtls = program.mtls(cluster);
    let mut known: HashSet<Predicate> = HashSet::new();
    let others = everybody(program, cluster).into_iter().map(|(_, caller)| caller);
    for caller in others.filter(|caller| !matches!(caller, Caller::Gateway(_))) {
        let identity = caller.identity(program, cluster).filter(|_| mtls != Mtls::Off);
        if mtls == Mtls::Strict && identity.is_none() {
            continue;
        }
        let own = sourced(program, &admitted, &Source::Account(identity));
        if !known.insert(own.clone()) {
            continue;
        }
        let universe = Universe { program, paths: program.paths(), sources: Sources::Outside };
        let atoms = Atoms::of(&universe, [&own])?;
        if diagrams.space(&atoms)?.set(&atoms.formula(&own))?.satisfiable() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn speaks_of(rule: &AccessRule) -> Predicate {
    Predicate::Test(Test::Source(rule.sources.clone())).and(rule.condition.clone())
}
