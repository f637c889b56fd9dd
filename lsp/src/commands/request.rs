//! Requests that a rule takes.

use super::{Subject, result};
use crate::protocol::{Answer, Failure};
use crate::regions::of_rule;
use gloo_checker::{EntryRegions, regions};
use gloo_source::Place;
use serde_json::Value;
use std::sync::Arc;

/// So many are read.
const MOST: usize = 12;

/// Shows requests that the rule at the position takes, each with what becomes of it.
pub fn request(subject: &Subject) -> Answer<Value> {
    let rules =
        subject.program.tables.values().flat_map(|table| table.rules.iter().map(move |rule| (table, rule)));
    let found = rules.into_iter().find(|(_, rule)| subject.is_meant(rule.place));
    let (table, rule) = found.ok_or_else(|| Failure::Invalid("there is no rule here".to_owned()))?;
    let known = subject.insight.as_ref().filter(|it| Arc::ptr_eq(&it.program, &subject.program));
    let title = format!("requests of {}.{}", table.id, rule.title());
    let text = match known.filter(|it| !it.regions.is_empty()) {
        Some(insight) => shown(&insight.regions, of_rule(insight, rule.place)),
        None => {
            let all = regions(&subject.program, |_, _| true);
            shown(&all, taken(&all, rule.place))
        }
    };
    Ok(result(title, "shellscript", text))
}

fn taken(
    all: &[EntryRegions],
    rule: Place,
) -> impl Iterator<Item = (&EntryRegions, &gloo_checker::RegionSample)> {
    use gloo_ir::evaluate::StepKind;
    let each = all.iter().flat_map(|entry| entry.regions.iter().map(move |region| (entry, region)));
    each.filter(move |(_, region)| {
        region.trace.steps.iter().any(|step| step.step == StepKind::Route && step.place == Some(rule))
    })
}

fn shown<'r>(
    all: &[EntryRegions],
    requests: impl Iterator<Item = (&'r EntryRegions, &'r gloo_checker::RegionSample)>,
) -> String {
    let requests: Vec<_> = requests.collect();
    if requests.is_empty() {
        let undecided: Vec<String> = all
            .iter()
            .filter_map(|entry| entry.undecided.as_ref())
            .map(|(why, _)| format!("# {why}\n"))
            .collect();
        return match undecided.is_empty() {
            true => "# no request gets here\n".to_owned(),
            false => format!("# it is not known whether a request gets here:\n{}", undecided.concat()),
        };
    }
    let mut text = String::new();
    for (entry, region) in requests.iter().take(MOST) {
        let lines = [
            format!("# {} on {}: {}", entry.entry, entry.cluster, region.requests),
            format!("# {}", region.trace.summary()),
            region.command.clone(),
        ];
        text.push_str(&lines.join("\n"));
        text.push_str("\n\n");
    }
    if requests.len() > MOST {
        text.push_str(&format!("# and {} more kinds of requests\n", requests.len() - MOST));
    }
    text
}
