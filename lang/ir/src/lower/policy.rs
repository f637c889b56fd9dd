//! `policy`

mod clause;
mod limit;
mod message;
mod whole;

pub(super) use whole::of_the_whole;

use super::scoped::Targets;
use super::{Lowering, Scope};
use crate::resolve::{DeclarationId, Kind, Kinds};
use crate::{Clause, Policy, PolicyId};
use gloo_source::{Code, Reported};
use gloo_syntax::ast::{self, Expr, ExprKind};

/// What a policy is on.
const GUARDED: Targets = Targets {
    kinds: Kinds::of(&[Kind::Service, Kind::Namespace, Kind::Gateway, Kind::Routes]),
    mesh: true,
    example: "policy front-door on storefront { … }",
};

impl Lowering<'_> {
    pub(super) fn lower_policy(
        &mut self,
        scope: &Scope<'_>,
        item: &ast::Item,
        it: &ast::Policy,
        id: DeclarationId,
    ) -> Result<Policy, Reported> {
        let clauses: Vec<Result<Clause, Reported>> = it
            .entries
            .iter()
            .filter_map(|entry| match entry {
                ast::ClauseEntry::Clause(clause) => Some(self.clause(scope, clause)),
                ast::ClauseEntry::Error(_) => None,
            })
            .collect();
        let replaces = match &it.replaces {
            Some(reference) => {
                let expr = Expr { id: reference.id, kind: ExprKind::Reference(reference.clone()) };
                let replaced = self.alone(scope, &expr, Kind::Policy)?;
                if replaced == id {
                    let message = format!("the policy `{}` replaces itself", it.name.text);
                    return Err(self.error(scope, Code::CYCLE, reference.id, message, "name another policy"));
                }
                vec![PolicyId::new(self.names.qualified(replaced))]
            }
            None => Vec::new(),
        };
        let targets = self.targets(scope, &it.on, GUARDED)?;
        Ok(Policy {
            id: PolicyId::new(self.names.qualified(id)),
            place: scope.place(it.name.id),
            doc: Self::doc(&item.doc),
            targets,
            shadow: it.shadow.is_some(),
            replaces,
            clauses: clauses.into_iter().collect::<Result<_, _>>()?,
        })
    }
}
