//! `ReferenceGrant`: a namespace lets objects of a gateway's namespace refer to its services and secrets.

use crate::emitter::{Emitter, SecretUse};
use crate::names;
use crate::object::{GATEWAY, Metadata, Object};
use gloo_ir::Secret;
use gloo_source::Place;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Serialize)]
struct ReferenceGrantSpec {
    from: Vec<From>,
    to: Vec<To>,
}

#[derive(Serialize)]
struct From {
    group: &'static str,
    kind: &'static str,
    namespace: String,
}

#[derive(Serialize)]
struct To {
    group: &'static str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

/// A namespace that refers, and the one that it refers to.
type Pair = (String, String);

/// What is referred to across namespaces.
#[derive(Debug, Default)]
pub struct Grants {
    /// The kinds of routes that send to services.
    services: BTreeMap<Pair, BTreeSet<&'static str>>,
    /// The secrets, each by its name and by whom.
    secrets: BTreeMap<Pair, Secrets>,
}

#[derive(Debug, Default)]
struct Secrets {
    by: BTreeSet<(&'static str, &'static str)>,
    names: BTreeSet<String>,
    places: BTreeSet<Place>,
}

impl Grants {
    /// Routes of that kind send to services.
    pub fn allow_services(&mut self, from: &str, route: &'static str, to: &str) {
        self.services.entry((from.to_owned(), to.to_owned())).or_default().insert(route);
    }

    /// An object refers to that secret.
    pub fn allow_secret(&mut self, by: &SecretUse<'_>, to: &str, secret: &Secret) {
        let secrets = self.secrets.entry((by.namespace.to_owned(), to.to_owned())).or_default();
        secrets.by.insert((by.group, by.kind));
        secrets.names.insert(secret.name.clone());
        secrets.places.insert(secret.at);
    }
}

/// Adds the grants that the objects made so far need.
pub fn emit(emitter: &mut Emitter<'_>) {
    let grants = std::mem::take(&mut emitter.grants);
    for ((from, to), kinds) in grants.services {
        let places = emitter.plan.services.iter().filter(|service| service.namespace.name == to);
        let places: BTreeSet<_> = places.map(|service| service.namespace.place).collect();
        let spec = ReferenceGrantSpec {
            from: kinds
                .into_iter()
                .map(|kind| From { group: GATEWAY, kind, namespace: from.clone() })
                .collect(),
            to: vec![To { group: "", kind: "Service", name: None }],
        };
        add(emitter, &to, &format!("gloo-{from}"), spec, places);
    }
    for ((from, to), secrets) in grants.secrets {
        let by = secrets.by.into_iter();
        let names = secrets.names.into_iter();
        let spec = ReferenceGrantSpec {
            from: by.map(|(group, kind)| From { group, kind, namespace: from.clone() }).collect(),
            to: names.map(|name| To { group: "", kind: "Secret", name: Some(name) }).collect(),
        };
        add(emitter, &to, &format!("gloo-{from}-secrets"), spec, secrets.places);
    }
}

/// `v1beta1` is the version that is stored.
fn add(
    emitter: &mut Emitter<'_>,
    namespace: &str,
    name: &str,
    spec: ReferenceGrantSpec,
    places: BTreeSet<Place>,
) {
    let object = Object {
        api_version: "gateway.networking.k8s.io/v1beta1",
        kind: "ReferenceGrant",
        metadata: Metadata::new(namespace, &names::label(name)),
        spec,
    };
    emitter.add(&object, places);
}
