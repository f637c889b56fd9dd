//! Tables of routes.

mod action;
mod attachment;
mod options;
mod retries;
mod rule;

use super::{Fit, Lowering, Scope};
use crate::resolve::DeclarationId;
use crate::{Attachment, Match, Rule, Table, TableId};
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{self, NodeId};
use std::collections::BTreeMap;

/// What the rules of a table are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rules {
    /// HTTP requests.
    Http,
    /// Connections of a `tcp` or `tls` listener.
    Connections,
    /// Either: the body of a `let`, whose uses decide.
    Unknown,
}

impl Rules {
    /// What the ports of destinations must speak.
    fn fit(self) -> Fit {
        match self {
            Self::Http => Fit::Http,
            Self::Connections | Self::Unknown => Fit::Any,
        }
    }
}

impl Lowering<'_> {
    pub(in crate::lower) fn lower_table(
        &mut self,
        scope: &Scope<'_>,
        item: &ast::Item,
        it: &ast::Routes,
        id: DeclarationId,
    ) -> Result<Table, Reported> {
        let attached = self.attachment(scope, it);
        // The rules are read even where the table can't be attached, so that their errors are seen at once.
        let kind = attached.as_ref().map_or(Rules::Unknown, |(_, kind)| *kind);
        let rules = self.rules(scope, it, kind);
        let (attachment, _) = attached?;
        Ok(Table {
            id: TableId::new(self.names.qualified(id)),
            place: scope.place(it.name.id),
            doc: Self::doc(&item.doc),
            attachment,
            rules: rules?,
        })
    }

    fn rules(&mut self, scope: &Scope<'_>, it: &ast::Routes, kind: Rules) -> Result<Vec<Rule>, Reported> {
        let mut rules = Vec::with_capacity(it.entries.len());
        let mut names: BTreeMap<&str, NodeId> = BTreeMap::new();
        let mut otherwise: Option<NodeId> = None;
        let mut failed = None;
        let entries = it.entries.iter().filter_map(|entry| match entry {
            ast::RouteEntry::Rule(rule) => Some(rule),
            ast::RouteEntry::Error(_) => None,
        });
        for (number, rule) in (1..).zip(entries) {
            if let Some(name) = &rule.name
                && let Some(first) = names.insert(&name.text, name.id)
            {
                self.declared_twice(scope, name, first);
            }
            if let Some(otherwise) = otherwise {
                let diagnostic = match rule.pattern {
                    ast::RulePattern::Otherwise(_) => {
                        let message = "there are two `otherwise`, and the first takes all that is left";
                        Diagnostic::new(Code::MISPLACED, scope.place(rule.id), message)
                            .saying("never reached")
                            .label(scope.place(otherwise), "first here")
                            .help("keep one of them")
                    }
                    _ => {
                        let message = "this rule stands after `otherwise`, which takes everything";
                        Diagnostic::new(Code::MISPLACED, scope.place(rule.id), message)
                            .saying("never reached")
                            .label(scope.place(otherwise), "`otherwise` stands here")
                            .help("put `otherwise` last")
                    }
                };
                failed = Some(self.report(scope, diagnostic));
            }
            match self.lower_rule(scope, rule, number, kind) {
                Err(reported) => failed = Some(reported),
                Ok(lowered) => {
                    if lowered.matches == Match::Otherwise {
                        otherwise = Some(rule.id);
                    }
                    rules.push(lowered);
                }
            }
        }
        failed.map_or(Ok(rules), Err)
    }
}

/// Whether the rules of a table so attached are for connections.
fn rules_of(attachment: &Attachment, protocol: Option<crate::ListenerProtocol>) -> Rules {
    match (attachment, protocol) {
        (Attachment::Gateway { .. }, Some(protocol)) if !protocol.is_http() => Rules::Connections,
        _ => Rules::Http,
    }
}
