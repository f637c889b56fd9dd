//! What could not be decided within the limits.

use gloo_domain::TooLarge;
use gloo_source::{Code, Diagnostic, Place};
use oxidd::util::OutOfMemory;

/// A question that has no answer within its limits: never taken for a good one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Undecided {
    /// What there is too much of.
    pub why: String,
    /// What the user can do.
    pub help: String,
}

impl Undecided {
    /// The patterns of an attribute need too many states.
    pub fn patterns(attribute: &str, too_large: &TooLarge) -> Self {
        Self {
            why: format!("the patterns of {attribute} need more than {} states", too_large.limit),
            help: "say fewer of them as regular expressions that begin and end with `.*`".to_owned(),
        }
    }

    /// As a finding at `place`: `question` is what is not known, "whether …".
    pub fn shown(self, place: Place, question: &str) -> Diagnostic<Place> {
        Diagnostic::new(Code::UNDECIDED, place, format!("it is not known {question}"))
            .saying(self.why)
            .help(self.help)
    }

    /// What is asked after some change can't be said of the request as it was sent.
    pub fn derived(what: &str) -> Self {
        Self {
            why: format!("what is asked after this can't be followed: {what}"),
            help: "ask for it before the change, or leave out the change".to_owned(),
        }
    }

    /// What a step with diagrams gave.
    ///
    /// # Errors
    /// It outgrew their memory.
    pub fn of<T>(made: Result<T, OutOfMemory>) -> Result<T, Self> {
        made.map_err(|OutOfMemory| Self::diagram())
    }

    /// The decision diagrams outgrew their memory.
    pub fn diagram() -> Self {
        Self {
            why: "the rules combine in more ways than fit into memory".to_owned(),
            help: "split the table by host, or say fewer conditions on different headers".to_owned(),
        }
    }
}
