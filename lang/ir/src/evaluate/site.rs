//! Step 3: what other sites may do from a browser (the Fetch standard's CORS protocol; semantics.md, step 3).

use super::asked::Question;
use super::expression::compiled;
use super::policies::{Applied, clauses};
use super::walk::{Decider, Ended, Passing, Walk};
use super::{Effect, Final, Refusal, StepKind};
use crate::{Attachment, ClauseKind, Cors, Origin, Predicate, Program, Table, Test, TextAttribute, TextTest};
use gloo_domain::{HostPattern, Method, Regex, escaped};

/// Answers a preflight whose origin is allowed with 200, and lets everything else go on.
pub(crate) fn cors(walk: &mut Walk<'_>, policies: &[Applied<'_>], passing: &Passing) -> Result<(), Ended> {
    let allowing = clauses(walk.program, policies, &passing.seen, |kind| match kind {
        ClauseKind::Cors(cors) => Some(cors),
        _ => None,
    });
    if allowing.is_empty() {
        return Ok(());
    }
    let Some(origin) = header(walk.program, passing, "origin") else { return Ok(()) };
    for (policy, clause, cors) in allowing {
        let decider = Decider::policy(&policy.id, clause.place);
        for allowed in &cors.origins {
            passing.seen.note(walk.program, || is_allowed(allowed), allows(allowed, &origin));
        }
        if !cors.origins.iter().any(|allowed| allows(allowed, &origin)) {
            walk.step(
                StepKind::Cors,
                &decider,
                format!("`{origin}` is not allowed, and goes on as any other"),
            );
            continue;
        }
        if requested_method(walk.program, passing).is_some() {
            let methods = methods(cors);
            walk.step(StepKind::Cors, &decider, format!("answers the preflight of `{origin}`: {methods}"));
            return Err(Final::Responded { status: 200, by: decider.name }.into());
        }
        walk.step(StepKind::Cors, &decider, format!("`{origin}` may read the answer"));
        walk.effect(Effect::AllowOrigin(origin.clone()));
    }
    Ok(())
}

/// The method that a preflight announces; nothing if it is no preflight.
pub(crate) fn requested_method(program: &Program, passing: &Passing) -> Option<String> {
    let options = Predicate::Test(Test::Method(vec![Method::Options]));
    if !super::meets(program, &options, &passing.seen) {
        return None;
    }
    header(program, passing, "origin")?;
    let method = header(program, passing, "access-control-request-method")?;
    // Programs tell nine methods apart.
    for known in Method::ALL.into_iter().filter(|known| *known != Method::Other) {
        let announced = || text("access-control-request-method", TextTest::Equals(vec![known.to_string()]));
        passing.seen.note(program, announced, method == known.as_str());
    }
    Some(method)
}

/// The value of a header, which is asked whether it is there.
fn header(program: &Program, passing: &Passing, name: &str) -> Option<String> {
    let value = passing.seen.headers.first(name).map(String::from);
    passing.seen.note(program, || text(name, TextTest::Present), value.is_some());
    value
}

fn text(name: &str, asked: TextTest) -> Predicate {
    Predicate::Test(Test::Text(TextAttribute::Header(name.to_owned()), asked))
}

/// As [`allows`], asked of the header.
fn is_allowed(allowed: &Origin) -> Predicate {
    match allowed {
        Origin::Any => Predicate::always(),
        Origin::Exactly(one) => text("origin", TextTest::Equals(vec![one.clone()])),
        Origin::Below { scheme, suffix } => {
            let expression = format!("{}(?s:.)+{}", escaped(scheme), escaped(suffix));
            match compiled(&expression) {
                Some(regex) => text("origin", TextTest::Matches(regex)),
                None => Predicate::Any(Vec::new()),
            }
        }
    }
}

/// Refuses what would change something for another site: POST, PUT, PATCH and DELETE whose origin (else referrer) is
/// neither the own host nor listed.
pub(crate) fn csrf(walk: &mut Walk<'_>, policies: &[Applied<'_>], passing: &Passing) -> Result<(), Ended> {
    let guarding = clauses(walk.program, policies, &passing.seen, |kind| match kind {
        ClauseKind::Csrf(origins) => Some(origins),
        _ => None,
    });
    let changing = vec![Method::Post, Method::Put, Method::Patch, Method::Delete];
    let changes = Predicate::Test(Test::Method(changing));
    if guarding.is_empty() || !super::meets(walk.program, &changes, &passing.seen) {
        return Ok(());
    }
    let named = ["origin", "referer"].into_iter();
    let sender = named.filter_map(|name| Some((name, header(walk.program, passing, name)?))).next();
    for (policy, clause, origins) in guarding {
        let decider = Decider::policy(&policy.id, clause.place);
        let Some((name, sender)) = &sender else {
            let says = "neither `origin` nor `referer` says which site sends it";
            return Err(walk.deny(StepKind::Csrf, &decider, Refusal::Status(403), says));
        };
        let asked = |site: Option<Regex>| {
            let is_site = site.as_ref().is_some_and(|site| site.contains(sender));
            let question =
                || site.map_or(Predicate::Any(Vec::new()), |site| text(name, TextTest::Matches(site)));
            passing.seen.note(walk.program, question, is_site);
            is_site
        };
        if asked(own_site(walk.program, passing)) {
            walk.step(StepKind::Csrf, &decider, format!("`{sender}` is the own host"));
        } else if origins.iter().any(|listed| asked(listed_site(listed))) {
            walk.step(StepKind::Csrf, &decider, format!("`{sender}` is listed"));
        } else {
            let says = format!("`{sender}` is neither the own host nor listed");
            return Err(walk.deny(StepKind::Csrf, &decider, Refusal::Status(403), says));
        }
    }
    Ok(())
}

/// Whether an origin, as a browser writes it, is one of those.
fn allows(allowed: &Origin, origin: &str) -> bool {
    match allowed {
        Origin::Any => true,
        Origin::Exactly(one) => one == origin,
        Origin::Below { scheme, suffix } => {
            let below =
                origin.strip_prefix(scheme.as_str()).and_then(|host| host.strip_suffix(suffix.as_str()));
            below.is_some_and(|label| !label.is_empty())
        }
    }
}

/// The senders that are listed for CSRF, where the scheme does not count.
fn listed_site(listed: &Origin) -> Option<Regex> {
    match listed {
        Origin::Any => compiled("(?s:.*)"),
        Origin::Exactly(one) => site(&escaped(authority(one))),
        Origin::Below { suffix, .. } => site(&format!("[^/?#]+{}", escaped(suffix))),
    }
}

/// The senders that are the site to which the request is sent: its host, and its port where they say one. Of a host that
/// nothing names as such, that counts for this request alone.
fn own_site(program: &Program, passing: &Passing) -> Option<Regex> {
    let host = passing.seen.host.as_deref()?;
    let is_host = |pattern: &HostPattern| matches!(pattern, HostPattern::Exact(own) if own.as_str() == host);
    let of_table = |table: &std::sync::Arc<Table>| match &table.attachment {
        Attachment::Gateway { hosts, .. } => hosts.iter().any(|own| is_host(own)),
        Attachment::Mesh { .. } | Attachment::Delegated => false,
    };
    if !program.tables.values().any(of_table) && !passing.seen.history.knows_host() {
        let what = "`csrf` compares the sender with whatever host is asked for".to_owned();
        passing.seen.history.note(|| Question::Derived(what), true);
    }
    site(&format!("(?i:{})\\.?(?::{})?", escaped(host), passing.seen.port))
}

/// The origins and URLs of an authority that matches.
fn site(authority: &str) -> Option<Regex> {
    compiled(&format!("(?:[A-Za-z][A-Za-z0-9+.-]*://)?{authority}(?s:[/?#].*)?"))
}

/// Host and port of an origin or a URL.
fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

fn methods(cors: &Cors) -> String {
    let methods: Vec<String> = cors.methods.iter().map(ToString::to_string).collect();
    if methods.is_empty() { "no methods".to_owned() } else { methods.join(", ") }
}
