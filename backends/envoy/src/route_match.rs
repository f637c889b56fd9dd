//! When a route is taken. A conjunct becomes one match, or several where a test of it is only sayable as a choice.

mod alternatives;
mod attribute;
mod cookie;
mod header;
mod query;

use crate::context::Context;
use crate::request_copy::Copied;
use crate::site::Site;
use crate::text_match;
use alternatives::{Alternatives, Condition};
use envoy_types::pb::envoy::config::route::v3::RouteMatch;
use envoy_types::pb::envoy::config::route::v3::route_match::PathSpecifier;
use gloo_domain::{HostPattern, PathPattern};
use gloo_source::{Place, Reported};
use gloo_target::Conjunct;

/// The most matches that one conjunct may become.
const MOST_MATCHES: usize = 1_000;

/// What the tests of a rule are asked of.
pub(crate) struct Asked<'s, 'a> {
    /// The listener.
    pub(crate) site: &'s mut Site<'a>,
    /// The host whose requests they are.
    pub(crate) host: &'s HostPattern,
    /// Where the rule is written.
    pub(crate) place: Place,
}

/// The matches of a conjunct for the requests of one host: none, if that host can't meet it.
pub(crate) fn of(
    context: &mut Context<'_>,
    site: &mut Site<'_>,
    host: &HostPattern,
    place: Place,
    conjunct: &Conjunct,
) -> Result<Vec<RouteMatch>, Reported> {
    let mut asked = Asked { site, host, place };
    let mut alternatives = Alternatives::always();
    for literal in &conjunct.literals {
        let more = attribute::of(context, &mut asked, literal)?;
        let Some(both) = alternatives.and(&more, MOST_MATCHES) else {
            let construct = format!("a condition that comes to more than {MOST_MATCHES} matches");
            return Err(context.unsupported(asked.place, &construct, "write it as several rules"));
        };
        alternatives = both;
    }
    Ok(alternatives.into_iter().map(|conditions| route_match(asked.site, conditions)).collect())
}

/// A route has room for one test of the path: the others ask a copy of it.
fn route_match(site: &mut Site<'_>, conditions: Vec<Condition>) -> RouteMatch {
    let mut path: Option<PathPattern> = None;
    let mut route = RouteMatch::default();
    for condition in conditions {
        match condition {
            Condition::Path(pattern) if path.is_none() => path = Some(pattern),
            Condition::Path(pattern) => route.headers.push(copied_path(site, &pattern, false)),
            Condition::NotPath(pattern) => route.headers.push(copied_path(site, &pattern, true)),
            Condition::Header(header) => route.headers.push(header),
            Condition::Query(query) => route.query_parameters.push(query),
            Condition::Cookie(cookie) => route.cookies.push(cookie),
            Condition::State(state) => route.filter_state.push(state),
        }
    }
    let (specifier, ignores_case) =
        path.as_ref().map_or((PathSpecifier::Prefix("/".to_owned()), false), of_path);
    route.path_specifier = Some(specifier);
    if ignores_case {
        route.case_sensitive = crate::proto::yes_no(false);
    }
    route
}

fn copied_path(
    site: &mut Site<'_>,
    pattern: &PathPattern,
    negated: bool,
) -> envoy_types::pb::envoy::config::route::v3::HeaderMatcher {
    header::matcher(site.copies.header(Copied::Path), text_match::of_path(pattern), negated)
}

/// The pattern as Envoy's own test of paths, and whether that is told to ignore case.
fn of_path(pattern: &PathPattern) -> (PathSpecifier, bool) {
    let ignores_case = pattern.ignores_case();
    if let Some(exact) = pattern.as_exact() {
        (PathSpecifier::Path(exact), ignores_case)
    } else if let Some(prefix) = pattern.as_string_prefix() {
        (PathSpecifier::Prefix(prefix), ignores_case)
    } else if let Some(prefix) = pattern.as_segment_prefix() {
        (PathSpecifier::PathSeparatedPrefix(prefix), ignores_case)
    } else {
        (PathSpecifier::SafeRegex(crate::regex::matcher(pattern.to_regex())), false)
    }
}
