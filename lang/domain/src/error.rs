//! What can be wrong with the text of a pattern, and with the size of a set.

/// Why a text is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PatternErrorKind {
    /// The text isn't written as such a pattern is written.
    Malformed,
    /// The text is well-formed, but no request that passes strict normalisation can match it.
    NeverMatches,
    /// The pattern is beyond the size that is worked with.
    TooLarge,
}

/// An error in the text of a pattern: where in the text, what is wrong, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PatternError {
    /// What kind of error it is.
    pub kind: PatternErrorKind,
    /// Where it begins, in bytes from the start of the pattern's text. At most the text's length.
    pub offset: usize,
    /// How many bytes it covers; zero where something is missing.
    pub length: usize,
    /// What is wrong: lower case, no final period, the user's text in backticks.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl PatternError {
    pub(crate) fn new(range: std::ops::Range<usize>, message: impl Into<String>) -> Self {
        let length = range.end.saturating_sub(range.start);
        let kind = PatternErrorKind::Malformed;
        Self { kind, offset: range.start, length, message: message.into(), help: None }
    }

    pub(crate) fn never(range: std::ops::Range<usize>, message: impl Into<String>) -> Self {
        Self { kind: PatternErrorKind::NeverMatches, ..Self::new(range, message) }
    }

    pub(crate) fn too_large(range: std::ops::Range<usize>, message: impl Into<String>) -> Self {
        Self { kind: PatternErrorKind::TooLarge, ..Self::new(range, message) }
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// A set, or the classes that sets cut each other into, would need more states than is allowed.
///
/// It is never an answer about the sets themselves: whoever gets it reports the question as undecided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the patterns together need more than {limit} states")]
pub struct TooLarge {
    /// The number of states that was allowed.
    pub limit: usize,
}
