//! A diagnostic as data.

use crate::{Code, Level, Span, Stage};
use serde::{Deserialize, Serialize};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// The program means what was written, but hardly what was wanted.
    Warning,
    /// The program has no meaning, or may not be built.
    Error,
}

impl Severity {
    /// `error` or `warning`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place with what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label<P = Span> {
    /// The place.
    pub place: P,
    /// What is said about it; may be empty.
    pub text: String,
}

/// A replacement of the text at a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit<P = Span> {
    /// What is replaced; an empty span inserts.
    pub place: P,
    /// What stands there afterwards.
    pub text: String,
}

/// Whether a fix may be made without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Certainty {
    /// It says what was meant, and leaves alone what else the program says.
    Safe,
    /// Something else could be meant as well: a name that is only like the one that was written.
    Guess,
}

/// A change that mends the program without changing what else it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix<P = Span> {
    /// What it does, as an order: "write `checkout`".
    pub title: String,
    /// Its edits, which do not overlap.
    pub edits: Vec<Edit<P>>,
    /// Whether it may be made without asking.
    pub certainty: Certainty,
}

/// Something to tell the user about the program.
///
/// The message is in lower case, without a final period, in the user's words and with their text in backticks; advice
/// stands in `help`. The first label is where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic<P = Span> {
    /// What kind of thing it is.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// Where: the first is the primary place.
    pub labels: Vec<Label<P>>,
    /// What to do, one piece of advice each.
    pub help: Vec<String>,
    /// What mends it, if one change does.
    pub fix: Option<Fix<P>>,
    /// A request that shows it, as a line that can be pasted.
    pub request: Option<String>,
}

impl<P> Diagnostic<P> {
    /// A diagnostic of `code` at `place`, with the code's own level as its severity.
    pub fn new(code: Code, place: P, message: impl Into<String>) -> Self {
        let severity = match code.level {
            Level::Error | Level::Deny => Severity::Error,
            Level::Warn | Level::Allow => Severity::Warning,
        };
        let labels = vec![Label { place, text: String::new() }];
        Self { code, severity, message: message.into(), labels, help: Vec::new(), fix: None, request: None }
    }

    /// Says something at the primary place.
    #[must_use]
    pub fn saying(mut self, text: impl Into<String>) -> Self {
        if let Some(label) = self.labels.first_mut() {
            label.text = text.into();
        }
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn label(mut self, place: P, text: impl Into<String>) -> Self {
        self.labels.push(Label { place, text: text.into() });
        self
    }

    /// Adds advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Gives a fix of one edit that may be made without asking.
    #[must_use]
    pub fn fix(self, title: impl Into<String>, place: P, text: impl Into<String>) -> Self {
        self.with_fix(Certainty::Safe, title.into(), place, text.into())
    }

    /// Gives a fix of one edit that somebody has to choose: something else could be meant as well.
    #[must_use]
    pub fn guess(self, title: impl Into<String>, place: P, text: impl Into<String>) -> Self {
        self.with_fix(Certainty::Guess, title.into(), place, text.into())
    }

    fn with_fix(mut self, certainty: Certainty, title: String, place: P, text: String) -> Self {
        self.fix = Some(Fix { title, edits: vec![Edit { place, text }], certainty });
        self
    }

    /// Shows it by a request.
    #[must_use]
    pub fn request(mut self, request: impl Into<String>) -> Self {
        self.request = Some(request.into());
        self
    }

    /// The same diagnostic with its places said otherwise.
    pub fn map_places<Q>(self, mut at: impl FnMut(P) -> Q) -> Diagnostic<Q> {
        let labels = self.labels.into_iter().map(|l| Label { place: at(l.place), text: l.text }).collect();
        let fix = self.fix.map(|fix| Fix {
            title: fix.title,
            edits: fix.edits.into_iter().map(|e| Edit { place: at(e.place), text: e.text }).collect(),
            certainty: fix.certainty,
        });
        Diagnostic {
            code: self.code,
            severity: self.severity,
            message: self.message,
            labels,
            help: self.help,
            fix,
            request: self.request,
        }
    }
}

impl<P> Diagnostic<P> {
    /// Whether it leaves something in the program without a meaning, whatever `[lints]` say: of such a program nothing
    /// can be found out.
    #[must_use]
    pub fn is_mistake(&self) -> bool {
        self.code.level == Level::Error && self.code.stage() < Stage::Findings
    }
}

impl Diagnostic {
    /// The span of the primary place.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|label| label.place)
    }
}

impl<P> Fix<P> {
    /// Whether it may be made without asking.
    #[must_use]
    pub fn is_safe(&self) -> bool {
        self.certainty == Certainty::Safe
    }
}

/// Sorts by file, position and code, as diagnostics are shown; those without a place come first.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span(), diagnostic.code.number));
}
