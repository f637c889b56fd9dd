//! The words that places know, with what they mean. Tests hold them against what the compiler takes.

mod attributes;
mod calls;
mod declarations;
mod settings;

pub use attributes::{ATTRIBUTES, Attribute, HEADERS, OUTCOMES};
pub use calls::CALLS;
pub use declarations::{DECLARATIONS, KEYWORDS};
pub use settings::{BLOCKS, block, setting};

#[cfg(test)]
mod tests;
