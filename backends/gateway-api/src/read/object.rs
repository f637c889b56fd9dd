//! The objects of a cluster, by kind and name.

use gloo_target::{Document, Fields, Unread};
use serde_json::Value;
use std::collections::BTreeSet;

/// `gateway.networking.k8s.io`.
pub(super) const GATEWAY: &str = "gateway.networking.k8s.io";
/// `gateway.envoyproxy.io`.
pub(super) const ENVOY: &str = "gateway.envoyproxy.io";

/// The kinds that are read, with their groups.
const KINDS: [(&str, &str); 12] = [
    ("Gateway", GATEWAY),
    ("GatewayClass", GATEWAY),
    ("HTTPRoute", GATEWAY),
    ("TLSRoute", GATEWAY),
    ("TCPRoute", GATEWAY),
    ("ReferenceGrant", GATEWAY),
    ("Backend", ENVOY),
    ("BackendTrafficPolicy", ENVOY),
    ("ClientTrafficPolicy", ENVOY),
    ("HTTPRouteFilter", ENVOY),
    ("SecurityPolicy", ENVOY),
    ("Service", ""),
];

/// Groups whose objects say how others are applied, and nothing about requests.
const DELIVERY: [&str; 4] =
    ["kustomize.config.k8s.io", "kustomize.toolkit.fluxcd.io", "source.toolkit.fluxcd.io", "argoproj.io"];

/// One object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Object<'a> {
    pub file: &'a str,
    pub kind: &'static str,
    pub namespace: &'a str,
    pub name: &'a str,
    spec: &'a Value,
}

impl<'a> Object<'a> {
    /// The fields of its spec.
    pub fn spec(&self) -> Result<Fields<'a>, Unread> {
        Fields::of(self.file, "spec", self.spec)
    }

    /// Why it can't be read.
    pub fn unread(&self, what: impl Into<String>) -> Unread {
        Unread { file: self.file.to_owned(), at: String::new(), what: what.into() }
    }
}

/// All objects.
#[derive(Debug)]
pub(super) struct Objects<'a>(Vec<Object<'a>>);

impl<'a> Objects<'a> {
    /// The objects of documents.
    pub fn of(documents: &'a [Document]) -> Result<Self, Vec<Unread>> {
        let (mut all, mut unread) = (Vec::new(), Vec::new());
        let mut known = BTreeSet::new();
        for document in documents {
            match object(document) {
                Ok(Some(object)) if !known.insert((object.kind, object.namespace, object.name)) => {
                    unread.push(object.unread("another object has this kind and name"));
                }
                Ok(Some(object)) => all.push(object),
                Ok(None) => {}
                Err(error) => unread.push(error),
            }
        }
        if unread.is_empty() { Ok(Self(all)) } else { Err(unread) }
    }

    /// Those of a kind.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = Object<'a>> {
        self.0.iter().copied().filter(move |object| object.kind == kind)
    }

    /// One of them.
    pub fn find(&self, kind: &str, namespace: &str, name: &str) -> Option<Object<'a>> {
        self.of_kind(kind).find(|object| object.namespace == namespace && object.name == name)
    }
}

fn object(document: &Document) -> Result<Option<Object<'_>>, Unread> {
    let mut fields = Fields::of(&document.file, "", &document.value)?;
    let version = fields.needed_text("apiVersion")?;
    let group = version.rsplit_once('/').map_or("", |(group, _)| group);
    let kind = fields.needed_text("kind")?;
    if DELIVERY.contains(&group) {
        return Ok(None);
    }
    let known = KINDS.iter().find(|(name, of)| *name == kind && *of == group);
    let Some((kind, _)) = known else {
        return Err(fields.unread("kind", format!("it isn't known what a `{kind}` does to requests")));
    };
    let mut metadata =
        fields.object("metadata")?.ok_or_else(|| fields.unread("metadata", "it is missing"))?;
    metadata.ignore(&["labels", "annotations"]);
    let name = metadata.needed_text("name")?;
    let namespace = metadata.text("namespace")?;
    let namespace = match namespace {
        Some(namespace) => namespace,
        None if *kind == "GatewayClass" => "",
        None => return Err(metadata.unread("namespace", "it depends on who applies it")),
    };
    metadata.done()?;
    let spec = fields.take("spec").ok_or_else(|| fields.unread("spec", "it is missing"))?;
    fields.done()?;
    Ok(Some(Object { file: &document.file, kind, namespace, name, spec }))
}

/// A reference to an object: group, kind, namespace (that of who refers, unless said), name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reference<'a> {
    pub group: &'a str,
    pub kind: &'a str,
    pub namespace: &'a str,
    pub name: &'a str,
}

/// Takes the fields of a reference; group and kind have the defaults of its place.
pub(super) fn reference<'a, 'f: 'a>(
    fields: &mut Fields<'f>,
    (group, kind): (&'a str, &'a str),
    from: &'a str,
) -> Result<Reference<'a>, Unread> {
    Ok(Reference {
        group: fields.text("group")?.unwrap_or(group),
        kind: fields.text("kind")?.unwrap_or(kind),
        namespace: fields.text("namespace")?.unwrap_or(from),
        name: fields.needed_text("name")?,
    })
}
