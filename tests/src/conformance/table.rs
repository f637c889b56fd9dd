//! The table of what came of everything.

use super::job::{Job, Origin, Report};
use super::target::Target;
use std::time::Duration;

/// What stands over the columns.
const HEAD: [&str; 9] = [
    "target",
    "workspace",
    "objects",
    "refused",
    "regions",
    "not sent",
    "mismatches",
    "rules left out",
    "seconds",
];

/// The rows: one for each example, and one for all workspaces that are made up.
#[must_use]
pub fn rows(jobs: &[Job], reports: &[Report]) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for target in Target::ALL {
        let own: Vec<_> = jobs.iter().zip(reports).filter(|(job, _)| job.target == target).collect();
        let (examples, made_up): (Vec<_>, Vec<_>) =
            own.into_iter().partition(|(job, _)| matches!(job.origin, Origin::Example(_)));
        rows.extend(examples.iter().map(|(job, report)| row(target, job.name(), &[report])));
        if !made_up.is_empty() {
            let reports: Vec<&Report> = made_up.iter().map(|(_, report)| *report).collect();
            rows.push(row(target, format!("{} made up", reports.len()), &reports));
        }
    }
    rows
}

fn row(target: Target, name: String, reports: &[&Report]) -> Vec<String> {
    let sum =
        |number: fn(&Report) -> usize| reports.iter().map(|report| number(report)).sum::<usize>().to_string();
    let failures = reports.iter().filter(|report| report.failure.is_some()).count();
    let mismatches = match failures {
        0 => sum(|report| report.mismatches),
        failures => format!("{}, {failures} failed", sum(|report| report.mismatches)),
    };
    let took: Duration = reports.iter().map(|report| report.took).sum();
    let not_lowered = reports.iter().find_map(|report| report.not_lowered.as_ref());
    let regions = not_lowered.map_or_else(|| sum(|report| report.regions), |why| format!("– ({why})"));
    vec![
        target.word().to_owned(),
        name,
        sum(|report| report.objects),
        sum(|report| report.refusals),
        regions,
        sum(|report| report.not_sent),
        mismatches,
        sum(|report| report.dropped),
        format!("{:.1}", took.as_secs_f64()),
    ]
}

/// The table as text.
#[must_use]
pub fn text(rows: &[Vec<String>]) -> String {
    let head: Vec<String> = HEAD.iter().map(ToString::to_string).collect();
    let all: Vec<&Vec<String>> = std::iter::once(&head).chain(rows).collect();
    let width = |column: usize| {
        all.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let mut text = String::new();
    for row in &all {
        let cells = row.iter().enumerate().map(|(column, cell)| format!("{cell:<0$}", width(column)));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}
