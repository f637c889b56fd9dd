//! The steps from text to program as incremental queries.
