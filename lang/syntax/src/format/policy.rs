//! Providers and policies, and the edits of headers that options share with them.

use super::writer::Writer;
use crate::ast::{Clause, ClauseEntry, ClauseKind, Edit, EditKind, Limit, Policy, Provider};
use crate::token::Fixed;

impl Writer<'_> {
    pub fn provider(&mut self, it: &Provider) {
        self.words(2);
        self.sign(Fixed::Colon);
        self.space();
        self.words(1);
        self.space();
        self.settings(&it.body);
    }

    pub fn policy(&mut self, it: &Policy) {
        self.words(2);
        self.named(Some(&it.on));
        if it.shadow.is_some() {
            self.space();
            self.words(1);
        }
        if let Some(replaces) = &it.replaces {
            self.space();
            self.words(1);
            self.space();
            self.reference(replaces);
        }
        self.space();
        self.block(&it.entries, |writer, entry| {
            if let ClauseEntry::Clause(clause) = entry {
                writer.clause(clause);
            }
        });
    }

    fn clause(&mut self, it: &Clause) {
        self.words(1);
        self.space();
        let condition = it.condition.as_ref();
        match &it.kind {
            ClauseKind::Require(argument)
            | ClauseKind::Waf(argument)
            | ClauseKind::Wasm(argument)
            | ClauseKind::Lua(argument)
            | ClauseKind::MaxBody(argument)
            | ClauseKind::Compress(argument) => {
                self.expr(argument);
            }
            ClauseKind::Limit(limit) => self.limit(limit),
            ClauseKind::Mask(mask) => {
                self.expr(&mask.what);
                self.space();
                self.words(1);
                self.space();
                self.expr(&mask.places);
                if let Some(options) = &mask.options {
                    self.space();
                    self.settings(options);
                }
            }
            ClauseKind::Cors(block) | ClauseKind::Csrf(block) => self.settings(block),
            ClauseKind::Transform(transform) => {
                self.words(1);
                self.space();
                self.edits(&transform.edits);
            }
        }
        self.condition_alone(condition);
    }

    fn limit(&mut self, it: &Limit) {
        self.expr(&it.rate);
        self.space();
        // `per` and where is counted.
        self.words(2);
        self.named(it.via.as_ref());
        self.named(it.by.as_ref());
    }

    /// The braces of edits.
    pub fn edits(&mut self, edits: &[Edit]) {
        self.block(edits, |writer, edit| match &edit.kind {
            EditKind::Set { name, value } | EditKind::Add { name, value } => {
                writer.words(1);
                writer.space();
                writer.key(name);
                writer.sign(Fixed::Colon);
                writer.space();
                writer.expr(value);
            }
            EditKind::Remove { name } => {
                writer.words(1);
                writer.space();
                writer.key(name);
            }
            EditKind::Body(body) => {
                writer.words(1);
                writer.space();
                writer.expr(body);
            }
            EditKind::Error => {}
        });
    }
}
