//! What the last check knows of rules and services.

use crate::background::Insight;
use crate::snapshot::{Opened, Snapshot};
use gloo_checker::{EntryRegions, RegionSample};
use gloo_ir::evaluate::{Final, StepKind};
use gloo_ir::{ServiceId, Target};
use gloo_source::{NodeId, Place, Span};
use std::sync::Arc;

/// What the last check knows, if it still speaks of a file as it is now.
#[must_use]
pub fn insight<'s>(snapshot: &'s Snapshot, opened: &Opened<'_>) -> Option<&'s Arc<Insight>> {
    let insight = snapshot.insight.as_ref()?;
    let same = insight.trees.get(&opened.file).is_some_and(|tree| *tree == opened.parsed.tree);
    same.then_some(insight)
}

/// The requests that a rule takes, by its place.
pub fn of_rule(insight: &Insight, rule: Place) -> impl Iterator<Item = (&EntryRegions, &RegionSample)> {
    each(insight).filter(move |(_, region)| {
        region.trace.steps.iter().any(|step| step.step == StepKind::Route && step.place == Some(rule))
    })
}

/// The requests that a service gets.
pub fn of_service<'i>(
    insight: &'i Insight,
    service: &'i ServiceId,
) -> impl Iterator<Item = (&'i EntryRegions, &'i RegionSample)> {
    each(insight).filter(move |(_, region)| {
        region.trace.outcomes().any(|outcome| {
            match outcome {
            Final::Forwarded(it) => it.destinations.iter().chain(&it.mirrors).any(|reached| {
                matches!(&reached.target, Some(Target::Service { service: id, .. }) if id == service)
            }),
            _ => false,
        }
        })
    })
}

fn each(insight: &Insight) -> impl Iterator<Item = (&EntryRegions, &RegionSample)> {
    insight.regions.iter().flat_map(|entry| entry.regions.iter().map(move |region| (entry, region)))
}

/// The rule that is written around a byte of a file: its node and where it stands.
#[must_use]
pub fn rule_at(opened: &Opened<'_>, offset: u32) -> Option<(NodeId, Span)> {
    use gloo_syntax::ast::{ItemKind, RouteEntry};
    let tables = opened.tree().items.iter().filter_map(|item| match &item.kind {
        ItemKind::Routes(table) => Some(table),
        _ => None,
    });
    let rules = tables.flat_map(|table| &table.entries).filter_map(|entry| match entry {
        RouteEntry::Rule(rule) => Some((rule.id, opened.span(rule.id))),
        RouteEntry::Error(_) => None,
    });
    rules.into_iter().find(|(_, span)| span.start <= offset && offset <= span.end)
}
