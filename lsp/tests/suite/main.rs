//! The language server as an editor meets it.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "tests read and write files, and fail by a panic"
)]

mod cases;
mod check;
mod editor;
mod protocol;
mod random;
mod speed;
