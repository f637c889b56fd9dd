//! Whether two programs, or two clusters, do the same to a request.

use gloo_ir::evaluate::{Effect, Final, Interest, Request, Step, StepKind, Trace, decide_asked};
use gloo_ir::{ClusterId, Program};

/// Segments that hardly any pattern names: what wildcards take in the requests that show what becomes of it.
const UNLIKELY: [&str; 2] = ["zq1", "zq2"];

/// Whether two traces of one request differ in anything but the names of declarations.
pub(crate) fn differ(one: &Trace, other: &Trace) -> bool {
    !one.answers_like(other) || effects(one) != effects(other)
}

/// What is done besides, in words, kind by kind: only changes of one kind, as of headers, come one after the other. A limit
/// counts the same whatever its policy is called.
fn effects(trace: &Trace) -> Vec<(&'static str, serde_json::Value)> {
    let mut effects: Vec<_> = trace.effects.iter().map(plain).collect();
    effects.sort_by_key(|(word, _)| *word);
    effects
}

fn plain(effect: &Effect) -> (&'static str, serde_json::Value) {
    let mut value = effect.value();
    if let (Effect::Limit { .. }, Some(object)) = (effect, value.as_object_mut()) {
        object.remove("policy");
    }
    (effect.word(), value)
}

/// What is done to a request by the first and not by the second, in words.
pub(crate) fn effects_without(one: &Trace, other: &Trace) -> Vec<String> {
    let others = effects(other);
    let own = one.effects.iter().filter(|effect| !others.contains(&plain(effect)));
    own.map(Effect::text).collect()
}

/// Who decides about requests: a program, on a cluster.
pub(crate) type Decider<'a> = (&'a Program, &'a ClusterId);

/// A request that fares like this one as far as is asked of it, and of which two deciders make different things: they
/// may build the same path, header or location of one request and not of the next.
pub(crate) fn told_apart(request: &Request, deciders: &[Decider<'_>]) -> Option<(Request, Vec<Trace>)> {
    let fares = |request: &Request| {
        let each =
            deciders.iter().map(|(program, cluster)| decide_asked(program, cluster, request, Interest::All));
        let (traces, asked): (Vec<Trace>, Vec<_>) = each.unzip();
        (traces, asked)
    };
    let (traces, asked) = fares(request);
    if !traces.iter().any(builds) {
        return None;
    }
    variations(request).into_iter().find_map(|other| {
        let (traces, own) = fares(&other);
        let differ = traces.windows(2).any(|pair| matches!(pair, [one, other] if differ(one, other)));
        (own == asked && differ).then_some((other, traces))
    })
}

/// Whether something is built of what the request has.
fn builds(trace: &Trace) -> bool {
    let is_built = |effect: &Effect| {
        matches!(
            effect,
            Effect::Rewrite(_)
                | Effect::Host(_)
                | Effect::RequestHeader(_)
                | Effect::ResponseHeader(_)
                | Effect::Limit { .. }
                | Effect::Hash(_)
                | Effect::RequestBody(_)
                | Effect::ResponseBody(_)
        )
    };
    trace.outcomes().any(|end| matches!(end, Final::Redirected { .. })) || trace.effects.iter().any(is_built)
}

/// The same request with other words where patterns may have taken some.
fn variations(request: &Request) -> Vec<Request> {
    let Some(message) = &request.message else { return Vec::new() };
    let [one, two] = UNLIKELY;
    let path = message.path.trim_end_matches('/');
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    let paths = [
        message.path.clone(),
        format!("{}{one}", message.path),
        format!("{path}/{one}"),
        format!("{path}/{one}/{two}"),
        format!("{parent}/{one}"),
        format!("{path}/"),
    ];
    let mut all = Vec::new();
    for path in paths {
        let mut other = request.clone();
        if let Some(message) = &mut other.message {
            message.path = path;
            let names: Vec<String> = message.headers.iter().map(|(name, _)| name.to_owned()).collect();
            all.push(Request { message: Some(message.clone()), ..request.clone() });
            for name in names.iter().filter(|name| *name != "cookie") {
                message.headers.set(name, format!("{one}-{name}"));
            }
        }
        all.push(other);
    }
    all
}

/// The step that decided what became of a request. What sent it on is more to the point than where it arrived.
pub(crate) fn decisive(trace: &Trace) -> Option<&Step> {
    let is_forwarded = matches!(trace.outcome, Final::Forwarded(_));
    let is_choice = |step: &&Step| !is_forwarded || matches!(step.step, StepKind::Route | StepKind::Access);
    trace.steps.iter().rev().filter(is_choice).find(|step| step.place.is_some())
}

/// Whether a request never comes to a rule: something before refuses it, or answers it as a preflight.
pub(crate) fn is_stopped(trace: &Trace) -> bool {
    let is_denied = |end: &Final| matches!(end, Final::Denied { .. });
    trace.outcomes().all(is_denied) || trace.steps.last().is_some_and(|step| step.step == StepKind::Cors)
}
