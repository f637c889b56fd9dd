//! The analyses, one file each.

mod conflicting_routes;
mod failover_nowhere;
mod host_without_listener;
mod idle_rule;
mod impossible_match;
mod name_clash;
mod proof_failed;
mod remote_without_mtls;
mod retry_budget;
mod shadowed_rule;
mod test_failed;
mod tls_mismatch;
mod unreachable_gateway;
mod unreachable_listener;
mod unreachable_service;
mod unreachable_subset;
mod weight_zero;

pub use conflicting_routes::conflicting_routes;
pub(crate) use failover_nowhere::failover_nowhere;
pub(crate) use host_without_listener::host_without_listener;
pub(crate) use idle_rule::idle_rule;
pub(crate) use impossible_match::impossible_match;
pub(crate) use name_clash::name_clash;
pub(crate) use proof_failed::proof_failed;
pub(crate) use remote_without_mtls::remote_without_mtls;
pub(crate) use retry_budget::retry_budget;
pub(crate) use shadowed_rule::shadowed_rule;
pub use test_failed::{test_failed, test_failed_at};
pub(crate) use tls_mismatch::tls_mismatch;
pub(crate) use unreachable_gateway::unreachable_gateway;
pub(crate) use unreachable_listener::unreachable_listener;
pub(crate) use unreachable_service::unreachable_service;
pub(crate) use unreachable_subset::unreachable_subset;
pub(crate) use weight_zero::weight_zero;
