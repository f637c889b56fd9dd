//! What readers of all targets share. A reader brings the documents of one cluster back to a [`Program`] by what the target
//! says that they mean, so that the checker can prove them equal to the program that they were made from.
//!
//! A reader has nothing in common with the emitter: what both believed would never be found wrong. What it doesn't know
//! it refuses ([`Unread`]): a field that nobody has understood may mean anything.

mod document;
mod fields;
mod rewrite;

pub use document::Document;
pub use fields::{Fields, Unread};
pub use rewrite::rewrite;

use gloo_ir::{Attachment, ClusterId, Gateway, Program};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a reader takes for granted and documents don't say: clusters, namespaces, services with their identities, hosts
/// outside, providers, and who gateways are; but nothing of what these do with requests.
#[must_use]
pub fn surroundings(program: &Program, cluster: &ClusterId) -> Program {
    let program = on_cluster(program, cluster);
    let gateways = program.gateways.into_iter().map(|(id, gateway)| {
        let bare = Gateway { listeners: Vec::new(), ..Arc::unwrap_or_clone(gateway) };
        (id, Arc::new(bare))
    });
    Program {
        gateways: gateways.collect(),
        tables: std::collections::BTreeMap::new(),
        policies: std::collections::BTreeMap::new(),
        access: Vec::new(),
        traffic: Vec::new(),
        telemetry: Vec::new(),
        patches: Vec::new(),
        proofs: Vec::new(),
        tests: Vec::new(),
        ..program
    }
}

/// A program as one cluster has it: what is placed elsewhere isn't there, and what is placed here and elsewhere is here.
#[must_use]
pub fn on_cluster(program: &Program, cluster: &ClusterId) -> Program {
    let only: BTreeSet<ClusterId> = BTreeSet::from([cluster.clone()]);
    let mut program = program.clone();
    program.clusters.retain(|id, _| id == cluster);
    program.namespaces.retain(|_, one| one.clusters.contains(cluster));
    program.services.retain(|_, one| one.clusters.contains(cluster));
    program.gateways.retain(|_, one| one.clusters.contains(cluster));
    program.namespaces.values_mut().for_each(|one| Arc::make_mut(one).clusters.clone_from(&only));
    program.services.values_mut().for_each(|one| Arc::make_mut(one).clusters.clone_from(&only));
    program.gateways.values_mut().for_each(|one| Arc::make_mut(one).clusters.clone_from(&only));
    program.tables.retain(|_, table| match &table.attachment {
        Attachment::Gateway { clusters, .. } | Attachment::Mesh { clusters, .. } => {
            clusters.contains(cluster)
        }
        Attachment::Delegated => true,
    });
    for table in program.tables.values_mut() {
        match &mut Arc::make_mut(table).attachment {
            Attachment::Gateway { clusters, .. } | Attachment::Mesh { clusters, .. } => {
                clusters.clone_from(&only);
            }
            Attachment::Delegated => {}
        }
    }
    program
}
