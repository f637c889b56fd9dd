//! The `gloo` command.
fn main() {}
