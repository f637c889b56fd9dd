//! Files, spans, codes and diagnostics as data.
//!
//! Everything that can go wrong in a program becomes a [`Diagnostic`]: a code, a message, labelled places, help and
//! perhaps a fix. It stays data until somebody renders it ([`render`]), so the command line, the editor and a CI gate
//! show the same thing in their own way.
//!
//! A place is either a [`Span`] (bytes of a file) or a [`Place`] (a node of a file's tree). The steps after parsing
//! speak of places only: a place doesn't move when white space or a comment is added before it, so what they computed
//! stays valid, and is turned into spans at the very end.

mod code;
mod diagnostic;
mod file;
mod line_index;
pub mod render;
mod reported;
mod span;

pub use code::{CODES, Code, Level, Stage};
pub use diagnostic::{Certainty, Diagnostic, Edit, Fix, Label, Severity, sort};
pub use file::{FileId, SourceFile, Sources};
pub use line_index::{LineColumn, LineIndex};
pub use reported::{Reported, Sink};
pub use span::{NodeId, Place, Span};
