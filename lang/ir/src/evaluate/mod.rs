//! What a program means: `decide` says what becomes of one request, step by step.

mod attributes;
mod headers;
mod identity;
mod predicate;
mod request;
pub use attributes::Attributes;
pub use headers::{Headers, is_joined};
pub use identity::{Identity, Source};
pub(crate) use predicate::meets_text;
pub use predicate::{meets, meets_test};
pub use request::{Caller, Certificate, Credential, Entry, Message, Request, Verdict};
