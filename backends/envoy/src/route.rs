//! A rule as routes: one for each way in which it can match, all with the same answer.

use crate::context::{Context, UsedUpstreams};
use crate::http_connection_manager::{FAULT, HEADER_MUTATION};
use crate::site::Site;
use crate::{fault, guard, header_operation, redirect, respond, route_action, route_match};
use envoy_types::pb::envoy::config::route::v3::Route;
use envoy_types::pb::envoy::config::route::v3::route::Action;
use envoy_types::pb::envoy::extensions::filters::http::header_mutation::v3::{
    HeaderMutationPerRoute, Mutations,
};
use envoy_types::pb::google::protobuf::Any;
use envoy_types::util::pack_any;
use gloo_domain::HostPattern;
use gloo_source::Reported;
use gloo_target::{Admission, Answer, PlanRule};
use std::collections::HashMap;

/// The routes of a rule for the requests of one host: those of each part that something else is asked of come before
/// those of what is left.
pub(crate) fn of_rule(
    context: &mut Context<'_>,
    site: &mut Site<'_>,
    host: &HostPattern,
    (rule, admission): (&PlanRule, &Admission),
    used: &mut UsedUpstreams,
) -> Result<Vec<Route>, Reported> {
    let filters = filter_settings(context, site, rule);
    let action = match &rule.answer {
        Answer::Forward(shares) => {
            route_action::of(context, site.gateway, rule, shares, used).map(Action::Route)
        }
        Answer::Redirect(redirect) => Ok(Action::Redirect(redirect::of(site, redirect, rule.path.as_ref()))),
        Answer::Respond(respond) => Ok(Action::DirectResponse(respond::of(site, respond))),
    };
    let headers = match &rule.answer {
        Answer::Forward(shares) => route_action::headers(context, site.gateway, shares),
        Answer::Redirect(_) | Answer::Respond(_) => Vec::new(),
    };
    let place = rule.origin.place;
    let mut matches = Vec::new();
    for part in guard::parts(context, admission, &rule.matches, place)? {
        let guard = guard::settings(context, site, &part.guard, place)?;
        for conjunct in &part.matches {
            let of_part = route_match::of(context, site, host, place, conjunct)?;
            matches.extend(of_part.into_iter().map(|one| (one, guard.clone())));
        }
    }
    let (filters, action) = (filters?, action?);
    let name = format!("{} {}", rule.origin.table, rule.origin.title);
    let routes = matches.into_iter().map(|(one, guard)| Route {
        name: name.clone(),
        r#match: Some(one),
        typed_per_filter_config: filters.clone().into_iter().chain(guard).collect(),
        request_headers_to_add: headers.clone(),
        action: Some(action.clone()),
        ..Route::default()
    });
    Ok(routes.collect())
}

/// What the filters do for the requests of a rule.
fn filter_settings(
    context: &mut Context<'_>,
    site: &mut Site<'_>,
    rule: &PlanRule,
) -> Result<HashMap<String, Any>, Reported> {
    let request = header_operation::mutations(context, &rule.options.request_headers);
    let response = header_operation::mutations(context, &rule.options.response_headers);
    let faults = rule.options.fault.as_ref().map(|fault| fault::of(context, fault)).transpose();
    let (request, mut response, faults) = (request?, response?, faults?);
    if let Answer::Respond(respond) = &rule.answer {
        response.extend(respond::grpc_headers(respond));
    }
    let mut settings = HashMap::new();
    if !request.is_empty() || !response.is_empty() {
        site.changes_headers = true;
        let mutations =
            Mutations { request_mutations: request, response_mutations: response, ..Mutations::default() };
        let mutations = HeaderMutationPerRoute { mutations: Some(mutations) };
        settings.insert(HEADER_MUTATION.to_owned(), pack_any(mutations));
    }
    if let Some(fault) = faults {
        site.has_faults = true;
        settings.insert(FAULT.to_owned(), pack_any(fault));
    }
    Ok(settings)
}
