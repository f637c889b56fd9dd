//! Secrets as files, in the layout of what is built for Envoy: the command puts its own content there.

use super::world::{World, base64};
use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The folder that built files expect secrets in.
const FOLDER: &str = "/etc/gloo/secrets";

/// The file of the authorities that the system trusts.
const SYSTEM: &str = "/etc/ssl/certs/ca-certificates.crt";

/// The type of a secret's message.
const TYPE: &str = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";

/// A part of a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Certificate,
    Authority,
}

/// Makes every secret that a configuration asks a server for one that is read from a file, and gives those files by their
/// paths below the folder of secrets.
///
/// # Errors
/// One is none of those of the cluster.
pub fn to_files(
    config: &mut Value,
    sent: &BTreeMap<&str, &Value>,
    world: &World,
) -> Result<BTreeMap<String, Value>> {
    let mut files = BTreeMap::new();
    walk(config, sent, world, &mut files)?;
    Ok(files)
}

fn walk(
    value: &mut Value,
    sent: &BTreeMap<&str, &Value>,
    world: &World,
    files: &mut BTreeMap<String, Value>,
) -> Result<()> {
    match value {
        Value::Array(values) => values.iter_mut().try_for_each(|value| walk(value, sent, world, files)),
        Value::Object(fields) if fields.contains_key("sds_config") => {
            let asked = fields.get("name").and_then(Value::as_str).context("a secret without a name")?;
            let (name, part) = meant(asked, sent.get(asked).copied(), world)?;
            let file = match part {
                Part::Certificate => format!("{name}/certificate.yaml"),
                Part::Authority => format!("{name}/authority.yaml"),
            };
            let source = json!({ "path": format!("{FOLDER}/{file}") });
            let content = content(&name, part, sent.get(asked).copied());
            files.insert(file, json!({ "resources": [content] }));
            fields.insert("name".to_owned(), json!(name));
            let config = json!({ "path_config_source": source, "resource_api_version": "V3" });
            fields.insert("sds_config".to_owned(), config);
            Ok(())
        }
        Value::Object(fields) => fields.values_mut().try_for_each(|value| walk(value, sent, world, files)),
        _ => Ok(()),
    }
}

/// The secret that is meant, by its content: what a target calls it is its own business.
fn meant(asked: &str, message: Option<&Value>, world: &World) -> Result<(String, Part)> {
    let Some(message) = message else {
        return match asked {
            // The identity of an Istio proxy, and those whom it trusts.
            "default" => Ok(("workload".to_owned(), Part::Certificate)),
            "ROOTCA" => Ok(("system".to_owned(), Part::Authority)),
            _ => bail!("the secret `{asked}` is asked for and not sent"),
        };
    };
    if message.pointer("/validation_context/trusted_ca/filename").is_some_and(|file| file == SYSTEM) {
        return Ok(("system".to_owned(), Part::Authority));
    }
    let parts = [
        ("/tls_certificate/certificate_chain", Part::Certificate),
        ("/validation_context/trusted_ca", Part::Authority),
    ];
    for (pointer, part) in parts {
        let Some(source) = message.pointer(pointer) else { continue };
        let holds = |text: &str| {
            source["inline_string"] == text || source["inline_bytes"] == base64(text.as_bytes()).as_str()
        };
        if let Some((name, _)) = world.secrets.iter().find(|(_, own)| holds(&own.certificate)) {
            return Ok((name.clone(), part));
        }
    }
    bail!("the secret `{asked}` holds nothing of the cluster's secrets")
}

/// The message of a secret: what the target says of it, with its content in files.
fn content(name: &str, part: Part, message: Option<&Value>) -> Value {
    let file = |end: &str| json!({ "filename": format!("{FOLDER}/{name}/{end}") });
    let mut content = message.cloned().unwrap_or_else(|| json!({}));
    content["@type"] = json!(TYPE);
    content["name"] = json!(name);
    match part {
        Part::Certificate => {
            content["tls_certificate"]["certificate_chain"] = file("tls.crt");
            content["tls_certificate"]["private_key"] = file("tls.key");
        }
        Part::Authority if name == "system" => {
            content["validation_context"]["trusted_ca"] = json!({ "filename": SYSTEM });
        }
        Part::Authority => content["validation_context"]["trusted_ca"] = file("ca.crt"),
    }
    content
}
