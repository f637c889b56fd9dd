//! The objects of a cluster, by their kinds.

use super::mesh::{self, Mesh};
use gloo_ir::{ClusterId, Program};
use gloo_target::{Document, Fields, Unread};
use serde_json::Value;
use std::collections::BTreeMap;

/// Kinds that speak of the calls between services alone: no gateway looks at them.
const OF_SIDECARS: [&str; 1] = ["Sidecar"];

/// The annotation by which a policy is only tried out.
const DRY_RUN: &str = "istio.io/dry-run";

/// An object of Kubernetes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Object<'a> {
    file: &'a str,
    /// Its namespace.
    pub namespace: &'a str,
    /// Its name.
    pub name: &'a str,
    spec: &'a Value,
}

impl<'a> Object<'a> {
    /// What it says.
    pub fn spec(&self) -> Result<Fields<'a>, Unread> {
        Fields::of(self.file, "spec", self.spec)
    }

    /// `namespace/name`, as gateways are named.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }
}

/// All objects.
#[derive(Debug)]
pub(super) struct World<'a> {
    /// What holds for the whole mesh.
    pub mesh: Mesh,
    /// `Gateway`.
    pub gateways: Vec<Object<'a>>,
    /// `VirtualService`.
    pub services: Vec<Object<'a>>,
    /// `DestinationRule`.
    pub rules: Vec<Object<'a>>,
    /// `EnvoyFilter`.
    pub filters: Vec<Object<'a>>,
    /// `AuthorizationPolicy`.
    pub policies: Vec<Object<'a>>,
    /// `PeerAuthentication`.
    pub peers: Vec<Object<'a>>,
    /// `ServiceEntry`: the hosts with the numbers of their ports.
    pub entries: Vec<(&'a str, u16)>,
}

impl<'a> World<'a> {
    /// Sorts the documents.
    pub fn read(base: &Program, cluster: &ClusterId, documents: &'a [Document]) -> Result<Self, Vec<Unread>> {
        let mut by_kind: BTreeMap<&str, Vec<Object<'a>>> = BTreeMap::new();
        let mut mesh = None;
        let mut unread = Vec::new();
        for document in documents {
            if document.value.get("meshConfig").is_some() {
                match mesh::read(base, cluster, document) {
                    Ok(_) if mesh.is_some() => unread.push(Unread {
                        file: document.file.clone(),
                        at: "meshConfig".to_owned(),
                        what: "the mesh's settings are said twice".to_owned(),
                    }),
                    Ok(read) => mesh = Some(read),
                    Err(error) => unread.push(error),
                }
                continue;
            }
            if document.value.get("kind").is_some_and(|kind| kind == "Kustomization") {
                unread.extend(kustomization(document).err());
                continue;
            }
            match object(document) {
                Ok((kind, object)) => by_kind.entry(kind).or_default().push(object),
                Err(error) => unread.push(error),
            }
        }
        let mut of = |kind: &str| by_kind.remove(kind).unwrap_or_default();
        let mut world = Self {
            mesh: mesh.unwrap_or_default(),
            gateways: of("Gateway"),
            services: of("VirtualService"),
            rules: of("DestinationRule"),
            filters: of("EnvoyFilter"),
            policies: of("AuthorizationPolicy"),
            peers: of("PeerAuthentication"),
            entries: Vec::new(),
        };
        for entry in of("ServiceEntry") {
            match entry_of(entry) {
                Ok(found) => world.entries.extend(found),
                Err(error) => unread.push(error),
            }
        }
        for (kind, objects) in by_kind {
            for object in objects.iter().filter(|_| !OF_SIDECARS.contains(&kind)) {
                unread.push(Unread {
                    file: object.file.to_owned(),
                    at: "kind".to_owned(),
                    what: format!("it isn't known what a `{kind}` does to requests"),
                });
            }
        }
        if unread.is_empty() { Ok(world) } else { Err(unread) }
    }
}

/// A list of the other files, which changes nothing in them.
fn kustomization(document: &Document) -> Result<(), Unread> {
    let mut top = Fields::of(&document.file, "", &document.value)?;
    top.ignore(&["apiVersion", "kind", "resources"]);
    top.done()
}

fn object(document: &Document) -> Result<(&str, Object<'_>), Unread> {
    let mut top = Fields::of(&document.file, "", &document.value)?;
    let kind = top.needed_text("kind")?;
    let group = top.needed_text("apiVersion")?;
    if !group.starts_with("networking.istio.io/") && !group.starts_with("security.istio.io/") {
        return Err(top.unread("apiVersion", format!("`{group}` is none of Istio's")));
    }
    let missing = top.unread("spec", "it is missing");
    let mut metadata = top.object("metadata")?.ok_or_else(|| top.unread("metadata", "it is missing"))?;
    let name = metadata.needed_text("name")?;
    let namespace = metadata.needed_text("namespace")?;
    if let Some(annotations) = metadata.object("annotations")?
        && annotations.names().contains(&DRY_RUN)
    {
        return Err(annotations.unread(DRY_RUN, "a policy might refuse nobody"));
    }
    metadata.ignore(&["labels"]);
    metadata.done()?;
    let spec = top.take("spec").ok_or(missing)?;
    top.done()?;
    Ok((kind, Object { file: &document.file, namespace, name, spec }))
}

/// The hosts of a ServiceEntry. What is behind them is taken for what the program says; calls to a port that no entry has
/// go nowhere.
fn entry_of(object: Object<'_>) -> Result<Vec<(&str, u16)>, Unread> {
    let mut spec = object.spec()?;
    spec.ignore(&["location", "resolution", "endpoints"]);
    let hosts = spec.texts("hosts")?;
    let mut found = Vec::new();
    for mut port in spec.objects("ports")? {
        port.ignore(&["name", "protocol"]);
        let number = number(&mut port, "number")?;
        let target = port.number("targetPort")?;
        if target.is_some_and(|target| target != u64::from(number)) {
            return Err(port.unread("targetPort", "calls would reach another port"));
        }
        port.done()?;
        found.extend(hosts.iter().map(|host| (*host, number)));
    }
    spec.done()?;
    Ok(found)
}

/// The number of a port.
pub(super) fn number(fields: &mut Fields<'_>, field: &str) -> Result<u16, Unread> {
    let number = fields.number(field)?.and_then(|number| u16::try_from(number).ok());
    number.ok_or_else(|| fields.unread(field, "the number of a port is expected here"))
}
