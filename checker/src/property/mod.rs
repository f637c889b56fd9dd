//! The analyses, one file each.

mod conflicting_routes;
mod idle_rule;
mod impossible_match;
mod proof_failed;
mod retry_budget;
mod shadowed_rule;
mod test_failed;
mod weight_zero;

pub use conflicting_routes::conflicting_routes;
pub(crate) use idle_rule::idle_rule;
pub(crate) use impossible_match::impossible_match;
pub(crate) use proof_failed::proof_failed;
pub(crate) use retry_budget::retry_budget;
pub(crate) use shadowed_rule::shadowed_rule;
pub use test_failed::{test_failed, test_failed_at};
pub(crate) use weight_zero::weight_zero;
