//! Plan to an Envoy bootstrap.
