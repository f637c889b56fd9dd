//! Who may call whom.

use super::writer::Writer;
use crate::ast::{Access, AccessEntry};

impl Writer<'_> {
    pub fn access(&mut self, it: &Access) {
        self.words(1);
        self.space();
        self.expr(&it.target);
        self.space();
        self.block(&it.entries, |writer, entry| {
            if let AccessEntry::Rule(rule) = entry {
                writer.words(1);
                writer.space();
                writer.expr(&rule.source);
                writer.condition_alone(rule.condition.as_ref());
            }
        });
    }
}
