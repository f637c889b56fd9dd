//! Plan to Istio manifests.
