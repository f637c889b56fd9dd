//! Requests from outside that reach, without a login, what others need one for, or what by its name is not for everybody.

use crate::passage::{Passage, reached, rule_of};
use crate::upstream::{Upstream, with_path};
use crate::witness::command_line;
use gloo_ir::evaluate::{Request, Trace, decide};
use gloo_ir::{ClusterId, Program, Rule, ServiceId, Table};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Segments of paths that are hardly for everybody.
const PRIVATE: [&str; 4] = ["admin", "internal", "debug", "metrics"];

/// What is known of the requests of a rule that reach a service.
#[derive(Default)]
struct Known<'p> {
    /// Some that nobody has verified, of somebody of whom nothing is known.
    open: Option<&'p Passage<'p>>,
    /// Some that a login has verified.
    verified: Option<&'p Passage<'p>>,
    /// Whether all are verified.
    is_guarded: bool,
}

/// A rule of a gateway with its table.
type Written<'p> = (&'p Arc<Table>, &'p Rule);

/// The rules by which somebody of whom nothing is known reaches a service, where what they send is sent by others after a
/// login only, or where their path has a segment that is hardly for everybody.
pub(crate) fn open_route(program: &Program, passages: &[Passage<'_>]) -> Vec<Diagnostic<Place>> {
    let rules: BTreeMap<Place, Written<'_>> = program
        .tables
        .values()
        .flat_map(|table| table.rules.iter().map(move |rule| (rule.place, (table, rule))))
        .collect();
    let mut known: BTreeMap<(Place, &ServiceId), Known<'_>> = BTreeMap::new();
    for passage in passages.iter().filter(|passage| passage.request.message.is_some()) {
        for service in &passage.reached {
            let new = Known { open: None, verified: None, is_guarded: true };
            let known = known.entry((passage.rule, service)).or_insert(new);
            match passage.verified_by {
                Some(_) => drop(known.verified.get_or_insert(passage)),
                None => known.is_guarded = false,
            }
            if passage.is_of_stranger && passage.verified_by.is_none() {
                known.open.get_or_insert(passage);
            }
        }
    }
    let mut found = Vec::new();
    let mut done: BTreeSet<Place> = BTreeSet::new();
    for ((place, service), own) in &known {
        let (Some(open), Some((table, rule))) = (own.open, rules.get(place)) else { continue };
        if done.contains(place) {
            continue;
        }
        let guarded =
            known.iter().filter(|((other, to), one)| to == service && other != place && one.is_guarded);
        let beside = guarded.into_iter().find_map(|((other, _), one)| {
            let guard = Guard { written: *rules.get(other)?, passage: one.verified? };
            beside(program, service, (table, rule), open, &guard)
        });
        let private =
            || is_private(rule).and_then(|segment| private(program, (table, rule), service, open, segment));
        if let Some(finding) = beside.or_else(private) {
            done.insert(*place);
            found.push(finding);
        }
    }
    found
}

/// A rule all of whose requests a login verifies.
struct Guard<'p> {
    written: Written<'p>,
    passage: &'p Passage<'p>,
}

/// The finding that a rule sends without a login what another one sends only after one, if it does: to the same service
/// as the same path.
fn beside(
    program: &Program,
    service: &ServiceId,
    (table, rule): Written<'_>,
    open: &Passage<'_>,
    guard: &Guard<'_>,
) -> Option<Diagnostic<Place>> {
    let (one, other) = (Upstream::of(rule)?, Upstream::of(guard.written.1)?);
    let known = [open.sent.clone(), guard.passage.sent.clone()];
    let sent = one.common(&other, program.paths()).into_iter().chain(known.into_iter().flatten());
    let arrives = |cluster: &ClusterId, request: &Request, by: &Rule, sent: &str| -> Option<Trace> {
        let trace = decide(program, cluster, request);
        let is_so = rule_of(program, &trace) == Some(by.place) && reached(&trace).contains(service);
        (is_so && crate::passage::sent(&trace).as_deref() == Some(sent)).then_some(trace)
    };
    for sent in sent {
        let free = one.paths_of(&sent, program.paths()).into_iter().find_map(|path| {
            let request = with_path(&open.request, &path)?;
            let trace = arrives(open.cluster, &request, rule, &sent)?;
            trace.authenticated.is_empty().then_some((request, trace))
        });
        let asked = other.paths_of(&sent, program.paths()).into_iter().find_map(|path| {
            let request = with_path(&guard.passage.request, &path)?;
            let trace = arrives(guard.passage.cluster, &request, guard.written.1, &sent)?;
            (!trace.authenticated.is_empty()).then_some(request)
        });
        let (Some((request, trace)), Some(asked)) = (free, asked) else { continue };
        let title = format!("`{}` of `{}`", rule.title(), table.id);
        let guarded = format!("`{}` of `{}`", guard.written.1.title(), guard.written.0.id);
        let asked =
            asked.message.map(|message| format!("{}{}", message.host, message.path)).unwrap_or_default();
        let finding = Diagnostic::new(
            Code::OPEN_ROUTE,
            rule.place,
            format!("{title} sends to `{service}` without a login what {guarded} sends after one"),
        )
        .saying("nobody is asked who they are");
        let finding = match guard.passage.verified_by {
            Some(place) => finding.label(place, format!("asks whoever comes by {guarded}")),
            None => finding,
        };
        return Some(
            finding
                .help(format!(
                    "the request below is {}; the same by `{asked}` needs a login",
                    trace.summary()
                ))
                .help("put a `require` on it too, or take the path away")
                .request(command_line(program, open.cluster, &request)),
        );
    }
    None
}

/// The segment of a rule's path, or of what it rewrites it to, that is hardly for everybody.
pub(super) fn is_private(rule: &Rule) -> Option<&'static str> {
    let gloo_ir::Match::Http { path, .. } = &rule.matches else { return None };
    let rewritten = rule.options.rewrite.as_ref().map(|template| template.value.to_string());
    let texts = [Some(path.to_string()), rewritten];
    let mut words = texts.iter().flatten().flat_map(|text| text.split(['/', '"', '(', ')', '*', '.', '?']));
    words.find_map(|word| PRIVATE.into_iter().find(|private| word.eq_ignore_ascii_case(private)))
}

fn private(
    program: &Program,
    (table, rule): Written<'_>,
    service: &ServiceId,
    open: &Passage<'_>,
    segment: &str,
) -> Option<Diagnostic<Place>> {
    let trace = decide(program, open.cluster, &open.request);
    let is_so = rule_of(program, &trace) == Some(rule.place) && reached(&trace).contains(service);
    if !is_so || !trace.authenticated.is_empty() {
        return None;
    }
    let message =
        format!("`{}` of `{}` lets everybody reach `{segment}` of `{service}`", rule.title(), table.id);
    Some(
        Diagnostic::new(Code::OPEN_ROUTE, rule.place, message)
            .saying("nobody is asked who they are")
            .help(format!("the request below is {}", trace.summary()))
            .help("put a `require` on it, let in known addresses only (`where client.ip in …`), or delete it")
            .request(command_line(program, open.cluster, &open.request)),
    )
}
