//! The rule that refuses what strict normalisation refuses.

use super::{RouteRule, reference};
use crate::emitter::Emitter;
use crate::route_match::{PathMatch, RouteMatch};
use gloo_source::Place;
use serde_json::json;

/// Paths that strict normalisation refuses and that Envoy lets through: a malformed escape, a `;` behind dots at the
/// beginning of a segment, and what merging slashes leaves as `//`.
const REFUSED_PATHS: &str = r".*%([^0-9A-Fa-f].*|.[^0-9A-Fa-f].*|.?)|.*/\.[^/]*;.*|//";

/// It ranks above every other regular expression; exact paths are never refused, since a pattern can't be one of these
/// paths. No policy is on it: it comes before all of them.
pub fn refusing_rule<'m>(
    emitter: &mut Emitter<'_>,
    namespace: &str,
    ranked: impl Iterator<Item = &'m RouteMatch>,
    place: Place,
) -> RouteRule {
    let longest = ranked.map(|one| match &one.path {
        PathMatch::Regex(regex) => regex.len(),
        _ => 0,
    });
    let longest = longest.max().unwrap_or(0);
    let mut regex = REFUSED_PATHS.to_owned();
    while regex.len() <= longest {
        regex.push_str("(?:)");
    }
    let filter = "gloo-refuse-path";
    let mut spec = crate::filter::FilterSpec::default();
    spec.respond(&gloo_ir::Respond { status: 400, body: None, grpc: None });
    spec.emit(emitter, namespace, filter, emitter.plan.cluster.place);
    RouteRule {
        name: "refuse-path".to_owned(),
        matches: vec![json!({ "path": { "type": "RegularExpression", "value": regex } })],
        filters: vec![reference(filter)],
        backend_refs: Vec::new(),
        timeouts: None,
        place,
        policy: None,
        guard: crate::admission::Guard::default(),
    }
}
