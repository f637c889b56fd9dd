//! The language server as an editor meets it.

#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
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
