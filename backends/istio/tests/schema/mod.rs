//! Istio's own schemas (`README.md` says where they are from), and what they say of an object.

use kube_cel::{ValidationErrors, Validator};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// The schemas by kind.
pub struct Schemas(BTreeMap<String, (Value, jsonschema::Validator)>);

impl Schemas {
    /// Those that stand beside this file.
    pub fn read() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schema");
        let mut schemas = BTreeMap::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let schema: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let checked = jsonschema::options()
                .with_draft(jsonschema::Draft::Draft202012)
                .should_validate_formats(false)
                .build(&whole(&schema))
                .unwrap();
            schemas.insert(path.file_stem().unwrap().to_str().unwrap().to_owned(), (schema, checked));
        }
        Self(schemas)
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
        shape.chain(rules).collect()
    }
}

/// The schema of a CRD as JSON Schema has it, for an object with its kind and metadata.
fn whole(schema: &Value) -> Value {
    let mut schema = json_schema(schema);
    let properties = schema["properties"].as_object_mut().unwrap();
    for name in ["apiVersion", "kind"] {
        properties.insert(name.to_owned(), json!({"type": "string"}));
    }
    let strings = json!({"type": "object", "additionalProperties": {"type": "string"}});
    let metadata = json!({
        "type": "object",
        "required": ["name", "namespace"],
        "additionalProperties": false,
        "properties": {
            "name": {"type": "string", "maxLength": 253, "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},
            "namespace": {"type": "string"},
            "annotations": strings,
        },
    });
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

#[test]
fn the_schemas_refuse_what_is_wrong() {
    let schemas = Schemas::read();
    let service = |spec: Value| {
        json!({
            "apiVersion": "networking.istio.io/v1",
            "kind": "VirtualService",
            "metadata": {"name": "a", "namespace": "b"},
            "spec": spec,
        })
    };
    let problems = |spec: Value| schemas.problems(&service(spec));
    assert_eq!(problems(json!({"hosts": ["a.b"], "http": [{"timeout": "1s"}]})), Vec::<String>::new());
    assert_ne!(problems(json!({"hosts": ["a.b"], "http": [{"timeout": "0s"}]})), Vec::<String>::new());
    assert_ne!(problems(json!({"host": ["a.b"]})), Vec::<String>::new());
    assert_ne!(problems(json!({"hosts": "a.b"})), Vec::<String>::new());
    let two = json!({"hosts": ["a.b"], "http": [{"match": [{"uri": {"exact": "/", "prefix": "/"}}]}]});
    assert_ne!(problems(two), Vec::<String>::new());
}
