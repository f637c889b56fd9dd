//! Text to tree, with comments and all errors; tree to formatted text.

pub mod ast;
mod spans;

pub use spans::NodeSpans;
