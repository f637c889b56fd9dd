//! A trace for machines, as `gloo trace -o json` prints it.

use super::{Effect, Final, Forwarded, Reached, Refusal, Step, Trace, words};
use crate::{Percent, Target};
use gloo_source::Place;
use serde_json::{Map, Value, json};

impl Trace {
    /// The trace as JSON: `steps`, each with `step`, `decided_by`, `file` and `line`, and the `outcome`, with
    /// `others` beside it where a part of the requests fares otherwise. `position` gives the file and the line, from 1, of
    /// a place.
    #[must_use]
    pub fn to_json(&self, position: &dyn Fn(Place) -> Option<(String, u32)>) -> Value {
        let steps: Vec<Value> = self.steps.iter().map(|step| step_json(step, position)).collect();
        let effects = effects(self);
        let mut all = Map::new();
        all.insert("steps".to_owned(), json!(steps));
        all.insert("outcome".to_owned(), outcome(&self.outcome, &effects));
        if !self.others.is_empty() {
            let others: Vec<Value> = self.others.iter().map(|other| outcome(other, &json!({}))).collect();
            all.insert("others".to_owned(), json!(others));
        }
        Value::Object(all)
    }
}

fn step_json(step: &Step, position: &dyn Fn(Place) -> Option<(String, u32)>) -> Value {
    let at = step.place.and_then(position);
    json!({
        "step": step.step,
        "decided_by": step.decided_by,
        "file": at.as_ref().map(|(file, _)| file),
        "line": at.as_ref().map(|(_, line)| line),
    })
}

fn outcome(end: &Final, effects: &Value) -> Value {
    let (kind, status, by, location) = match end {
        Final::Denied { status, by, location } => {
            let status = match status {
                Refusal::Status(status) => Some(*status),
                Refusal::Any | Refusal::NoConnection => None,
            };
            ("denied", status, Some(by), location.as_ref())
        }
        Final::Redirected { status, location, by } => {
            ("redirected", Some(*status), Some(by), location.as_ref())
        }
        Final::Responded { status, by } => ("responded", Some(*status), Some(by), None),
        Final::Forwarded(_) => ("forwarded", None, None, None),
    };
    let forwarded = match end {
        Final::Forwarded(forwarded) => Some(forwarded),
        _ => None,
    };
    json!({
        "kind": kind,
        "destinations": forwarded.map(destinations).unwrap_or_default(),
        "path": forwarded.and_then(|forwarded| forwarded.sent.as_ref()).map(|sent| &sent.path),
        "status": status,
        "by": by,
        "location": location,
        "effects": effects,
    })
}

fn destinations(forwarded: &Forwarded) -> Vec<Value> {
    forwarded.destinations.iter().map(reached).collect()
}

fn reached(reached: &Reached) -> Value {
    let (name, subset) = match &reached.target {
        Some(Target::Service { service, subset, .. }) => (service.to_string(), subset.clone()),
        Some(external @ Target::External(_)) => (words::target(external), None),
        None => (reached.host.clone().unwrap_or_default(), None),
    };
    json!({
        "service": name,
        "subset": subset,
        "weight": percent(reached.weight),
        "clusters": reached.clusters.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

/// `100`, `12.5`.
fn percent(share: Percent) -> Value {
    if share.millionths.is_multiple_of(10_000) {
        json!(share.millionths / 10_000)
    } else {
        json!(f64::from(share.millionths) / 10_000.0)
    }
}

/// Effects by name, each with all that was done under it, in order; flags stand alone.
fn effects(trace: &Trace) -> Value {
    let mut all: Map<String, Value> = Map::new();
    for effect in &trace.effects {
        let word = effect.word();
        if matches!(effect, Effect::NoWebsocket) {
            all.insert(word.to_owned(), effect.value());
            continue;
        }
        let entry = all.entry(word.to_owned()).or_insert_with(|| json!([]));
        if let Value::Array(values) = entry {
            values.push(effect.value());
        }
    }
    if !trace.authenticated.is_empty() {
        let providers: Vec<String> = trace.authenticated.iter().map(ToString::to_string).collect();
        all.insert("authenticated".to_owned(), json!(providers));
    }
    let is_sent = trace.outcomes().any(|end| matches!(end, Final::Forwarded(_)));
    let flags =
        [("inspected", trace.inspected), ("masked", trace.masked), ("encrypted", trace.encrypted && is_sent)];
    for (word, _) in flags.into_iter().filter(|(_, set)| *set) {
        all.insert(word.to_owned(), json!(true));
    }
    Value::Object(all)
}
