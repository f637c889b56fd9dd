//! The way of one request, as `gloo trace` shows it.

use super::{Subject, result};
use crate::protocol::{Answer, Failure};
use gloo_ir::evaluate::{Request, decide};
use gloo_ir::{CaseRequest, ClusterId, Program, RequestText, request_from_text};
use gloo_source::FileId;
use serde_json::{Value, json};

/// Traces `request`, which is said as on the command line, with `with`, `from`, `to`, `through` and `on`.
pub fn trace(subject: &Subject, argument: &Value) -> Answer<Value> {
    let said = |key: &str| argument.get(key).and_then(Value::as_str);
    let request = said("request").ok_or_else(|| Failure::Invalid("which request?".to_owned()))?;
    let text = RequestText {
        request,
        with: said("with"),
        from: said("from"),
        to: said("to"),
        through: said("through"),
        on: said("on"),
    };
    // A number that no file of the workspace has.
    let file = FileId(u32::MAX);
    let (case, cluster) = request_from_text(&subject.names, file, &text).map_err(|wrong| {
        let said: Vec<String> = wrong.into_iter().map(|one| one.message).collect();
        Failure::Invalid(format!("the request can't be read: {}", said.join("; ")))
    })?;
    let (cluster, request) = sent(&subject.program, cluster.as_ref(), &case)?;
    let trace = decide(&subject.program, &cluster, &request);
    let position = |place| subject.position(place);
    let mut shown = result(format!("{} on {cluster}", trace.summary()), "text", trace.text(&position));
    if let Some(shown) = shown.as_object_mut() {
        // The steps with their files and lines, so that an editor can draw the way.
        shown.insert("trace".to_owned(), trace.to_json(&position));
        shown.insert("root".to_owned(), json!(subject.root));
    }
    Ok(shown)
}

/// The whole request on the cluster that is named, or on the first that has its entry.
fn sent(program: &Program, wanted: Option<&ClusterId>, case: &CaseRequest) -> Answer<(ClusterId, Request)> {
    let mut first = None;
    for cluster in program.clusters.keys().filter(|cluster| wanted.is_none_or(|wanted| wanted == *cluster)) {
        match Request::from_case(program, cluster, case) {
            Ok(request) => return Ok((cluster.clone(), request)),
            Err(error) => drop(first.get_or_insert(error)),
        }
    }
    Err(Failure::Invalid(match first {
        Some(error) => format!("the request can't be sent: {error}; {}", error.help()),
        None => "the workspace has no cluster that could answer; declare one".to_owned(),
    }))
}
