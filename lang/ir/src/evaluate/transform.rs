//! Steps 10 and 12: what is changed of a request before it goes on, and of its answer.

use super::asked::Change;
use super::effect::HeaderChange;
use super::policies::{Applied, clauses};
use super::walk::{Decider, Passing, Walk};
use super::{Credential, Effect, StepKind};
use crate::{
    At, ClauseKind, Compression, HeaderOperation, MaskPlace, Masked, Predicate, Program, ProviderKind, Test,
    TextTest, TextValue, TokenPlace, TransformBody,
};

/// The request transformations of policies, the outer ones first.
pub(crate) fn requests(walk: &mut Walk<'_>, policies: &[Applied<'_>], passing: &mut Passing) {
    let transforms = clauses(walk.program, policies, &passing.seen, |kind| match kind {
        ClauseKind::TransformRequest(transform) => Some(transform),
        _ => None,
    });
    for (policy, clause, transform) in transforms {
        let decider = Decider::policy(&policy.id, clause.place);
        for operation in &transform.headers {
            change(walk, &decider, operation, passing);
        }
        if let Some(body) = &transform.body {
            let what = body_change(body);
            walk.step(StepKind::Transform, &decider, format!("request body {what}"));
            walk.effect(Effect::RequestBody(what));
        }
    }
}

/// The header operations of a rule on the request, in order.
pub(crate) fn request_headers(
    walk: &mut Walk<'_>,
    decider: &Decider,
    operations: &[At<HeaderOperation>],
    passing: &mut Passing,
) {
    for operation in operations {
        let decider = Decider { place: Some(operation.at), ..decider.clone() };
        change(walk, &decider, operation, passing);
    }
}

/// What policies do to the answer: transformations, then masks, header operations (by the rule), compression.
pub(crate) fn responses(
    walk: &mut Walk<'_>,
    policies: &[Applied<'_>],
    rule: Option<(&Decider, &[At<HeaderOperation>])>,
    passing: &Passing,
) {
    let passing = &Passing { seen: passing.seen.of_effects(), ..passing.clone() };
    let transforms = clauses(walk.program, policies, &passing.seen, |kind| match kind {
        ClauseKind::TransformResponse(transform) => Some(transform),
        _ => None,
    });
    for (policy, clause, transform) in transforms {
        let decider = Decider::policy(&policy.id, clause.place);
        for operation in &transform.headers {
            change_response(walk, &decider, operation, passing);
        }
        if let Some(body) = &transform.body {
            let what = body_change(body);
            walk.step(StepKind::Response, &decider, format!("body {what}"));
            walk.effect(Effect::ResponseBody(what));
        }
    }
    let masks = clauses(walk.program, policies, &passing.seen, |kind| match kind {
        ClauseKind::Mask(mask) => Some(mask),
        _ => None,
    });
    for (policy, clause, mask) in masks {
        let what: Vec<String> = mask.what.iter().map(masked).collect();
        let places: Vec<&str> = mask.places.iter().map(|place| place_word(*place)).collect();
        let what = format!("{} in {}", what.join(", "), places.join(", "));
        walk.step(StepKind::Response, &Decider::policy(&policy.id, clause.place), format!("masks {what}"));
        walk.record.masked |=
            mask.places.iter().any(|place| matches!(place, MaskPlace::Request | MaskPlace::Response));
        walk.effect(Effect::Mask(what));
    }
    if let Some((decider, operations)) = rule {
        for operation in operations {
            let decider = Decider { place: Some(operation.at), ..decider.clone() };
            change_response(walk, &decider, operation, passing);
        }
    }
    let compressions = clauses(walk.program, policies, &passing.seen, |kind| match kind {
        ClauseKind::Compress(kinds) => Some(kinds),
        _ => None,
    });
    for (policy, clause, kinds) in compressions {
        let words: Vec<&'static str> = kinds.iter().map(|kind| compression(*kind)).collect();
        let says = format!("compressed by {}", words.join(" or "));
        walk.step(StepKind::Response, &Decider::policy(&policy.id, clause.place), says);
        walk.effect(Effect::Compress(words));
    }
}

/// Takes the tokens away that their provider does not forward, once it has verified them.
pub(crate) fn strip_tokens(program: &Program, passing: &mut Passing) {
    for provider in passing.seen.verified.clone() {
        let kind = program.providers.get(&provider).map(|provider| &provider.kind);
        let Some(ProviderKind::Jwt { forward: false, from, .. }) = kind else { continue };
        match from {
            TokenPlace::Bearer => passing.seen.has_no_header("authorization"),
            TokenPlace::Header(name, _) => passing.seen.has_no_header(name),
            TokenPlace::Query(name) => {
                passing.seen.query = without(passing.seen.query.as_deref(), name);
                passing.seen.history.change(Change::NoQuery(name.clone()));
            }
            TokenPlace::Cookie(_) => {}
        }
        passing.settle_credential(&provider, Credential::Absent);
    }
}

/// The query without a key.
fn without(query: Option<&str>, name: &str) -> Option<String> {
    let others = query?.split('&').filter(|pair| pair.split('=').next() != Some(name));
    let left: Vec<&str> = others.collect();
    (!left.is_empty()).then(|| left.join("&"))
}

fn change(walk: &mut Walk<'_>, decider: &Decider, operation: &HeaderOperation, passing: &mut Passing) {
    let Some(change) = resolve(walk.program, operation, passing) else { return };
    match &change {
        HeaderChange::Set(name, value) => passing.seen.headers.set(name, value.clone()),
        HeaderChange::Add(name, value) => passing.seen.headers.add(name, value.clone()),
        HeaderChange::Remove(name) => passing.seen.headers.remove(name),
    }
    passing.seen.header_changed(&change, operation);
    let (HeaderChange::Set(name, _) | HeaderChange::Add(name, _) | HeaderChange::Remove(name)) = &change;
    touch_credentials(walk.program, name, passing);
    walk.step(StepKind::Transform, decider, change.to_string());
    walk.effect(Effect::RequestHeader(change));
}

fn change_response(walk: &mut Walk<'_>, decider: &Decider, operation: &HeaderOperation, passing: &Passing) {
    let Some(change) = resolve(walk.program, operation, passing) else { return };
    walk.step(StepKind::Response, decider, change.to_string());
    walk.effect(Effect::ResponseHeader(change));
}

/// The change that an operation comes to on this request: a header set to something absent is removed.
fn resolve(program: &Program, operation: &HeaderOperation, passing: &Passing) -> Option<HeaderChange> {
    if let HeaderOperation::Set(_, TextValue::Attribute(from))
    | HeaderOperation::Add(_, TextValue::Attribute(from)) = operation
    {
        let present = || Predicate::Test(Test::Text(from.clone(), TextTest::Present));
        passing.seen.note(program, present, !passing.seen.texts(from).is_empty());
    }
    match operation {
        HeaderOperation::Set(name, value) => Some(match text(value, passing) {
            Some(value) => HeaderChange::Set(name.clone(), value),
            None => HeaderChange::Remove(name.clone()),
        }),
        HeaderOperation::Add(name, value) => {
            text(value, passing).map(|value| HeaderChange::Add(name.clone(), value))
        }
        HeaderOperation::Remove(name) => Some(HeaderChange::Remove(name.clone())),
    }
}

fn text(value: &TextValue, passing: &Passing) -> Option<String> {
    let seen = &passing.seen;
    match value {
        TextValue::Literal(text) => Some(text.clone()),
        TextValue::Attribute(attribute) => seen.texts(attribute).first().map(ToString::to_string),
        TextValue::Path => seen.path.clone(),
        TextValue::Host => seen.host.clone(),
        TextValue::Method => seen.method.map(|method| method.to_string()),
        TextValue::ClientAddress => seen.client_address.map(|address| address.to_string()),
    }
}

/// A credential is gone with its header; of one whose header was written anew, nobody vouches.
fn touch_credentials(program: &Program, header: &str, passing: &mut Passing) {
    for provider in program.providers.values() {
        if !stands_in(&provider.kind, header)
            || passing.asked_for_credential(&provider.id) == Credential::Absent
        {
            continue;
        }
        let left = if passing.seen.headers.has(header) { Credential::Invalid } else { Credential::Absent };
        passing.settle_credential(&provider.id, left);
    }
}

/// Whether a provider's credential stands in that header (semantics.md, "Credentials").
pub(crate) fn stands_in(kind: &ProviderKind, header: &str) -> bool {
    match kind {
        ProviderKind::Jwt { from: TokenPlace::Bearer, .. }
        | ProviderKind::Basic { .. }
        | ProviderKind::Ldap { .. }
        | ProviderKind::Hmac { .. } => header == "authorization",
        ProviderKind::Jwt { from: TokenPlace::Header(name, _), .. }
        | ProviderKind::ApiKey { header: name, .. } => name == header,
        ProviderKind::Jwt { from: TokenPlace::Cookie(_), .. } | ProviderKind::Oidc { .. } => {
            header == "cookie"
        }
        ProviderKind::Jwt { from: TokenPlace::Query(_), .. }
        | ProviderKind::Opa { .. }
        | ProviderKind::ExtAuthz { .. } => false,
    }
}

fn body_change(body: &TransformBody) -> String {
    match body {
        TransformBody::Replace(pattern, with) => format!("`{}` becomes `{with}`", pattern.source()),
        TransformBody::Json(_) => "made anew from a template".to_owned(),
    }
}

fn masked(what: &Masked) -> String {
    match what {
        Masked::CardNumbers => "card_numbers".to_owned(),
        Masked::SocialSecurityNumbers => "ssn".to_owned(),
        Masked::Pattern(pattern) => format!("pattern({})", pattern.source()),
        Masked::Json(path) => format!("json({path})"),
    }
}

fn place_word(place: MaskPlace) -> &'static str {
    match place {
        MaskPlace::Request => "request",
        MaskPlace::Response => "response",
        MaskPlace::Headers => "headers",
        MaskPlace::Logs => "logs",
    }
}

fn compression(kind: Compression) -> &'static str {
    match kind {
        Compression::Gzip => "gzip",
        Compression::Brotli => "brotli",
        Compression::Zstd => "zstd",
    }
}
