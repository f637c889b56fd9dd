//! A trace for people: one line for each step, then what became of the request.

use super::{Final, Reached, Refusal, Trace, words};
use gloo_source::Place;

impl Trace {
    /// The trace as lines of text, in columns: the step, who decided it, where that is written (by `position`), and what
    /// it decided.
    #[must_use]
    pub fn text(&self, position: &dyn Fn(Place) -> Option<(String, u32)>) -> String {
        let rows: Vec<[String; 4]> = self
            .steps
            .iter()
            .map(|step| {
                let at = step.place.and_then(position).map(|(file, line)| format!("{file}:{line}"));
                let kind = step.step.word().to_owned();
                [kind, step.decided_by.clone(), at.unwrap_or_default(), step.says.clone()]
            })
            .collect();
        let mut lines = columns(&rows);
        lines.push(format!("=> {}", self.summary()));
        lines.join("\n") + "\n"
    }

    /// What became of the request, in one line.
    #[must_use]
    pub fn summary(&self) -> String {
        let ends: Vec<String> = self.outcomes().map(summary).collect();
        ends.join("; or ")
    }
}

/// Rows as lines whose columns stand under each other; the last may be as long as it is.
fn columns(rows: &[[String; 4]]) -> Vec<String> {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths = [width(0), width(1), width(2), 0];
    let line = |row: &[String; 4]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

fn summary(end: &Final) -> String {
    match end {
        Final::Denied { status, by, location } => {
            let status = match status {
                Refusal::Status(status) => format!("denied with {status}"),
                Refusal::Any => "denied".to_owned(),
                Refusal::NoConnection => "denied: the connection is refused".to_owned(),
            };
            let location = location.as_ref().map(|to| format!(", sent to {to}")).unwrap_or_default();
            format!("{status} by {by}{location}")
        }
        Final::Redirected { status, location, by } => {
            let to = location.as_ref().map(|to| format!(" to {to}")).unwrap_or_default();
            format!("redirected{to} with {status} by {by}")
        }
        Final::Responded { status, by } => format!("answered {status} by {by}"),
        Final::Forwarded(forwarded) => {
            let reached: Vec<String> = forwarded.destinations.iter().map(place).collect();
            let path = forwarded.sent.as_ref().map(|sent| format!(" as {}", sent.path)).unwrap_or_default();
            let copies: Vec<String> = forwarded.mirrors.iter().map(place).collect();
            let copies =
                if copies.is_empty() { String::new() } else { format!(", copied to {}", copies.join(", ")) };
            format!("forwarded to {}{path}{copies}", reached.join(", "))
        }
    }
}

fn place(reached: &Reached) -> String {
    let name = match &reached.target {
        Some(target) => words::target(target),
        None => reached.host.clone().unwrap_or_default(),
    };
    let share =
        if reached.weight == crate::Percent::ALL { String::new() } else { format!(" {}", reached.weight) };
    let on: Vec<&str> = reached.clusters.iter().map(crate::ClusterId::as_str).collect();
    let on = if on.is_empty() { String::new() } else { format!(" on {}", on.join(" or ")) };
    format!("{name}{share}{on}")
}
