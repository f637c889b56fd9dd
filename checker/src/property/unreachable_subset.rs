//! Subsets that no rule names.

use crate::table::destinations;
use gloo_ir::{Program, ServiceId, Target};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::BTreeSet;

/// The subsets to which no rule sends requests or copies: they are told apart from the rest of their service for nothing.
pub(crate) fn unreachable_subset(program: &Program) -> Vec<Diagnostic<Place>> {
    let rules = program.tables.values().flat_map(|table| &table.rules);
    let named: BTreeSet<(&ServiceId, &str)> = rules
        .flat_map(destinations)
        .filter_map(|destination| match &destination.target {
            Target::Service { service, subset: Some(subset), .. } => Some((service, subset.as_str())),
            _ => None,
        })
        .collect();
    let declared = program
        .services
        .values()
        .flat_map(|service| service.subsets.iter().map(move |subset| (&service.id, subset)));
    declared
        .filter(|(service, subset)| !named.contains(&(*service, subset.name.as_str())))
        .map(|(service, subset)| {
            let name = format!("{service}.{}", subset.name);
            Diagnostic::new(Code::UNREACHABLE_SUBSET, subset.place, format!("no rule names `{name}`"))
                .saying("calls of the service go to all of its pods")
                .help(format!("send requests to it, as `any /** => {name}`, or delete it"))
        })
        .collect()
}
