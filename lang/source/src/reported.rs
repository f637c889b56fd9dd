//! The proof that an error has been given.

use crate::{Diagnostic, Place};

/// A value is missing because of an error that has already been reported. Only [`Sink::report`] makes one, so a
/// function that returns `Result<T, Reported>` can neither be silent about a failure nor report it twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reported(());

/// Where diagnostics are gathered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sink<P = Place> {
    diagnostics: Vec<Diagnostic<P>>,
}

impl<P> Default for Sink<P> {
    fn default() -> Self {
        Self { diagnostics: Vec::new() }
    }
}

impl<P> Sink<P> {
    /// An empty sink.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an error, and gives the proof of it.
    pub fn report(&mut self, diagnostic: Diagnostic<P>) -> Reported {
        self.diagnostics.push(diagnostic);
        Reported(())
    }

    /// Adds a warning: nothing is missing because of it.
    pub fn warn(&mut self, diagnostic: Diagnostic<P>) {
        self.diagnostics.push(diagnostic);
    }

    /// What has been gathered, in order.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic<P>] {
        &self.diagnostics
    }

    /// What has been gathered, in order.
    #[must_use]
    pub fn into_diagnostics(self) -> Vec<Diagnostic<P>> {
        self.diagnostics
    }
}
