//! The analyses, one file each.

mod conflicting_routes;
mod test_failed;

pub use conflicting_routes::conflicting_routes;
pub use test_failed::{test_failed, test_failed_at};
