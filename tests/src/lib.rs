//! The suites whose tests are data in folders.
