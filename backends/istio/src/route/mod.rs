//! Rules become routes.

pub(crate) mod action;
mod caller;
mod connection;
mod destination;
mod draft;
mod headers;
mod hop;
mod matches;
mod scene;
mod text_test;

pub(crate) use caller::callers;
pub(crate) use connection::{tcp_routes, tls_routes};
pub(crate) use destination::number;
pub(crate) use hop::with_tables;
pub(crate) use scene::{AddressTags, Scene};

use crate::emission::Emission;
use crate::string_match::StringMatch;
use crate::virtual_service::{DirectResponse, HttpMatch, HttpRoute};
use gloo_ir::PathMode;
use gloo_target::PlanRule;
use serde_json::Value;
use std::sync::Arc;

/// The paths that `strict` refuses and Envoy lets pass (semantics.md, "Paths, strict"): malformed escapes, `;` in a
/// segment that begins with `.`, and slashes that merging leaves at the root.
pub(crate) const REFUSED_PATHS: &str =
    r".*(?:%(?:[^0-9A-Fa-f].*|[0-9A-Fa-f][^0-9A-Fa-f].*|[0-9A-Fa-f]?)|/\.[^/]*;.*|//.*)";

/// Routes, and what must be merged into those of a name.
#[derive(Default)]
pub(crate) struct Routes {
    /// In the order in which they decide.
    pub(crate) http: Vec<HttpRoute>,
    /// The route's name and the settings of Envoy's that it needs.
    pub(crate) settings: Vec<(String, Value)>,
}

impl Routes {
    /// The rule that refuses what `strict` refuses, where it is in force. It comes first.
    pub(crate) fn refuse_paths(&mut self, paths: PathMode) {
        if paths == PathMode::Strict {
            let found =
                HttpMatch { uri: Some(StringMatch::Regex(REFUSED_PATHS.to_owned())), ..HttpMatch::default() };
            self.http.push(HttpRoute {
                name: crate::admission::STRICT_PATHS.to_owned(),
                matches: vec![found],
                ..answer(400)
            });
        }
    }

    /// Adds rules. What can't be said has been reported.
    pub(crate) fn add(&mut self, emission: &mut Emission<'_>, scene: Scene<'_>, rules: &[Arc<PlanRule>]) {
        for rule in rules {
            let Ok(matches) = matches::of_rule(emission, scene, rule) else { continue };
            if matches.is_empty() {
                continue;
            }
            let mut route = HttpRoute { name: name(rule), ..HttpRoute::default() };
            let Ok(settings) = action::write(emission, rule, &mut route) else { continue };
            let wrote = (route.name.clone(), settings);
            route.matches = called_by(scene, matches);
            let ends = route.matches.is_empty();
            self.http.push(route);
            if let (name, Some(settings)) = wrote {
                self.settings.push((name, settings));
            }
            if ends {
                break;
            }
        }
        self.settings.dedup();
    }
}

/// A route that answers with that status.
pub(crate) fn answer(status: u16) -> HttpRoute {
    HttpRoute { direct_response: Some(DirectResponse { status, body: None }), ..HttpRoute::default() }
}

/// The matches for one caller. None stands for every request.
fn called_by(scene: Scene<'_>, mut matches: Vec<HttpMatch>) -> Vec<HttpMatch> {
    if let Scene::Mesh { caller, .. } = scene {
        for found in &mut matches {
            found.source_labels = caller.labels();
            found.source_namespace = caller.namespace_name().map(str::to_owned);
        }
    }
    if matches.contains(&HttpMatch::default()) { Vec::new() } else { matches }
}

/// `storefront.buy`, `storefront.rule-3`.
fn name(rule: &PlanRule) -> String {
    format!("{}.{}", rule.origin.table, rule.origin.title.replace(' ', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gloo_domain::Regex;

    #[test]
    fn what_strict_refuses_is_refused() {
        let refused = Regex::parse(REFUSED_PATHS).unwrap();
        for path in ["/a%", "/a%2", "/a%zz", "/a%2z", "/a%z2/b", "/a/..;/b", "/a/.x;y/b", "//", "//a"] {
            assert!(refused.contains(path), "{path}");
        }
        for path in ["/", "/a%C3", "/a%25", "/a;x", "/.well-known/x", "/a/b;/.c", "/a/"] {
            assert!(!refused.contains(path), "{path}");
        }
    }
}
