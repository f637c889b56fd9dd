//! What filters ask of callers before a route's action: tokens (`jwt_authn`), and claims (`rbac`).

use super::Site;
use super::listener::Found;
use super::matcher::{self, Text};
use super::upstream::Server;
use gloo_ir::{
    Access, AccessRule, Clause, ClauseKind, ClusterId, Effect, Policy, PolicyId, Predicate, Program,
    Provider, ProviderId, ProviderKind, Scope, Scoped, SourcePattern, Test, TextAttribute, TokenPlace,
};
use gloo_target::{Fields, Unread};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The providers that a `jwt_authn` filter knows, and what of them routes can ask for by a name.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    pub providers: BTreeMap<String, TokenProvider>,
    requirements: BTreeMap<String, Vec<ProviderId>>,
}

/// A provider, and the cluster that its keys are fetched from.
#[derive(Debug)]
pub(super) struct TokenProvider {
    kind: ProviderKind,
    keys: String,
    /// What is said where its keys come from elsewhere.
    unread: Unread,
}

/// What is asked of all requests of a route.
#[derive(Clone, Debug, Default)]
pub(super) struct Guard {
    /// All of them must have verified a token.
    pub providers: Vec<ProviderId>,
    /// Whoever meets one is refused.
    pub denies: Vec<Predicate>,
    /// Whoever meets none is refused, if it is there.
    pub allows: Option<Vec<Predicate>>,
}

impl Guard {
    pub fn is_open(&self) -> bool {
        self.providers.is_empty() && self.denies.is_empty() && self.allows.is_none()
    }
}

/// The metadata in which `jwt_authn` leaves the claims of verified tokens.
const CLAIMS: &str = "envoy.filters.http.jwt_authn";

/// The filter of a listener, which by itself asks for nothing.
pub(super) fn tokens(config: &mut Fields<'_>) -> Result<Tokens, Unread> {
    let mut tokens = Tokens::default();
    if let Some(mut all) = config.object("providers")? {
        for name in all.names() {
            let Some(fields) = all.object(name)? else { continue };
            tokens.providers.insert(name.to_owned(), provider(name, fields)?);
        }
    }
    if let Some(mut all) = config.object("requirement_map")? {
        for name in all.names() {
            let Some(fields) = all.object(name)? else { continue };
            tokens.requirements.insert(name.to_owned(), required(&tokens, fields)?);
        }
    }
    Ok(tokens)
}

fn provider(name: &str, mut fields: Fields<'_>) -> Result<TokenProvider, Unread> {
    let issuer = fields.needed_text("issuer")?.to_owned();
    let audiences = fields.texts("audiences")?.into_iter().map(str::to_owned).collect();
    // Claims are told apart by their provider's name.
    fields.expect("payload_in_metadata", &serde_json::json!(name), "its claims would be another's")?;
    let forward = fields.flag("forward")?.unwrap_or(false);
    let mut places = Vec::new();
    for mut header in fields.objects("from_headers")? {
        let name = header.needed_text("name")?.to_ascii_lowercase();
        let prefix = header.text("value_prefix")?.unwrap_or_default().to_owned();
        header.done()?;
        let is_bearer = name == "authorization" && prefix == "Bearer ";
        places.push(if is_bearer { TokenPlace::Bearer } else { TokenPlace::Header(name, prefix) });
    }
    places.extend(fields.texts("from_params")?.into_iter().map(|name| TokenPlace::Query(name.to_owned())));
    places.extend(fields.texts("from_cookies")?.into_iter().map(|name| TokenPlace::Cookie(name.to_owned())));
    let (Some(from), true) = (places.pop(), places.is_empty()) else {
        return Err(
            fields.unread("", "tokens are looked for in more places than one, or in Envoy's usual ones")
        );
    };
    let mut keys =
        fields.object("remote_jwks")?.ok_or_else(|| fields.unread("remote_jwks", "it is missing"))?;
    fields.done()?;
    keys.ignore(&["cache_duration", "async_fetch"]);
    let mut uri = keys.object("http_uri")?.ok_or_else(|| keys.unread("http_uri", "it is missing"))?;
    keys.done()?;
    uri.ignore(&["timeout"]);
    let unread = uri.unread("cluster", "");
    let (url, cluster) = (uri.needed_text("uri")?.to_owned(), uri.needed_text("cluster")?.to_owned());
    uri.done()?;
    let kind = ProviderKind::Jwt { issuer, jwks: Some(url), audiences, from, forward };
    Ok(TokenProvider { kind, keys: cluster, unread })
}

/// All of these providers (`envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement`).
fn required(tokens: &Tokens, mut fields: Fields<'_>) -> Result<Vec<ProviderId>, Unread> {
    let mut all = Vec::new();
    if let Some(name) = fields.text("provider_name")? {
        if !tokens.providers.contains_key(name) {
            return Err(fields.unread("provider_name", format!("there is no provider `{name}`")));
        }
        all.push(ProviderId::new(name));
    } else if let Some(mut several) = fields.object("requires_all")? {
        for one in several.objects("requirements")? {
            all.extend(required(tokens, one)?);
        }
        several.done()?;
    }
    if all.is_empty() {
        return Err(fields.unread("", "it isn't known which requests this lets pass"));
    }
    fields.done()?;
    Ok(all)
}

/// What a route asks of tokens.
pub(super) fn of_route(tokens: &Tokens, config: &mut Fields<'_>) -> Result<Vec<ProviderId>, Unread> {
    if config.flag("disabled")? == Some(true) {
        return Ok(Vec::new());
    }
    let name = config.needed_text("requirement_name")?;
    let asked = tokens.requirements.get(name).cloned();
    asked.ok_or_else(|| config.unread("requirement_name", format!("there is no requirement `{name}`")))
}

/// Adds what a route asks of an `rbac` filter. A route that says no rules asks nothing.
pub(super) fn add_rbac(guard: &mut Guard, config: &mut Fields<'_>) -> Result<(), Unread> {
    let Some(mut rbac) = config.object("rbac")? else { return Ok(()) };
    let Some(mut rules) = rbac.object("rules")? else { return rbac.done() };
    rbac.done()?;
    let action = rules.text("action")?.unwrap_or("ALLOW");
    let mut who = Vec::new();
    if let Some(mut policies) = rules.object("policies")? {
        for name in policies.names() {
            let Some(policy) = policies.object(name)? else { continue };
            who.push(self::policy(policy)?);
        }
    }
    match action {
        "DENY" => guard.denies.extend(who),
        "ALLOW" if guard.allows.is_none() => guard.allows = Some(who),
        _ => return Err(rules.unread("action", "it can't be read")),
    }
    rules.done()
}

/// Whoever has one of the principals, where the permission is for everything.
fn policy(mut policy: Fields<'_>) -> Result<Predicate, Unread> {
    let permissions = policy.objects("permissions")?;
    if permissions.is_empty() {
        return Err(policy.unread("permissions", "it isn't known what this permits"));
    }
    for mut permission in permissions {
        permission.expect("any", &serde_json::json!(true), "it isn't known what this permits")?;
        permission.done()?;
    }
    let principals = policy.objects("principals")?;
    let any = principals.into_iter().map(principal).collect::<Result<_, _>>()?;
    policy.done()?;
    Ok(Predicate::Any(any))
}

/// Who is meant (`envoy.config.rbac.v3.Principal`).
fn principal(mut fields: Fields<'_>) -> Result<Predicate, Unread> {
    let all = |set: Option<Fields<'_>>| -> Result<Option<Vec<Predicate>>, Unread> {
        let Some(mut set) = set else { return Ok(None) };
        let ids = set.objects("ids")?.into_iter().map(principal).collect::<Result<_, _>>()?;
        set.done()?;
        Ok(Some(ids))
    };
    let read = if let Some(ids) = all(fields.object("and_ids")?)? {
        Predicate::All(ids)
    } else if let Some(ids) = all(fields.object("or_ids")?)? {
        Predicate::Any(ids)
    } else if let Some(one) = fields.object("not_id")? {
        Predicate::Not(Box::new(principal(one)?))
    } else if fields.flag("any")? == Some(true) {
        Predicate::always()
    } else if let Some(mut sourced) = fields.object("sourced_metadata")? {
        let matcher = sourced.object("metadata_matcher")?;
        let matcher = matcher.ok_or_else(|| sourced.unread("metadata_matcher", "it is missing"))?;
        sourced.done()?;
        claim(matcher)?
    } else {
        return Err(fields.unread("", "it isn't known who this is"));
    };
    fields.done()?;
    Ok(read)
}

/// A test of a claim (`envoy.type.matcher.v3.MetadataMatcher`).
fn claim(mut matcher: Fields<'_>) -> Result<Predicate, Unread> {
    matcher.expect("filter", &serde_json::json!(CLAIMS), "it isn't known who writes this")?;
    let mut path = Vec::new();
    for mut segment in matcher.objects("path")? {
        path.push(segment.needed_text("key")?);
        segment.done()?;
    }
    let [provider, name] = path.as_slice() else {
        return Err(matcher.unread("path", "a provider and a claim of its own are expected here"));
    };
    let value = matcher.object("value")?.ok_or_else(|| matcher.unread("value", "it is missing"))?;
    let asked = text_or_list(value)?;
    matcher.done()?;
    let claim = TextAttribute::Claim { provider: ProviderId::new(*provider), name: (*name).to_owned() };
    Ok(Predicate::Test(Test::Text(claim, asked.test())))
}

/// A test of a text that the elements of a list are put to as well: a claim may be either.
fn text_or_list(mut value: Fields<'_>) -> Result<Text, Unread> {
    let unread = value.unread("", "a claim may be a text or a list of texts, and this asks for one of them");
    let mut either = value.object("or_match")?.ok_or_else(|| unread.clone())?;
    value.done()?;
    let mut matchers = either.objects("value_matchers")?;
    either.done()?;
    let (Some(mut list), Some(mut text), true) = (matchers.pop(), matchers.pop(), matchers.is_empty()) else {
        return Err(unread);
    };
    let text_matcher = text.object("string_match")?.ok_or_else(|| unread.clone())?;
    text.done()?;
    let mut list_matcher = list.object("list_match")?.ok_or_else(|| unread.clone())?;
    list.done()?;
    let mut element = list_matcher.object("one_of")?.ok_or_else(|| unread.clone())?;
    list_matcher.done()?;
    let element_matcher = element.object("string_match")?.ok_or_else(|| unread.clone())?;
    element.done()?;
    let (text, element) = (matcher::read(text_matcher)?, matcher::read(element_matcher)?);
    if text.test() == element.test() { Ok(text) } else { Err(unread) }
}

/// The providers of a listener, whose keys come from where their URLs say.
pub(super) fn providers(site: &Site<'_>, tokens: &Tokens) -> Result<Vec<Provider>, Unread> {
    let mut all = Vec::new();
    for (name, told) in &tokens.providers {
        let ProviderKind::Jwt { jwks: Some(url), .. } = &told.kind else { continue };
        if site.servers.get(told.keys.as_str()) != server(url).as_ref() {
            return Err(Unread {
                what: format!("the keys of `{name}` would come from elsewhere than `{url}`"),
                ..told.unread.clone()
            });
        }
        let id = ProviderId::new(name.as_str());
        all.push(Provider { id, place: site.place(), doc: None, kind: told.kind.clone() });
    }
    Ok(all)
}

/// The server of a URL.
fn server(url: &str) -> Option<Server> {
    let (https, rest) = match url.split_once("://")? {
        ("https", rest) => (true, rest),
        ("http", rest) => (false, rest),
        _ => return None,
    };
    let authority = rest.split_once('/').map_or(rest, |(authority, _)| authority);
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, if https { 443 } else { 80 }),
    };
    Some(Server { https, host: host.to_ascii_lowercase(), port })
}

impl Found {
    /// Adds what was read to a program of the cluster.
    pub fn add_to(self, read: &mut Program, cluster: &ClusterId) {
        for provider in self.providers {
            read.providers.insert(provider.id.clone(), Arc::new(provider));
        }
        for table in self.tables {
            read.tables.insert(table.id.clone(), Arc::new(table));
        }
        for (table, rule, guard) in self.guards {
            let Some(place) = read.tables.get(&table).map(|table| table.place) else { continue };
            let on = Scoped {
                scope: Scope::Rule(table.clone(), rule.clone()),
                cluster: Some(cluster.clone()),
                place,
            };
            guard.add_to(read, &format!("{table} {rule}"), on);
        }
    }
}

impl Guard {
    /// Adds what is asked of the requests of a rule.
    fn add_to(self, read: &mut Program, name: &str, on: Scoped) {
        let place = on.place;
        if !self.providers.is_empty() {
            let require = |provider| Clause {
                place,
                doc: None,
                kind: ClauseKind::Require(vec![provider]),
                condition: Predicate::always(),
            };
            let policy = Policy {
                id: PolicyId::new(name),
                place,
                doc: None,
                targets: vec![on.clone()],
                shadow: false,
                replaces: Vec::new(),
                clauses: self.providers.into_iter().map(require).collect(),
            };
            read.policies.insert(policy.id.clone(), Arc::new(policy));
        }
        if self.denies.is_empty() && self.allows.is_none() {
            return;
        }
        // Without a filter that lets in, everybody is let in who isn't refused.
        let allows = self.allows.unwrap_or_else(|| vec![Predicate::always()]);
        let rule = |effect| {
            move |condition| AccessRule {
                place,
                doc: None,
                effect,
                sources: vec![SourcePattern::Any],
                condition,
            }
        };
        let denies = self.denies.into_iter().map(rule(Effect::Deny));
        let rules = denies.chain(allows.into_iter().map(rule(Effect::Allow))).collect();
        read.access.push(Arc::new(Access { place, doc: None, targets: vec![on], rules }));
    }
}
