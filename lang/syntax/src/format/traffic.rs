//! How calls travel and what is told about them; raw target configuration.

use super::writer::Writer;
use crate::ast::{Patch, SignalEntry, Telemetry, Traffic};

impl Writer<'_> {
    pub fn traffic(&mut self, it: &Traffic) {
        self.words(1);
        self.space();
        self.expr(&it.target);
        self.space();
        self.settings(&it.body);
    }

    pub fn telemetry(&mut self, it: &Telemetry) {
        self.words(2);
        self.named(Some(&it.on));
        self.space();
        self.block(&it.entries, |writer, entry| {
            if let SignalEntry::Signal(signal) = entry {
                writer.words(1);
                writer.space();
                writer.settings(&signal.body);
                writer.condition_alone(signal.condition.as_ref());
            }
        });
    }

    pub fn patch(&mut self, it: &Patch) {
        self.words(2);
        self.named(Some(&it.on));
        self.space();
        self.settings(&it.body);
    }
}
