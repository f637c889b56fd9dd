//! `HTTPRouteFilter`: answers, rewrites by expression, and cookies, which an HTTPRoute can't say itself.

use crate::emitter::Emitter;
use crate::object::{Metadata, Object};
use crate::route_match::ValueMatch;
use gloo_ir::Respond;
use gloo_source::Place;
use serde::Serialize;
use serde_json::{Value, json};

/// The spec of an HTTPRouteFilter; empty, it isn't needed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilterSpec {
    /// A rewrite of the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_rewrite: Option<Value>,
    /// An answer given at the gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direct_response: Option<Value>,
    /// The cookies that a request must have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub matches: Vec<Value>,
}

impl FilterSpec {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Rewrites the whole path by an expression.
    pub fn rewrite(&mut self, substitution: &gloo_domain::Substitution) {
        self.rewrite_by(
            "path",
            json!({
                "type": "ReplaceRegexMatch",
                "replaceRegexMatch": {
                    "pattern": format!("^{}$", grouped(&substitution.regex)),
                    "substitution": substitution.replacement,
                },
            }),
        );
    }

    /// Keeps a rewritten host from being told: unless said, Envoy Gateway adds the original as `x-forwarded-host`.
    pub fn hide_host(&mut self) {
        self.rewrite_by("appendXForwardedHost", false.into());
    }

    fn rewrite_by(&mut self, field: &str, value: Value) {
        if let Some(fields) = self.url_rewrite.get_or_insert_with(|| json!({})).as_object_mut() {
            fields.insert(field.to_owned(), value);
        }
    }

    /// Answers.
    pub fn respond(&mut self, respond: &Respond) {
        let mut answer = json!({ "statusCode": respond.status });
        if let (Some(body), Some(fields)) = (&respond.body, answer.as_object_mut()) {
            // The body is a format string of Envoy's, in which `%` begins an operator.
            let text = body.replace('%', "%%");
            fields.insert("body".into(), json!({ "type": "Inline", "inline": text }));
        }
        if let (Some(grpc), Some(fields)) = (respond.grpc, answer.as_object_mut()) {
            fields.insert("contentType".into(), "application/grpc".into());
            let status = json!({ "name": "grpc-status", "value": grpc.number().to_string() });
            fields.insert("header".into(), json!({ "set": [status] }));
        }
        self.direct_response = Some(answer);
    }

    /// Asks for cookies.
    pub fn cookies(&mut self, cookies: &[(String, ValueMatch)]) {
        if cookies.is_empty() {
            return;
        }
        let cookies: Vec<Value> = cookies
            .iter()
            .map(|(name, value)| match value {
                ValueMatch::Exact(value) => json!({ "type": "Exact", "name": name, "value": value }),
                ValueMatch::Regex(regex) => {
                    json!({ "type": "RegularExpression", "name": name, "value": regex })
                }
            })
            .collect();
        self.matches = vec![json!({ "cookies": cookies })];
    }

    /// Adds it to the output.
    pub fn emit(self, emitter: &mut Emitter<'_>, namespace: &str, name: &str, place: Place) {
        let object = Object {
            api_version: "gateway.envoyproxy.io/v1alpha1",
            kind: "HTTPRouteFilter",
            metadata: Metadata::new(namespace, name),
            spec: self,
        };
        emitter.add(&object, [place]);
    }
}

/// The expression as one part, where it has alternatives.
fn grouped(regex: &str) -> String {
    if regex.contains('|') { format!("(?:{regex})") } else { regex.to_owned() }
}
