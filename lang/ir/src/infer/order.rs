//! The order in which `let`s are checked: what one uses before it, so that none is read within another however long
//! the chain is.

use crate::lower::{Lowering, MAX_DEPTH, Scope};
use crate::resolve::DeclarationId;
use gloo_syntax::ast::{Entry, Expr, ExprKind, KeyKind, Let, Reference};

/// A `let` whose uses are being looked at, and those of them that haven't been yet.
struct Open {
    id: DeclarationId,
    uses: Vec<DeclarationId>,
}

impl Lowering<'_> {
    /// Checks a `let` after all those that it uses.
    pub(crate) fn check_in_order(&mut self, id: DeclarationId) {
        let Some(template) = self.environment.template(id) else { return };
        if self.ordered.insert(id) {
            self.check_after(id, &template, true);
        }
    }

    /// Checks the `let`s that one uses, which is itself about to be checked.
    pub(crate) fn check_uses_of(&mut self, id: DeclarationId, template: &Let) {
        self.ordered.insert(id);
        self.check_after(id, template, false);
    }

    /// Goes down through the uses without recursion: a chain may be as long as a program.
    fn check_after(&mut self, id: DeclarationId, template: &Let, itself: bool) {
        let mut open = vec![Open { id, uses: self.uses_of(id, template) }];
        while let Some(last) = open.last_mut() {
            let Some(next) = last.uses.pop() else {
                let done = open.pop().map_or(id, |done| done.id);
                if (itself || done != id)
                    && let Some(template) = self.environment.template(done)
                {
                    let steps = std::mem::take(&mut self.steps);
                    // What is wrong is said where it is declared.
                    let _ = self.check_template(done, &template);
                    self.steps = steps;
                }
                continue;
            };
            if let Some(start) = open.iter().position(|around| around.id == next) {
                // A shorter circle is found where it is read, which is sure that it is one.
                if open.len() - start > MAX_DEPTH {
                    self.found_cycle(open.iter().skip(start).map(|around| around.id).collect());
                }
            } else if self.ordered.insert(next)
                && let Some(template) = self.environment.template(next)
            {
                let uses = self.uses_of(next, &template);
                open.push(Open { id: next, uses });
            }
        }
    }

    /// The `let`s that the body of a `let` names.
    fn uses_of(&mut self, id: DeclarationId, template: &Let) -> Vec<DeclarationId> {
        let scope = Scope::of_file(id.file);
        let mut references = Vec::new();
        let mut left = vec![&template.body];
        while let Some(expr) = left.pop() {
            match &expr.kind {
                ExprKind::Literal(_) | ExprKind::Error => {}
                ExprKind::Reference(reference) => references.push(reference),
                ExprKind::Call(call) => {
                    references.push(&call.callee);
                    for argument in &call.arguments {
                        left.extend(argument.name.iter().chain([&argument.value]));
                    }
                }
                ExprKind::List(parts) | ExprKind::And(parts) | ExprKind::Or(parts) => left.extend(parts),
                ExprKind::Pair(one, other) => left.extend([&**one, &**other]),
                ExprKind::Not(inner) | ExprKind::Group(inner) => left.push(inner),
                ExprKind::Comparison(it) => left.extend([&it.left, &it.right]),
                ExprKind::Block(block) => {
                    for entry in &block.entries {
                        match entry {
                            Entry::Setting(setting) => left.extend(of_setting(setting)),
                            Entry::With { options, .. } => left.push(options),
                            Entry::Headers(_) | Entry::Error(_) => {}
                        }
                    }
                }
            }
        }
        let is_parameter = |reference: &&Reference| {
            let first = reference.segments.first();
            template.parameters.iter().flatten().any(|it| first.is_some_and(|name| name.text == it.name.text))
        };
        references.retain(|reference| !is_parameter(reference));
        references.into_iter().filter_map(|reference| self.template_named(&scope, reference)).collect()
    }
}

fn of_setting(setting: &gloo_syntax::ast::Setting) -> impl Iterator<Item = &Expr> {
    let key = match &setting.key.kind {
        KeyKind::Attribute(expr) => Some(&**expr),
        KeyKind::Word(_) | KeyKind::Quoted(_) => None,
    };
    key.into_iter().chain([&setting.value])
}
