//! What is written for a declaration.

use super::{Subject, result};
use crate::protocol::{Answer, Failure};
use gloo_source::Place;
use serde_json::Value;

/// Shows the files of each cluster that come from the declaration at the position.
pub fn manifests(subject: &Subject) -> Answer<Value> {
    let declaration =
        subject.declaration.ok_or_else(|| Failure::Invalid("there is no declaration here".to_owned()))?;
    let here = match subject.files.get(&declaration.file) {
        Some((path, lines)) => format!("{path}:{}", lines.line(declaration.start) + 1),
        None => String::new(),
    };
    // A file says from which declarations it comes: of all others it only says that there are such.
    let positions =
        |place: Place| if subject.is_within(place) { here.clone() } else { "other declarations".to_owned() };
    let built = (subject.build)(&subject.program, &positions);
    let built = built.map_err(|wrong| {
        let said = wrong.into_iter().map(|one| match one.labels.first() {
            Some(label) => format!("{}: {}", subject.link(label.place), one.message),
            None => one.message,
        });
        Failure::Refused(format!("it can't be built: {}", said.collect::<Vec<_>>().join("; ")))
    })?;
    let comes_from_here = |text: &str| text.lines().next().is_some_and(|line| line.contains(&here));
    let mut text = String::new();
    for (path, content) in built.iter().filter(|(_, text)| comes_from_here(text)) {
        text.push_str(&format!("# {path}\n{content}\n"));
    }
    if text.is_empty() {
        text.push_str("# nothing is written for this alone\n");
    }
    Ok(result(format!("manifests of {here}"), "yaml", text))
}
