//! Tables of routes: a rule a line, paths and arrows in columns.

use super::writer::{Row, Writer};
use crate::ast::{RouteEntry, Routes, Rule, RulePattern};
use crate::token::Fixed;

impl Writer<'_> {
    pub fn routes(&mut self, it: &Routes) {
        self.words(2);
        if it.delegated.is_some() {
            self.space();
            self.words(1);
        }
        self.named(it.on.as_ref());
        self.named(it.target.as_ref());
        self.space();
        self.table(&it.entries, |writer, entry| match entry {
            RouteEntry::Rule(rule) => writer.rule(rule),
            RouteEntry::Error(_) => writer.row(),
        });
    }

    fn rule(&mut self, rule: &Rule) -> Row {
        let mut row = self.row();
        self.group(|writer| {
            if rule.name.is_some() {
                writer.tight(2);
                writer.space();
            }
            let methods = match &rule.pattern {
                RulePattern::Http { methods, path } => {
                    writer.methods(methods);
                    let after = writer.piece();
                    if let Some(path) = path {
                        writer.space();
                        writer.expr(path);
                    }
                    path.as_ref().map(|_| after)
                }
                RulePattern::Grpc(_) => {
                    writer.words(1);
                    let after = writer.piece();
                    writer.space();
                    writer.grpc_method();
                    Some(after)
                }
                RulePattern::Otherwise(_) => {
                    writer.words(1);
                    None
                }
            };
            // A name stands before the methods, in the way of the column.
            row.methods = methods.filter(|_| rule.name.is_none());
            writer.continued(|writer| {
                writer.condition(rule.condition.as_ref());
                row.arrow = Some(writer.piece());
                writer.soft(1);
                writer.sign(Fixed::Arrow);
                writer.space();
                writer.expr(&rule.action);
            });
        });
        if let Some(options) = &rule.options {
            self.space();
            self.settings(options);
        }
        row
    }
}
