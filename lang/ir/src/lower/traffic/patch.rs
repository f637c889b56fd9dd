//! `patch`

use crate::lower::scoped::Targets;
use crate::lower::{Lowering, Scope, Settings};
use crate::resolve::{DeclarationId, Kind, Kinds};
use crate::{Patch, PatchId};
use gloo_source::Reported;
use gloo_syntax::ast;

/// What a patch is on.
const PATCHED: Targets = Targets {
    kinds: Kinds::of(&[Kind::Service, Kind::Namespace, Kind::Gateway, Kind::Routes]),
    mesh: true,
    example: "patch legacy on edge { … }",
};

impl Lowering<'_> {
    pub(in crate::lower) fn lower_patch(
        &mut self,
        scope: &Scope<'_>,
        item: &ast::Item,
        it: &ast::Patch,
        id: DeclarationId,
    ) -> Result<Patch, Reported> {
        let settings =
            Settings::read(self, scope, it.name.id, "a patch", &["after", "content"], it.body.settings());
        let after = settings.optional(self, scope, "after", |cx, scope, expr| match expr.word() {
            // The name of a filter is the target's own word.
            Some(word) => Ok(word.text.to_string()),
            None => cx.filled_text(scope, expr),
        });
        let targets = self.targets(scope, &it.on, PATCHED);
        let content = settings.required(self, scope, "content", "file(\"patches/legacy.yaml\")")?;
        Ok(Patch {
            id: PatchId::new(self.names.qualified(id)),
            place: scope.place(it.name.id),
            doc: Self::doc(&item.doc),
            targets: targets?,
            after,
            content: self.text_or_file(scope, content)?,
        })
    }
}
