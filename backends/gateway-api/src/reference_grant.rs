//! `ReferenceGrant`: a service's namespace lets routes of a gateway's namespace send to it.

use crate::emitter::Emitter;
use crate::names;
use crate::object::{GATEWAY, Metadata, Object};
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
}

/// Adds the grants that the routes made so far need. `v1beta1` is the version that is stored.
pub fn emit(emitter: &mut Emitter<'_>) {
    let mut grants: BTreeMap<(String, String), BTreeSet<&'static str>> = BTreeMap::new();
    for (from, kind, to) in &emitter.grants {
        grants.entry((from.clone(), to.clone())).or_default().insert(kind);
    }
    for ((from, to), kinds) in grants {
        let places = emitter.plan.services.iter().filter(|service| service.namespace.name == to);
        let places: BTreeSet<_> = places.map(|service| service.namespace.place).collect();
        let object = Object {
            api_version: "gateway.networking.k8s.io/v1beta1",
            kind: "ReferenceGrant",
            metadata: Metadata::new(&to, &names::label(&format!("gloo-{from}"))),
            spec: ReferenceGrantSpec {
                from: kinds
                    .into_iter()
                    .map(|kind| From { group: GATEWAY, kind, namespace: from.clone() })
                    .collect(),
                to: vec![To { group: "", kind: "Service" }],
            },
        };
        emitter.add(&object, places);
    }
}
