//! The language server protocol: the only place that names its libraries.

pub use gen_lsp_types::*;
pub use lsp_server as wire;

/// Why a request is not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It can't be meant: no such file, no such argument.
    Invalid(String),
    /// It can be meant, and can't be done.
    Refused(String),
}

impl Failure {
    /// The number and the text that the protocol has for it.
    #[must_use]
    pub fn parts(self) -> (i32, String) {
        match self {
            Self::Invalid(text) => (wire::ErrorCode::InvalidParams as i32, text),
            Self::Refused(text) => (wire::ErrorCode::RequestFailed as i32, text),
        }
    }
}

/// What a handler gives.
pub type Answer<T> = Result<T, Failure>;
