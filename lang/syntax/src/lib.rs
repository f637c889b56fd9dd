//! Text to tree, with comments and all errors; tree to formatted text.

pub mod ast;
mod balance;
mod comments;
mod confusable;
mod context;
mod expected;
mod format;
mod lexer;
mod number;
mod parser;
mod path;
mod repair;
mod report;
mod spans;
mod string;
mod token;
mod unexpected;

#[expect(
    unused_imports,
    unused_qualifications,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::indexing_slicing,
    clippy::let_unit_value,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used,
    clippy::vec_box,
    reason = "LALRPOP writes it; no input makes its tables fail"
)]
#[cfg_attr(not(test), expect(clippy::wildcard_imports, reason = "LALRPOP writes it"))]
mod grammar {
    include!(concat!(env!("OUT_DIR"), "/grammar.rs"));
}

pub use comments::Comment;
pub use format::{FormatRefused, format};
pub use lexer::lex;
pub use parser::{Parsed, parse};
pub use spans::NodeSpans;
pub use token::{Class, Fixed, Token};
