//! The suites whose tests are data in folders (`suite/`, run by `cli/tests/suite.rs`), and the benchmarks.
