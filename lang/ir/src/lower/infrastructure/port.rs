//! `port http: 8080`, `port admin: http(9901)`

use crate::lower::{Arguments, Lowering, Scope, Takes};
use crate::resolve::suggest;
use crate::{Port, Protocol};
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{self, Expr, ExprKind, Literal, NodeId};
use std::collections::BTreeMap;

impl Lowering<'_> {
    /// The settings of a service or a host outside without those that were meant as ports, `port: 8080`: these are
    /// reported, and the last is given back.
    pub(super) fn without_ports<'e>(
        &mut self,
        scope: &Scope<'_>,
        settings: impl Iterator<Item = &'e ast::Setting>,
    ) -> (Option<Reported>, Vec<&'e ast::Setting>) {
        let is_port = |setting: &&ast::Setting| setting.key.text().is_some_and(|key| &**key == "port");
        let (ports, settings): (Vec<_>, Vec<_>) = settings.partition(is_port);
        let mut reported = None;
        for port in ports {
            let place = scope.place(port.key.id);
            let advice = format!("write `port http: {}`", crate::lower::show(&port.value));
            let diagnostic =
                Diagnostic::new(Code::MISSING, place, "this port doesn't say which protocol it speaks")
                    .help(advice.clone())
                    .guess(advice, place, "port http");
            reported = Some(self.report(scope, diagnostic));
        }
        (reported, settings)
    }

    /// The ports of a service or a host outside (`owner`), of which there must be one. `unnamed` are ports that were
    /// wrongly written and reported.
    pub(super) fn lower_ports<'e>(
        &mut self,
        scope: &Scope<'_>,
        owner: &ast::Name,
        what: &str,
        ports: impl Iterator<Item = &'e ast::Port>,
        unnamed: Option<Reported>,
    ) -> Result<Vec<Port>, Reported> {
        let mut lowered: Vec<Port> = Vec::new();
        let mut names: BTreeMap<&str, NodeId> = BTreeMap::new();
        let mut numbers: BTreeMap<u16, NodeId> = BTreeMap::new();
        let mut failed = unnamed;
        let mut none = unnamed.is_none();
        for port in ports {
            none = false;
            if let Some(first) = names.insert(&port.name.text, port.name.id) {
                self.declared_twice(scope, &port.name, first);
                continue;
            }
            match self.lower_port(scope, port) {
                Err(reported) => failed = Some(reported),
                Ok(port_of) => {
                    if let Some(first) = numbers.insert(port_of.number, port.id) {
                        self.repeated(scope, port.id, first, &format!("the port `{}`", port_of.number));
                    }
                    lowered.push(port_of);
                }
            }
        }
        if none {
            let message = format!("{what} `{}` has no port", owner.text);
            let help = "add one, as `port http: 8080`";
            return Err(self.error(scope, Code::MISSING, owner.id, message, help));
        }
        failed.map_or(Ok(lowered), Err)
    }

    /// Reports a name that is declared twice in one block.
    pub(in crate::lower) fn declared_twice(&mut self, scope: &Scope<'_>, name: &ast::Name, first: NodeId) {
        let message = format!("`{}` is declared twice", name.text);
        let diagnostic = Diagnostic::new(Code::DUPLICATE_NAME, scope.place(name.id), message)
            .saying("again here")
            .label(scope.place(first), "first here")
            .help("rename one of them");
        self.report(scope, diagnostic);
    }

    fn lower_port(&mut self, scope: &Scope<'_>, port: &ast::Port) -> Result<Port, Reported> {
        let (protocol, number) = match &port.value.ungrouped().kind {
            ExprKind::Call(call) => {
                let word = call.callee.to_string();
                let protocol = self.protocol(scope, call.callee.id, &word)?;
                let arguments = Arguments::read(self, scope, port.value.id, call, Takes::one(&["number"]))?;
                let number = arguments.required(self, scope, "number", "8080")?;
                (protocol, self.port_number(scope, number)?)
            }
            _ => {
                let number = self.port_number(scope, &port.value)?;
                match Protocol::of(&port.name.text) {
                    Some(protocol) => (protocol, number),
                    None => return Err(self.no_protocol(scope, port, number)),
                }
            }
        };
        Ok(Port { name: port.name.text.to_string(), number, protocol, place: scope.place(port.name.id) })
    }

    fn protocol(&mut self, scope: &Scope<'_>, node: NodeId, word: &str) -> Result<Protocol, Reported> {
        Protocol::of(word).ok_or_else(|| {
            let words = Protocol::ALL.iter().map(|protocol| protocol.word());
            let place = scope.place(node);
            let diagnostic =
                Diagnostic::new(Code::UNKNOWN_NAME, place, format!("there is no protocol `{word}`"));
            let listed = suggest::one_of(&suggest::quoted(words.clone()));
            let diagnostic = match suggest::closest(word, words) {
                Some(close) => diagnostic.help(format!("did you mean `{close}`?")).guess(
                    format!("write `{close}`"),
                    place,
                    close,
                ),
                None => diagnostic.help(format!("write {listed}")),
            };
            self.report(scope, diagnostic)
        })
    }

    /// Reports a port whose name says no protocol, and whose value neither.
    fn no_protocol(&mut self, scope: &Scope<'_>, port: &ast::Port, number: u16) -> Reported {
        let name = &port.name.text;
        let message = format!("`{name}` is not a protocol, and the port doesn't name one");
        let diagnostic = Diagnostic::new(Code::MISSING, scope.place(port.name.id), message);
        let words = Protocol::ALL.iter().map(|protocol| protocol.word());
        if let Some(close) = suggest::closest(name, words) {
            let help = format!("did you mean `port {close}: {number}`?");
            return self.report(
                scope,
                diagnostic.help(help).guess(format!("write `{close}`"), scope.place(port.name.id), close),
            );
        }
        let text = format!("http({number})");
        let diagnostic = diagnostic.help(format!("say what is spoken there: `port {name}: {text}`"));
        let is_literal = matches!(port.value.ungrouped().kind, ExprKind::Literal(Literal::Int(_)));
        let diagnostic = if is_literal {
            diagnostic.guess(format!("write `{text}`"), scope.place(port.value.id), text)
        } else {
            diagnostic
        };
        self.report(scope, diagnostic)
    }

    /// A map of labels, from a setting.
    pub(super) fn label_map(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
    ) -> Result<BTreeMap<String, String>, Reported> {
        self.block(scope, expr, "{ app: \"edge\" }", |cx, scope, block| cx.labels(scope, block))
    }
}
