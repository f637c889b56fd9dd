//! References: what they name, and what is said where they name nothing.

use super::{Lowering, Scope};
use crate::ClusterId;
use crate::resolve::{DeclarationId, Hit, Kind, Kinds, Shape, suggest};
use gloo_source::{Code, Diagnostic, Place, Reported};
use gloo_syntax::ast::{Expr, ExprKind, Name, NodeId, Reference};
use std::sync::Arc;

/// What a reference names.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    /// The declaration.
    pub(crate) id: DeclarationId,
    /// What it is.
    pub(crate) kind: Kind,
    /// The words after the declaration's name: its members.
    pub(crate) members: Vec<Member>,
    /// The place of `.*`, where it stands.
    pub(crate) all: Option<Place>,
    /// The cluster after `@`.
    pub(crate) cluster: Option<(ClusterId, Place)>,
    /// The whole reference.
    pub(crate) place: Place,
}

/// A word after a declaration's name.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// The word.
    pub(crate) text: Arc<str>,
    /// Where it stands.
    pub(crate) place: Place,
}

impl Lowering<'_> {
    /// What an expression names, which must be of one of the kinds `wanted`.
    ///
    /// # Errors
    /// Reports that it names nothing, or something else, or isn't a reference.
    pub(crate) fn named(&mut self, scope: &Scope<'_>, expr: &Expr, wanted: Kinds) -> Result<Named, Reported> {
        let expr = expr.ungrouped();
        match &expr.kind {
            ExprKind::Reference(reference) => self.named_reference(scope, expr, reference, wanted),
            _ => self.follow(scope, expr, |cx, scope, expr| match &expr.kind {
                ExprKind::Reference(reference) => cx.named_reference(scope, expr, reference, wanted),
                _ => Err(cx.no_reference(scope, expr, wanted)),
            }),
        }
    }

    fn named_reference(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        reference: &Reference,
        wanted: Kinds,
    ) -> Result<Named, Reported> {
        let (Some(first), rest) =
            (reference.segments.first(), reference.segments.get(1..).unwrap_or_default())
        else {
            return Err(self.silent());
        };
        let cluster = match &reference.cluster {
            Some(name) => Some((self.cluster_named(scope, name)?, scope.place(name.id))),
            None => None,
        };
        let all = reference.all.map(|node| scope.place(node));
        if let Some(binding) = scope.binding(&first.text) {
            let Some((argument, outer)) = binding.value else { return Err(self.silent()) };
            let named = self.named(outer, argument, wanted)?;
            return self.extended(scope, expr.id, named, rest, all, cluster);
        }
        let words: Vec<&str> = reference.segments.iter().map(|name| &*name.text).collect();
        let hit = match self.names.find(scope.file, &words, wanted.with(Kind::Let)) {
            Ok(hit) => hit,
            Err(miss) => return Err(self.missed(scope, reference, &words, wanted, &miss)),
        };
        let members = reference.segments.get(hit.words..).unwrap_or_default();
        let kind = self.names.kind(hit.id).unwrap_or(Kind::Let);
        if kind == Kind::Let {
            self.mark_used(scope, reference.id, hit);
            let named = self.through_template(scope, expr, hit, wanted)?;
            return self.extended(scope, expr.id, named, members, all, cluster);
        }
        self.mark_used(scope, reference.id, hit);
        let members = members.iter().map(|name| Member::of(scope, name)).collect();
        Ok(Named { id: hit.id, kind, members, all, cluster, place: scope.place(expr.id) })
    }

    /// What a `let` names that stands at the beginning of a reference.
    fn through_template(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        hit: Hit,
        wanted: Kinds,
    ) -> Result<Named, Reported> {
        self.instantiate(scope, expr, hit.id, None, |cx, scope, expr| cx.named(scope, expr, wanted))
    }

    /// What a parameter or a `let` names, with what stands after it.
    fn extended(
        &mut self,
        scope: &Scope<'_>,
        node: NodeId,
        mut named: Named,
        rest: &[Name],
        all: Option<Place>,
        cluster: Option<(ClusterId, Place)>,
    ) -> Result<Named, Reported> {
        if named.cluster.is_some() && cluster.is_some() {
            let message = "the cluster is named twice";
            return Err(self.error(scope, Code::REPEATED, node, message, "name it once"));
        }
        named.members.extend(rest.iter().map(|name| Member::of(scope, name)));
        named.all = named.all.or(all);
        named.cluster = named.cluster.or(cluster);
        named.place = scope.place(node);
        Ok(named)
    }

    /// The cluster that a word after `@` names.
    pub(crate) fn cluster_named(&mut self, scope: &Scope<'_>, name: &Name) -> Result<ClusterId, Reported> {
        let reference = Reference { id: name.id, segments: vec![name.clone()], all: None, cluster: None };
        let expr = Expr { id: name.id, kind: ExprKind::Reference(reference) };
        self.cluster(scope, &expr)
    }

    /// A cluster.
    pub(crate) fn cluster(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<ClusterId, Reported> {
        let named = self.named(scope, expr, Kinds::of(&[Kind::Cluster]))?;
        self.nothing_after(scope, &named)?;
        Ok(ClusterId::new(self.names.qualified(named.id)))
    }

    /// Clusters, one or a list, none of them twice.
    pub(crate) fn clusters(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Vec<ClusterId>, Reported> {
        let mut seen: std::collections::BTreeMap<ClusterId, NodeId> = std::collections::BTreeMap::new();
        self.one_or_list(scope, expr, |cx, scope, expr| {
            let cluster = cx.cluster(scope, expr)?;
            if let Some(first) = seen.insert(cluster.clone(), expr.id) {
                cx.repeated(scope, expr.id, first, &format!("`{cluster}`"));
            }
            Ok(cluster)
        })
    }

    /// Refuses members, `.*` and `@` after a name that stands alone.
    pub(crate) fn nothing_after(&mut self, scope: &Scope<'_>, named: &Named) -> Result<(), Reported> {
        let noun = named.kind.noun();
        let name = self.names.qualified(named.id);
        let (place, message) = if let Some(member) = named.members.first() {
            (member.place, format!("the {noun} `{name}` has no member `{}`", member.text))
        } else if let Some(place) = named.all {
            (
                place,
                format!("`.*` stands after a namespace only, and `{name}` is {}", named.kind.with_article()),
            )
        } else if let Some((_, place)) = &named.cluster {
            (*place, format!("the {noun} `{name}` can't be narrowed to a cluster here"))
        } else {
            return Ok(());
        };
        let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, place, message).help(format!("write `{name}`"));
        Err(self.report(scope, diagnostic))
    }

    /// A declaration that stands alone, by its qualified name.
    pub(crate) fn alone(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        kind: Kind,
    ) -> Result<DeclarationId, Reported> {
        let named = self.named(scope, expr, Kinds::of(&[kind]))?;
        self.nothing_after(scope, &named)?;
        Ok(named.id)
    }

    /// Refuses a cluster that a declaration isn't placed on.
    pub(crate) fn placed_on(
        &mut self,
        scope: &Scope<'_>,
        id: DeclarationId,
        cluster: &ClusterId,
        place: Place,
    ) -> Result<(), Reported> {
        let clusters = self.names.clusters(id);
        if clusters.contains(cluster) {
            return Ok(());
        }
        let noun = self.names.kind(id).map_or("name", Kind::noun);
        let name = self.names.qualified(id);
        let message = format!("the {noun} `{name}` is not on the cluster `{cluster}`");
        let on = suggest::all_of(&suggest::quoted(clusters));
        let help = if on.is_empty() { "declare a cluster".to_owned() } else { format!("it is on {on}") };
        Err(self.report(scope, Diagnostic::new(Code::MISPLACED, place, message).help(help)))
    }

    /// What others see of a declaration.
    pub(crate) fn shape(&self, id: DeclarationId) -> Option<&Shape> {
        self.names.declared(id).map(|it| &it.shape)
    }
}

impl Member {
    fn of(scope: &Scope<'_>, name: &Name) -> Self {
        Self { text: name.text.clone(), place: scope.place(name.id) }
    }
}
