//! Where a request goes: a service, some of it, or a host outside, and which port.

use super::reference::{Member, Named};
use super::{Lowering, Scope, show};
use crate::resolve::{DeclarationId, Kind, Kinds, PortShape, Shape, suggest};
use crate::{Destination, ExternalId, ServiceId, Target};
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::Expr;
use std::sync::Arc;

/// What a destination's port must speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// HTTP in some form.
    Http,
    /// Anything.
    Any,
}

impl Lowering<'_> {
    /// A service that stands alone.
    pub(crate) fn service(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<ServiceId, Reported> {
        let id = self.alone(scope, expr, Kind::Service)?;
        Ok(ServiceId::new(self.names.qualified(id)))
    }

    /// A destination: `cart`, `cart.v2.admin@east`, `stripe`.
    pub(crate) fn destination(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        fit: Fit,
    ) -> Result<Destination, Reported> {
        let named = self.named(scope, expr, Kinds::of(&[Kind::Service, Kind::External]))?;
        let (target, port) = self.target(scope, &named)?;
        let port = self.port(scope, expr, &named, port, fit)?;
        Ok(Destination { target, port, place: named.place })
    }

    /// A service, a subset of it, or a host outside, with the port that is named.
    pub(crate) fn target(
        &mut self,
        scope: &Scope<'_>,
        named: &Named,
    ) -> Result<(Target, Option<Member>), Reported> {
        if let Some(place) = named.all {
            let message = "`.*` names all services of a namespace, and one is wanted";
            return Err(
                self.report(scope, Diagnostic::new(Code::UNKNOWN_NAME, place, message).help("name one"))
            );
        }
        let name = self.names.qualified(named.id);
        if named.kind == Kind::External {
            if let Some((_, place)) = &named.cluster {
                let message = format!("`{name}` lies outside, and is on no cluster");
                let diagnostic =
                    Diagnostic::new(Code::MISPLACED, *place, message).help(format!("write `{name}`"));
                return Err(self.report(scope, diagnostic));
            }
            let port = self.only_member(scope, named, named.members.clone())?;
            return Ok((Target::External(ExternalId::new(name)), port));
        }
        let cluster = match &named.cluster {
            Some((cluster, place)) => {
                self.placed_on(scope, named.id, cluster, *place)?;
                Some(cluster.clone())
            }
            None => None,
        };
        let mut members = named.members.clone();
        let is_subset = |member: &Member, cx: &Self| match cx.shape(named.id) {
            Some(Shape::Service { subsets, .. }) => subsets.contains(&member.text),
            _ => false,
        };
        let subset = match members.first() {
            Some(first) if is_subset(first, self) => Some(members.remove(0).text.to_string()),
            _ => None,
        };
        let port = self.only_member(scope, named, members)?;
        Ok((Target::Service { service: ServiceId::new(name), subset, cluster }, port))
    }

    /// The port that is named, where one is: the one member that is left.
    fn only_member(
        &mut self,
        scope: &Scope<'_>,
        named: &Named,
        members: Vec<Member>,
    ) -> Result<Option<Member>, Reported> {
        let mut members = members.into_iter();
        let (first, second) = (members.next(), members.next());
        let Some(first) = first else { return Ok(None) };
        let ports = self.ports(named.id);
        if !ports.iter().any(|port| port.name == first.text) {
            return Err(self.no_member(scope, named.id, &first));
        }
        let Some(second) = second else { return Ok(Some(first)) };
        let message = format!("nothing can stand after the port `{}`", first.text);
        let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, second.place, message);
        Err(self.report(scope, diagnostic.help("a subset stands before the port: `cart.v2.admin`")))
    }

    /// Reports a member that a service or a host outside doesn't have.
    pub(crate) fn no_member(&mut self, scope: &Scope<'_>, id: DeclarationId, member: &Member) -> Reported {
        let (subsets, ports) = match self.shape(id) {
            Some(Shape::Service { subsets, ports, .. }) => (subsets.clone(), ports.clone()),
            Some(Shape::External { ports }) => (Vec::new(), ports.clone()),
            _ => (Vec::new(), Vec::new()),
        };
        let name = self.names.qualified(id);
        let noun = self.names.kind(id).map_or("name", Kind::noun);
        let message = format!("the {noun} `{name}` has no subset or port `{}`", member.text);
        let mut diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, member.place, message);
        let known = || subsets.iter().chain(ports.iter().map(|port| &port.name)).map(|name| &**name);
        diagnostic = match suggest::closest(&member.text, known()) {
            Some(close) => diagnostic.help(format!("did you mean `{close}`?")).guess(
                format!("write `{close}`"),
                member.place,
                close,
            ),
            None if known().count() <= 8 => {
                diagnostic.help(format!("it has {}", suggest::all_of(&suggest::quoted(known()))))
            }
            None => diagnostic.help(format!("declare it in `{name}`")),
        };
        self.report(scope, diagnostic)
    }

    /// The ports of a service or a host outside.
    pub(crate) fn ports(&self, id: DeclarationId) -> &[PortShape] {
        match self.shape(id) {
            Some(Shape::Service { ports, .. } | Shape::External { ports }) => ports,
            _ => &[],
        }
    }

    /// The port that a request goes to: the one that is named, or the only one.
    fn port(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        named: &Named,
        port: Option<Member>,
        fit: Fit,
    ) -> Result<String, Reported> {
        let name = self.names.qualified(named.id);
        let noun = named.kind.noun();
        let ports = self.ports(named.id).to_vec();
        let chosen = match (&port, ports.as_slice()) {
            (Some(member), _) => ports.iter().find(|port| port.name == member.text),
            (None, [only]) => Some(only),
            // The declaration says that it has no port.
            (None, []) => return Err(self.silent()),
            (None, several) => {
                let names: Vec<Arc<str>> = several.iter().map(|port| port.name.clone()).collect();
                let listed = suggest::all_of(&suggest::quoted(&names));
                let message =
                    format!("the {noun} `{name}` has several ports, and the one to go to isn't named");
                let example = names.first().map_or("http", |name| &**name);
                let diagnostic = Diagnostic::new(Code::AMBIGUOUS_PORT, named.place, message);
                let written = show(expr);
                let written = match written.split_once('@') {
                    Some((before, cluster)) => format!("{before}.{example}@{cluster}"),
                    None => format!("{written}.{example}"),
                };
                return Err(
                    self.report(scope, diagnostic.help(format!("it has {listed}: write `{written}`")))
                );
            }
        };
        let Some(chosen) = chosen else { return Err(self.silent()) };
        if let (Fit::Http, Some(protocol)) = (fit, chosen.protocol)
            && !protocol.is_http()
        {
            let message = format!(
                "the port `{}` of `{name}` speaks {}, and this rule is for HTTP",
                chosen.name,
                protocol.word()
            );
            let help =
                "name a port that speaks http, http2 or grpc, or route it on a `tcp` or `tls` listener";
            let place = port.map_or(named.place, |member| member.place);
            return Err(self.report(scope, Diagnostic::new(Code::TYPE_MISMATCH, place, message).help(help)));
        }
        Ok(chosen.name.to_string())
    }
}
