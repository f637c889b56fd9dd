//! What is asked of callers: tokens by one filter, claims by two. The filters of a listener ask for nothing; each route
//! says what they ask of its requests.

use crate::context::{Context, all};
use crate::http_connection_manager::filter;
use crate::site::Site;
use crate::{claim, jwt};
use envoy_types::pb::envoy::config::rbac::v3::{Permission, Policy, Rbac as Rules, permission, rbac};
use envoy_types::pb::envoy::extensions::filters::http::jwt_authn::v3::{
    JwtAuthentication, JwtProvider, JwtRequirement, PerRouteConfig, per_route_config::RequirementSpecifier,
};
use envoy_types::pb::envoy::extensions::filters::http::rbac::v3::{Rbac, RbacPerRoute};
use envoy_types::pb::envoy::extensions::filters::network::http_connection_manager::v3::HttpFilter;
use envoy_types::pb::google::protobuf::Any;
use envoy_types::util::pack_any;
use gloo_source::{Place, Reported};
use gloo_target::{Admission, Conjunct, Guard, Guarded};
use std::collections::{BTreeMap, HashMap};

/// The name of the filter that refuses by claims.
const DENY: &str = "deny";
/// The name of the filter that lets in by claims.
const ALLOW: &str = "allow";

/// What the routes of a listener ask for.
#[derive(Debug, Default)]
pub(crate) struct Guards {
    providers: BTreeMap<String, JwtProvider>,
    requirements: BTreeMap<String, JwtRequirement>,
    denies: bool,
    allows: bool,
}

impl Guards {
    /// The filters, in the order in which requests meet them.
    pub(crate) fn filters(&self) -> Vec<HttpFilter> {
        let mut filters = Vec::new();
        if !self.providers.is_empty() {
            let tokens = JwtAuthentication {
                providers: self.providers.clone().into_iter().collect(),
                requirement_map: self.requirements.clone().into_iter().collect(),
                ..JwtAuthentication::default()
            };
            filters.push(filter(jwt::FILTER, tokens));
        }
        for (name, runs) in [(DENY, self.denies), (ALLOW, self.allows)] {
            if runs {
                filters.push(filter(name, Rbac::default()));
            }
        }
        filters
    }
}

/// The parts of a rule's requests of which different things are asked.
pub(crate) fn parts(
    context: &mut Context<'_>,
    admission: &Admission,
    matches: &[Conjunct],
    place: Place,
) -> Result<Vec<Guarded>, Reported> {
    admission.guarded(matches).map_err(|too_many| {
        let construct = format!("a rule whose requests the conditions of policies divide into {too_many}");
        context.unsupported(place, &construct, "write the rule, or the conditions, as several")
    })
}

/// What the filters ask of the requests of a route. The site learns which filters that takes.
pub(crate) fn settings(
    context: &mut Context<'_>,
    site: &mut Site<'_>,
    guard: &Guard,
    place: Place,
) -> Result<HashMap<String, Any>, Reported> {
    let mut settings = HashMap::new();
    if !guard.providers.is_empty() {
        jwt::rivals(context, &guard.providers, place)?;
        let told = guard.providers.iter().map(|provider| jwt::provider(context, provider)).collect();
        let names = guard.providers.iter().map(|provider| provider.id.to_string());
        site.guards.providers.extend(names.zip(all(told)?));
        let name = jwt::requirement_name(&guard.providers);
        site.guards.requirements.insert(name.clone(), jwt::requirement(&guard.providers));
        let asked =
            PerRouteConfig { requirement_specifier: Some(RequirementSpecifier::RequirementName(name)) };
        settings.insert(jwt::FILTER.to_owned(), pack_any(asked));
    }
    if !guard.denies.is_empty() {
        site.guards.denies = true;
        settings.insert(DENY.to_owned(), rules(rbac::Action::Deny, &guard.denies));
    }
    if let Some(allows) = &guard.allows {
        site.guards.allows = true;
        settings.insert(ALLOW.to_owned(), rules(rbac::Action::Allow, allows));
    }
    Ok(settings)
}

/// Refuses, or lets in alone, whoever meets one of these.
fn rules(action: rbac::Action, who: &[Conjunct]) -> Any {
    let everything = Permission { rule: Some(permission::Rule::Any(true)) };
    let policy = Policy {
        permissions: vec![everything],
        principals: who.iter().map(claim::principal).collect(),
        ..Policy::default()
    };
    let policies = (!who.is_empty()).then(|| ("claims".to_owned(), policy));
    let rules = Rules { action: action.into(), policies: policies.into_iter().collect(), ..Rules::default() };
    let rbac = Rbac { rules: Some(rules), ..Rbac::default() };
    pack_any(RbacPerRoute { rbac: Some(rbac) })
}
