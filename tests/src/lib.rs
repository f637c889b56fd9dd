//! The suites whose tests are data in folders (`suite/`, run by `cli/tests/suite.rs`), what the targets themselves make of
//! manifests (`conformance/`), and the benchmarks.

pub mod conformance;
