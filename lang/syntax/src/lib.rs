//! Text to tree, with comments and all errors; tree to formatted text.
