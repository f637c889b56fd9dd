//! The whole front end at once, without a database: for tests and for whoever compiles a workspace but once.

use crate::lower::{AssetError, Assets, Environment, Lowered, lower_file};
use crate::resolve::{DeclarationId, Declarations, Names, declarations, templates};
use crate::{Lint, Manifest, Program, SourceMap};
use gloo_source::{Code, Diagnostic, FileId, Severity, Sources, sort};
use gloo_syntax::ast::Let;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A compiled workspace.
#[derive(Clone, Debug, Default)]
pub struct Compiled {
    /// The program, as far as it could be understood.
    pub program: Program,
    /// All that is to be said about it, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// The files.
    pub sources: Sources,
    /// From the program's places to spans.
    pub source_map: SourceMap,
    /// The settings of the workspace.
    pub manifest: Manifest,
    /// All names.
    pub names: Names,
}

impl Compiled {
    /// The errors among the diagnostics.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// Compiles a workspace. `files` are paths relative to it with their texts: those that end in `.gloo` are the program,
/// the others can be taken in with `file("…")`. `manifest` is the text of `gloo.toml`.
#[must_use]
pub fn compile(files: &[(&str, &str)], manifest: Option<&str>) -> Compiled {
    compile_with(files, manifest, &BTreeMap::new())
}

/// As [`compile`]; `lints` hold against what `gloo.toml` says of the same findings.
#[must_use]
pub fn compile_with(
    files: &[(&str, &str)],
    manifest: Option<&str>,
    lints: &BTreeMap<String, Lint>,
) -> Compiled {
    let mut ordered: Vec<(&str, &str)> = files.to_vec();
    ordered.extend(manifest.map(|text| ("gloo.toml", text)));
    ordered.sort_unstable();
    let mut compiled = Compiled::default();
    let mut diagnostics = Vec::new();
    let mut trees = Vec::new();
    let mut assets: BTreeMap<String, Arc<str>> = BTreeMap::new();
    for (id, (path, text)) in (0..).map(FileId).zip(ordered) {
        compiled.sources.insert(id, path, text);
        if path == "gloo.toml" {
            let (manifest, problems) = Manifest::read(id, text);
            compiled.manifest = manifest;
            diagnostics.extend(problems);
        } else if path.ends_with(".gloo") {
            let parsed = gloo_syntax::parse(id, text);
            compiled.source_map.insert(id, Arc::new(parsed.spans));
            diagnostics.extend(parsed.diagnostics);
            trees.push((id, Arc::<str>::from(path), parsed.tree));
        } else {
            assets.insert(path.to_owned(), text.into());
        }
    }
    let declared: Vec<(FileId, Arc<str>, Arc<Declarations>)> =
        trees.iter().map(|(id, path, tree)| (*id, path.clone(), Arc::new(declarations(tree)))).collect();
    compiled.manifest.lints.extend(lints.clone());
    compiled.names = Names::join(&declared);
    let templates = trees.iter().flat_map(|(file, _, tree)| {
        let lets = templates(tree).into_iter();
        lets.map(|(index, it)| (DeclarationId { file: *file, index }, it))
    });
    let environment = Whole { templates: templates.collect(), assets };
    let lowered: Vec<(FileId, Arc<Lowered>)> = trees
        .iter()
        .map(|(id, _, tree)| (*id, Arc::new(lower_file(&compiled.names, *id, tree, &environment))))
        .collect();
    let (program, joined) = Program::join(&compiled.names, &compiled.manifest, &lowered);
    let places = lowered.iter().flat_map(|(_, lowered)| lowered.diagnostics.iter().cloned()).chain(joined);
    diagnostics.extend(places.map(|diagnostic| compiled.source_map.resolve(diagnostic)));
    compiled.program = program;
    compiled.diagnostics = finished(diagnostics, &compiled.manifest);
    compiled
}

/// The diagnostics of a workspace as they are shown: sorted, each once, with the levels of its `[lints]`. Where something
/// could not be understood, unused names are no news: what uses them may be what is wrong.
#[must_use]
pub fn finished(mut diagnostics: Vec<Diagnostic>, manifest: &Manifest) -> Vec<Diagnostic> {
    let wrong = diagnostics.iter().any(Diagnostic::is_mistake);
    diagnostics
        .retain(|diagnostic| !(wrong && matches!(diagnostic.code, Code::UNUSED_NAME | Code::UNUSED_USE)));
    diagnostics.retain_mut(|diagnostic| manifest.apply(diagnostic));
    sort(&mut diagnostics);
    diagnostics.dedup();
    diagnostics
}

/// A workspace that is known as a whole.
struct Whole {
    templates: BTreeMap<DeclarationId, Arc<Let>>,
    assets: BTreeMap<String, Arc<str>>,
}

impl Assets for Whole {
    fn read(&self, path: &str) -> Result<Arc<str>, AssetError> {
        self.assets.read(path)
    }
}

impl Environment for Whole {
    fn template(&self, id: DeclarationId) -> Option<Arc<Let>> {
        self.templates.get(&id).cloned()
    }
}
