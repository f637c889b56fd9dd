//! What a user can have done: `workspace/executeCommand`.
//!
//! A command is about a file and mostly about a position in it: its argument is an object with `uri` and `position`. What
//! comes of it is an object with a `title`, a `text` and the `language` that the text is in.

mod diff;
mod manifests;
mod proof;
mod request;
mod test;
mod trace;

use crate::Build;
use crate::protocol::{Answer, ExecuteCommandParams, Failure, Position, Uri};
use crate::snapshot::{Opened, Snapshot};
use gloo_ir::resolve::Names;
use gloo_ir::{Program, SourceMap};
use gloo_source::{FileId, Place, Severity, Span};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Shows the way of one request.
pub const TRACE: &str = "gloo.trace";
/// Shows a request that a rule takes.
pub const REQUEST: &str = "gloo.showRequest";
/// Runs the tests of a block.
pub const TEST: &str = "gloo.runTest";
/// Says whether the claims of a block hold, each with a request that shows it.
pub const PROVE: &str = "gloo.prove";
/// Shows what is written for a declaration on each cluster.
pub const MANIFESTS: &str = "gloo.showManifests";
/// Says for which requests the workspace does something else than at a revision.
pub const DIFF: &str = "gloo.diff";

/// All commands.
pub const ALL: &[&str] = &[TRACE, REQUEST, TEST, PROVE, MANIFESTS, DIFF];

/// Does what is asked.
///
/// # Errors
/// There is no such command, the workspace has errors, or what is asked can't be done.
pub fn execute(snapshots: Vec<Snapshot>, params: ExecuteCommandParams) -> Answer<Option<Value>> {
    let argument = params.arguments.into_iter().flatten().next().unwrap_or_default();
    let snapshot = snapshots.into_iter().next();
    let snapshot = snapshot.ok_or_else(|| Failure::Invalid("the command is about no file".to_owned()))?;
    // The snapshot goes here: what follows may take long, and no edit shall wait for it.
    let subject = Subject::of(&snapshot, &argument)?;
    drop(snapshot);
    match params.command.as_str() {
        TRACE => trace::trace(&subject, &argument),
        REQUEST => request::request(&subject),
        TEST => test::test(&subject),
        PROVE => proof::prove(&subject),
        MANIFESTS => manifests::manifests(&subject),
        DIFF => diff::diff(&subject, &argument),
        other => Err(Failure::Invalid(format!("there is no command `{other}`"))),
    }
    .map(Some)
}

/// A program that is free of errors, and what of it is meant.
struct Subject {
    program: Arc<Program>,
    names: Arc<Names>,
    map: Arc<SourceMap>,
    /// The paths of files, with where their lines begin.
    files: BTreeMap<FileId, (Arc<str>, gloo_source::LineIndex)>,
    /// The declaration at the position.
    declaration: Option<Span>,
    /// The rule, claim or case at the position: where it stands.
    offset: Option<(FileId, u32)>,
    root: PathBuf,
    is_single: bool,
    insight: Option<Arc<crate::background::Insight>>,
    world: Arc<dyn gloo_world::World + Send>,
    build: Arc<Build>,
}

impl Subject {
    fn of(snapshot: &Snapshot, argument: &Value) -> Answer<Self> {
        let database = &snapshot.database;
        if database.diagnostics().iter().any(|one| one.severity == Severity::Error) {
            return Err(Failure::Refused("the workspace has errors: mend them first".to_owned()));
        }
        let uri = argument.get("uri").and_then(Value::as_str).and_then(|text| Uri::parse(text).ok());
        let position: Option<Position> =
            argument.get("position").and_then(|it| serde_json::from_value(it.clone()).ok());
        let opened: Option<Opened<'_>> = uri.and_then(|uri| snapshot.open(&uri).ok());
        let offset = opened.as_ref().zip(position).map(|(opened, at)| (opened.file, opened.offset(at)));
        let declaration = opened.as_ref().zip(offset).and_then(|(opened, (_, offset))| {
            let mut items = opened.tree().items.iter().map(|item| opened.span(item.id));
            items.find(|span| span.start <= offset && offset <= span.end)
        });
        let files = database.paths().filter_map(|path| {
            let lines = gloo_source::LineIndex::new(&database.text(path)?);
            Some((database.file(path)?, (path.clone(), lines)))
        });
        Ok(Self {
            program: database.program(),
            names: database.names(),
            map: database.source_map(),
            files: files.collect(),
            declaration,
            offset,
            root: snapshot.root.clone(),
            is_single: snapshot.is_single,
            insight: snapshot.insight.clone(),
            world: snapshot.world.clone(),
            build: snapshot.build.clone(),
        })
    }

    /// File and line of a place.
    fn position(&self, place: Place) -> Option<(String, u32)> {
        let span = self.map.span(place);
        let (path, lines) = self.files.get(&span.file)?;
        Some((path.to_string(), lines.line(span.start) as u32 + 1))
    }

    /// `routes.gloo:12`
    fn link(&self, place: Place) -> String {
        self.position(place).map_or_else(String::new, |(file, line)| format!("{file}:{line}"))
    }

    /// Whether a place lies at the position that is meant.
    fn is_meant(&self, place: Place) -> bool {
        let span = self.map.span(place);
        self.offset.is_some_and(|(file, at)| file == span.file && span.start <= at && at <= span.end)
    }

    /// Whether a place lies in the declaration that is meant.
    fn is_within(&self, place: Place) -> bool {
        let span = self.map.span(place);
        self.declaration
            .is_some_and(|it| it.file == span.file && it.start <= span.start && span.end <= it.end)
    }
}

/// What a command gives.
fn result(title: impl Into<String>, language: &str, text: impl Into<String>) -> Value {
    json!({ "title": title.into(), "language": language, "text": text.into() })
}
