//! What must hold, and single requests that are tried: a case a line, requests and arrows in columns.

use super::writer::{Row, Writer};
use crate::ast::{Case, CaseEntry, CaseRequest, Claim, ClaimEntry, Expr, Prove, Scope, Test};
use crate::token::Fixed;

impl Writer<'_> {
    pub fn prove(&mut self, it: &Prove) {
        self.words(2);
        self.space();
        self.block(&it.entries, |writer, entry| {
            if let ClaimEntry::Claim(claim) = entry {
                writer.claim(claim);
            }
        });
    }

    fn claim(&mut self, it: &Claim) {
        self.group(|writer| {
            // `every request`
            writer.words(2);
            writer.continued(|writer| {
                writer.scope(&it.scope);
                writer.condition(it.condition.as_ref());
                writer.outcome(&it.outcome);
            });
        });
    }

    fn scope(&mut self, it: &Scope) {
        for part in [&it.from, &it.through, &it.to, &it.on].into_iter().flatten() {
            self.soft(1);
            self.words(1);
            self.space();
            self.expr(part);
        }
    }

    fn outcome(&mut self, outcome: &Expr) {
        self.soft(1);
        self.sign(Fixed::Arrow);
        self.space();
        self.expr(outcome);
    }

    pub fn test(&mut self, it: &Test) {
        self.words(2);
        self.space();
        self.table(&it.entries, |writer, entry| match entry {
            CaseEntry::Case(case) => writer.case(case),
            CaseEntry::Error(_) => writer.row(),
        });
    }

    fn case(&mut self, it: &Case) -> Row {
        let mut row = self.row();
        self.words(1);
        row.methods = Some(self.piece());
        match &it.request.value {
            CaseRequest::Http { target, .. } => {
                self.space();
                self.expr(target);
            }
            CaseRequest::Grpc(_) => {
                self.space();
                self.grpc_method();
            }
            CaseRequest::Tcp => row.methods = None,
        }
        let lines = it.attributes.as_ref().is_some_and(|attributes| {
            self.space();
            let before = self.next_token();
            self.settings(attributes);
            self.has_newline(before, self.next_token())
        });
        self.group(|writer| {
            writer.continued(|writer| {
                writer.scope(&it.scope);
                row.arrow = Some(writer.piece()).filter(|_| !lines);
                writer.outcome(&it.outcome);
            });
        });
        row
    }
}
