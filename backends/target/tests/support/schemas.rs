//! The schemas that a target publishes for its objects, with their CEL rules, and what they say of an object; for the tests
//! of the backends that write such objects. Each has them in `tests/schema/`, whose `README.md` says where they are from;
//! `trim.py`, beside this file, makes them.

use gloo_target::{Artifact, Content};
use kube_cel::{ValidationErrors, Validator};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Kinds whose objects are in no namespace.
const CLUSTER_SCOPED: &[&str] = &["GatewayClass"];

/// The schemas by kind.
pub struct Schemas(BTreeMap<String, (Value, jsonschema::Validator)>);

impl Schemas {
    /// Those of the backend whose test this is.
    pub fn read() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schema");
        let mut schemas = BTreeMap::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let kind = path.file_stem().unwrap().to_str().unwrap();
            let schema: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let checked = jsonschema::options()
                .with_draft(jsonschema::Draft::Draft202012)
                .should_validate_formats(false)
                .build(&whole(kind, &schema))
                .unwrap();
            schemas.insert(kind.to_owned(), (schema, checked));
        }
        Self(schemas)
    }

    /// What is wrong with the Kubernetes objects among these files.
    pub fn problems_of(&self, artifacts: &[Artifact]) -> Vec<String> {
        let documents = artifacts.iter().flat_map(|artifact| match &artifact.content {
            Content::Yaml(documents) => documents.as_slice(),
            Content::Text(_) => &[],
        });
        let objects = documents.filter(|document| document.get("kind").is_some());
        objects.flat_map(|object| self.problems(object)).collect()
    }

    /// What is wrong with an object.
    pub fn problems(&self, object: &Value) -> Vec<String> {
        let kind = object["kind"].as_str().unwrap();
        let name = format!("{kind} {}", object["metadata"]["name"]);
        let Some((schema, checked)) = self.0.get(kind) else {
            return vec![format!("{name}: no schema for the kind")];
        };
        let shape =
            checked.iter_errors(object).map(|error| format!("{name}: {} {error}", error.instance_path()));
        let rules = Validator::new()
            .validate(schema, object, None)
            .err()
            .map_or_else(Vec::new, ValidationErrors::into_vec);
        let rules = rules.into_iter().map(|error| format!("{name}: {} {}", error.field_path, error.message));
        let mut problems: Vec<String> = shape.chain(rules).collect();
        repeated(schema, object, &name, &mut problems);
        problems
    }
}

/// Adds what stands twice in a list whose items have a key: CEL can't say it, the API server refuses it.
fn repeated(schema: &Value, value: &Value, place: &str, problems: &mut Vec<String>) {
    if let (Some(properties), Some(fields)) = (schema["properties"].as_object(), value.as_object()) {
        for (name, field) in fields {
            if let Some(schema) = properties.get(name) {
                repeated(schema, field, &format!("{place}.{name}"), problems);
            }
        }
    }
    let Some(items) = value.as_array() else { return };
    let mut seen = BTreeSet::new();
    for item in items {
        let keys = schema["x-kubernetes-list-map-keys"].as_array();
        let key = match (schema["x-kubernetes-list-type"].as_str(), keys) {
            (Some("map"), Some(keys)) => {
                let parts = keys.iter().filter_map(Value::as_str).map(|key| item[key].to_string());
                Some(parts.collect::<Vec<_>>().join(" "))
            }
            (Some("set"), _) => Some(item.to_string()),
            _ => None,
        };
        if key.is_some_and(|key| !seen.insert(key)) {
            problems.push(format!("{place}: {item} stands there twice"));
        }
        repeated(&schema["items"], item, place, problems);
    }
}

/// The schema of a CRD as JSON Schema has it, for an object with its kind and metadata.
fn whole(kind: &str, schema: &Value) -> Value {
    let mut schema = json_schema(schema);
    let properties = schema["properties"].as_object_mut().unwrap();
    for name in ["apiVersion", "kind"] {
        properties.insert(name.to_owned(), json!({"type": "string"}));
    }
    let strings = json!({"type": "object", "additionalProperties": {"type": "string"}});
    let mut metadata = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "name": {"type": "string", "maxLength": 253, "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},
            "namespace": {"type": "string"},
            "annotations": strings,
            "labels": strings,
        },
    });
    let required: &[&str] = if CLUSTER_SCOPED.contains(&kind) { &["name"] } else { &["name", "namespace"] };
    metadata["required"] = json!(required);
    properties.insert("metadata".to_owned(), metadata);
    schema["required"] = json!(["apiVersion", "kind", "metadata", "spec"]);
    schema
}

/// Kubernetes' dialect in the words of JSON Schema: fields that aren't named are refused, unless they are to be kept.
fn json_schema(schema: &Value) -> Value {
    let Value::Object(fields) = schema else { return schema.clone() };
    let mut result = Map::new();
    let flag = |name: &str| fields.get(name) == Some(&Value::Bool(true));
    for (name, value) in fields {
        let value = match name.as_str() {
            "properties" => {
                let named = value.as_object().unwrap().iter();
                Value::Object(named.map(|(name, schema)| (name.clone(), json_schema(schema))).collect())
            }
            "items" | "additionalProperties" | "not" => json_schema(value),
            "oneOf" | "anyOf" | "allOf" => value.as_array().unwrap().iter().map(json_schema_part).collect(),
            "type" if flag("nullable") => json!([value, "null"]),
            name if name.starts_with("x-kubernetes-") || name == "nullable" => continue,
            _ => value.clone(),
        };
        result.insert(name.clone(), value);
    }
    if flag("x-kubernetes-int-or-string") {
        result.insert("type".to_owned(), json!(["integer", "string"]));
    }
    let closed = fields.contains_key("properties") && !flag("x-kubernetes-preserve-unknown-fields");
    if closed && !fields.contains_key("additionalProperties") {
        result.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    Value::Object(result)
}

/// An alternative speaks of a part of the fields: it closes nothing.
fn json_schema_part(schema: &Value) -> Value {
    schema.clone()
}
