//! `access`

use super::scoped::Targets;
use super::{Asking, Lowering, Scope};
use crate::resolve::{Kind, Kinds};
use crate::{Access, AccessRule, Effect};
use gloo_source::{Code, Reported};
use gloo_syntax::ast;

/// What an access block covers.
const COVERS: Targets = Targets {
    kinds: Kinds::of(&[Kind::Service, Kind::Namespace, Kind::Gateway]),
    mesh: true,
    example: "access payments { … }",
};

impl Lowering<'_> {
    pub(super) fn lower_access(
        &mut self,
        scope: &Scope<'_>,
        item: &ast::Item,
        it: &ast::Access,
    ) -> Result<Access, Reported> {
        let rules: Vec<Result<AccessRule, Reported>> = it
            .entries
            .iter()
            .filter_map(|entry| match entry {
                ast::AccessEntry::Rule(rule) => Some(self.access_rule(scope, rule)),
                ast::AccessEntry::Error(_) => None,
            })
            .collect();
        let targets = self.targets(scope, &it.target, COVERS)?;
        for target in &targets {
            if let crate::Scope::Listener(gateway, _) = &target.scope {
                let message = "access is about a whole gateway, not about one listener";
                let help = format!("write `access {gateway}`, and ask for the port: `where port == 443`");
                return Err(self.error(scope, Code::MISPLACED, it.target.id, message, help));
            }
        }
        Ok(Access {
            place: scope.place(item.id),
            doc: Self::doc(&item.doc),
            targets,
            rules: rules.into_iter().collect::<Result<_, _>>()?,
        })
    }

    fn access_rule(&mut self, scope: &Scope<'_>, rule: &ast::AccessRule) -> Result<AccessRule, Reported> {
        let sources = self.sources(scope, &rule.source);
        let condition = self.condition(scope, rule.condition.as_ref(), Asking::Request);
        Ok(AccessRule {
            place: scope.place(rule.id),
            doc: Self::doc(&rule.doc),
            effect: match rule.effect.value {
                ast::Effect::Allow => Effect::Allow,
                ast::Effect::Deny => Effect::Deny,
            },
            sources: sources?,
            condition: condition?,
        })
    }
}
