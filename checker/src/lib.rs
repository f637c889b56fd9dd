//! Exact findings about a program, each with a request that shows it.
