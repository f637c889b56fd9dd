//! What policies, access, traffic, telemetry and patches are on.

use super::reference::Named;
use super::{Lowering, Scope};
use crate::resolve::{Kind, Kinds, Shape, suggest};
use crate::{ExternalId, GatewayId, NamespaceId, Scope as Target, Scoped, ServiceId, TableId};
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{Expr, ExprKind, Reference};

/// What a declaration may be on.
#[derive(Clone, Copy)]
pub(crate) struct Targets {
    /// Kinds of declarations.
    pub(crate) kinds: Kinds,
    /// Whether `mesh` may stand there.
    pub(crate) mesh: bool,
    /// How it is written, for messages.
    pub(crate) example: &'static str,
}

impl Lowering<'_> {
    /// The targets of a declaration, one or a list, none of them twice.
    pub(super) fn targets(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        takes: Targets,
    ) -> Result<Vec<Scoped>, Reported> {
        let mut seen: Vec<(Target, Option<crate::ClusterId>, gloo_syntax::ast::NodeId)> = Vec::new();
        let targets = self.one_or_list(scope, expr, |cx, scope, expr| {
            let target = cx.scoped(scope, expr, takes)?;
            let first =
                seen.iter().find(|(known, cluster, _)| *known == target.scope && *cluster == target.cluster);
            match first.map(|(_, _, node)| *node) {
                Some(first) => cx.repeated(scope, expr.id, first, "this target"),
                None => seen.push((target.scope.clone(), target.cluster.clone(), expr.id)),
            }
            Ok(target)
        })?;
        if targets.is_empty() {
            let help = format!("name one, as `{}`", takes.example);
            return Err(self.error(scope, Code::MISSING, expr.id, "there is no target", help));
        }
        Ok(targets)
    }

    fn scoped(&mut self, scope: &Scope<'_>, expr: &Expr, takes: Targets) -> Result<Scoped, Reported> {
        let place = scope.place(expr.id);
        if let ExprKind::Reference(reference) = &expr.ungrouped().kind
            && is_mesh(reference)
            && scope.binding("mesh").is_none()
        {
            if !takes.mesh {
                let message = "`mesh` can't stand here";
                let help = format!("name a target, as `{}`", takes.example);
                return Err(self.error(scope, Code::WRONG_KIND, expr.id, message, help));
            }
            let cluster = match &reference.cluster {
                Some(name) => Some(self.cluster_named(scope, name)?),
                None => None,
            };
            return Ok(Scoped { scope: Target::Mesh, cluster, place });
        }
        let named = self.named(scope, expr, takes.kinds)?;
        let target = self.target_named(scope, &named)?;
        let cluster = match &named.cluster {
            Some((cluster, at)) => {
                if matches!(named.kind, Kind::Service | Kind::Namespace | Kind::Gateway) {
                    self.placed_on(scope, named.id, cluster, *at)?;
                }
                Some(cluster.clone())
            }
            None => None,
        };
        Ok(Scoped { scope: target, cluster, place })
    }

    fn target_named(&mut self, scope: &Scope<'_>, named: &Named) -> Result<Target, Reported> {
        let name = self.names.qualified(named.id);
        if let (Some(place), true) = (named.all, named.kind != Kind::Namespace) {
            let message =
                format!("`.*` stands after a namespace only, and `{name}` is {}", named.kind.with_article());
            let diagnostic =
                Diagnostic::new(Code::UNKNOWN_NAME, place, message).help(format!("write `{name}`"));
            return Err(self.report(scope, diagnostic));
        }
        match named.kind {
            Kind::Namespace if named.all.is_some() => Ok(Target::Namespace(NamespaceId::new(name))),
            Kind::Namespace => {
                let message = format!("`{name}` is a namespace, and its services are wanted");
                let fixed = format!("{name}.*");
                let diagnostic = Diagnostic::new(Code::WRONG_KIND, named.place, message)
                    .help(format!("write `{fixed}`"))
                    .fix(format!("write `{fixed}`"), named.place, fixed);
                Err(self.report(scope, diagnostic))
            }
            Kind::Gateway => self.gateway_target(scope, named),
            Kind::Routes => self.table_target(scope, named),
            Kind::External => {
                self.no_members(scope, named)?;
                Ok(Target::External(ExternalId::new(name)))
            }
            _ => {
                self.no_members(scope, named)?;
                Ok(Target::Service(ServiceId::new(name)))
            }
        }
    }

    fn no_members(&mut self, scope: &Scope<'_>, named: &Named) -> Result<(), Reported> {
        let Some(member) = named.members.first() else { return Ok(()) };
        let name = self.names.qualified(named.id);
        let message =
            format!("this is about the whole {} `{name}`, not about `{}`", named.kind.noun(), member.text);
        let diagnostic =
            Diagnostic::new(Code::MISPLACED, member.place, message).help(format!("write `{name}`"));
        Err(self.report(scope, diagnostic))
    }

    fn gateway_target(&mut self, scope: &Scope<'_>, named: &Named) -> Result<Target, Reported> {
        let name = self.names.qualified(named.id);
        let gateway = GatewayId::new(name.clone());
        match named.members.as_slice() {
            [] => Ok(Target::Gateway(gateway)),
            [member] => {
                let known: Vec<String> = match self.shape(named.id) {
                    Some(Shape::Gateway { listeners, .. }) => {
                        listeners.iter().map(|it| it.name.to_string()).collect()
                    }
                    _ => Vec::new(),
                };
                if known.iter().any(|known| **known == *member.text) {
                    return Ok(Target::Listener(gateway, member.text.to_string()));
                }
                Err(self.no_part(scope, &format!("the gateway `{name}` has no listener"), member, &known))
            }
            [_, more, ..] => {
                let message = format!("a listener has no member `{}`", more.text);
                let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, more.place, message);
                Err(self.report(scope, diagnostic.help("name the listener alone")))
            }
        }
    }

    fn table_target(&mut self, scope: &Scope<'_>, named: &Named) -> Result<Target, Reported> {
        let name = self.names.qualified(named.id);
        let table = TableId::new(name.clone());
        match named.members.as_slice() {
            [] => Ok(Target::Table(table)),
            [member] => {
                let known: Vec<String> = match self.shape(named.id) {
                    Some(Shape::Routes { rules, .. }) => rules.iter().map(ToString::to_string).collect(),
                    _ => Vec::new(),
                };
                if known.iter().any(|known| **known == *member.text) {
                    return Ok(Target::Rule(table, member.text.to_string()));
                }
                Err(self.no_part(scope, &format!("the table `{name}` has no rule named"), member, &known))
            }
            [_, more, ..] => {
                let message = format!("a rule has no member `{}`", more.text);
                let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, more.place, message);
                Err(self.report(scope, diagnostic.help("name the rule alone")))
            }
        }
    }

    fn no_part(
        &mut self,
        scope: &Scope<'_>,
        what: &str,
        member: &super::Member,
        known: &[String],
    ) -> Reported {
        let diagnostic =
            Diagnostic::new(Code::UNKNOWN_NAME, member.place, format!("{what} `{}`", member.text));
        let close = suggest::closest(&member.text, known.iter().map(String::as_str));
        let diagnostic = match (close, known) {
            (Some(close), _) => diagnostic.help(format!("did you mean `{close}`?")).guess(
                format!("write `{close}`"),
                member.place,
                close,
            ),
            (None, []) => diagnostic.help("give it a name: `buy: POST /checkout => …`"),
            (None, known) => diagnostic.help(format!("it has {}", suggest::all_of(&suggest::quoted(known)))),
        };
        self.report(scope, diagnostic)
    }
}

fn is_mesh(reference: &Reference) -> bool {
    matches!(reference.segments.as_slice(), [one] if &*one.text == "mesh") && reference.all.is_none()
}
