//! Plan to Gateway API and Envoy Gateway manifests.
