//! The steps as queries. Each says what it depends on; what comes out equal re-runs nothing.

use crate::input::{Asset, Source, Workspace};
use gloo_ir::resolve::{DeclarationId, Declarations, Names};
use gloo_ir::{AssetError, Assets, Environment, Lowered, Manifest, Program, SourceMap};
use gloo_source::{Diagnostic, FileId, Place};
use gloo_syntax::{Parsed, ast};
use salsa::Database as Db;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Text to tree, spans, comments and syntax errors.
#[salsa::tracked(returns(ref))]
pub(crate) fn parse(db: &dyn Db, source: Source) -> Parsed {
    gloo_syntax::parse(source.id(db), source.text(db))
}

/// The tree alone, which white space and comments don't change.
#[salsa::tracked(returns(ref))]
pub(crate) fn tree(db: &dyn Db, source: Source) -> Arc<ast::File> {
    parse(db, source).tree.clone()
}

/// What a file declares, which its bodies don't change.
#[salsa::tracked(returns(ref))]
pub(crate) fn declarations(db: &dyn Db, source: Source) -> Arc<Declarations> {
    Arc::new(gloo_ir::resolve::declarations(tree(db, source)))
}

/// The `let`s of a file.
#[salsa::tracked(returns(ref))]
pub(crate) fn templates(db: &dyn Db, source: Source) -> BTreeMap<u32, Arc<ast::Let>> {
    gloo_ir::resolve::templates(tree(db, source))
}

/// One `let` of a file: whoever uses it depends on it alone.
#[salsa::tracked(returns(clone))]
pub(crate) fn template(db: &dyn Db, source: Source, index: u32) -> Option<Arc<ast::Let>> {
    templates(db, source).get(&index).cloned()
}

/// All names of the workspace.
#[salsa::tracked(returns(ref))]
pub(crate) fn names(db: &dyn Db, workspace: Workspace) -> Arc<Names> {
    let files: Vec<(FileId, Arc<str>, Arc<Declarations>)> = workspace
        .sources(db)
        .iter()
        .map(|source| (source.id(db), source.path(db).clone(), declarations(db, *source).clone()))
        .collect();
    Arc::new(Names::join(&files))
}

/// Which file has which number.
#[salsa::tracked(returns(ref))]
pub(crate) fn numbers(db: &dyn Db, workspace: Workspace) -> BTreeMap<FileId, Source> {
    workspace.sources(db).iter().map(|source| (source.id(db), *source)).collect()
}

/// One file's typed declarations.
#[salsa::tracked(returns(ref))]
pub(crate) fn lower(db: &dyn Db, workspace: Workspace, source: Source) -> Arc<Lowered> {
    let environment = Whole { db, workspace };
    Arc::new(gloo_ir::lower_file(names(db, workspace), source.id(db), tree(db, source), &environment))
}

/// The manifest, and what is wrong with it.
#[salsa::tracked(returns(ref))]
pub(crate) fn manifest(db: &dyn Db, workspace: Workspace) -> (Manifest, Vec<Diagnostic>) {
    match workspace.manifest(db) {
        Some((file, text)) => Manifest::read(*file, text),
        None => (Manifest::default(), Vec::new()),
    }
}

/// The whole program, and what can be said of it only as a whole.
#[salsa::tracked(returns(ref))]
pub(crate) fn program(db: &dyn Db, workspace: Workspace) -> (Arc<Program>, Vec<Diagnostic<Place>>) {
    let files: Vec<(FileId, Arc<Lowered>)> = workspace
        .sources(db)
        .iter()
        .map(|source| (source.id(db), lower(db, workspace, *source).clone()))
        .collect();
    let (manifest, _) = manifest(db, workspace);
    let (program, diagnostics) = Program::join(names(db, workspace), manifest, &files);
    (Arc::new(program), diagnostics)
}

/// Where the nodes of a file stand.
#[salsa::tracked(returns(ref))]
pub(crate) fn spans(db: &dyn Db, source: Source) -> Arc<gloo_syntax::NodeSpans> {
    Arc::new(parse(db, source).spans.clone())
}

/// Where the nodes of all files stand.
#[salsa::tracked(returns(ref))]
pub(crate) fn source_map(db: &dyn Db, workspace: Workspace) -> Arc<SourceMap> {
    let mut map = SourceMap::default();
    for source in workspace.sources(db) {
        map.insert(source.id(db), spans(db, *source).clone());
    }
    Arc::new(map)
}

/// All that is to be said about the workspace, in the order of paths and lines.
#[salsa::tracked(returns(ref))]
pub(crate) fn diagnostics(db: &dyn Db, workspace: Workspace) -> Arc<Vec<Diagnostic>> {
    let (manifest, mut diagnostics) = manifest(db, workspace).clone();
    let map = source_map(db, workspace);
    for source in workspace.sources(db) {
        diagnostics.extend(parse(db, *source).diagnostics.iter().cloned());
        let lowered = lower(db, workspace, *source);
        diagnostics.extend(lowered.diagnostics.iter().cloned().map(|it| map.resolve(it)));
    }
    let (_, whole) = program(db, workspace);
    diagnostics.extend(whole.iter().cloned().map(|it| map.resolve(it)));
    let mut diagnostics = gloo_ir::finished(diagnostics, &manifest);
    // A file that came later has a later number, wherever its path stands.
    let numbers = numbers(db, workspace);
    let path = |diagnostic: &Diagnostic| {
        diagnostic.span().and_then(|span| numbers.get(&span.file)).map(|source| source.path(db).clone())
    };
    diagnostics.sort_by_key(path);
    Arc::new(diagnostics)
}

/// What lowering asks of the rest of the workspace, as queries.
struct Whole<'a> {
    db: &'a dyn Db,
    workspace: Workspace,
}

impl Assets for Whole<'_> {
    fn read(&self, path: &str) -> Result<Arc<str>, AssetError> {
        let asset: Option<&Asset> = self.workspace.assets(self.db).get(path);
        asset.map_or(Err(AssetError::Missing), |asset| asset.content(self.db).clone())
    }
}

impl Environment for Whole<'_> {
    fn template(&self, id: DeclarationId) -> Option<Arc<ast::Let>> {
        let source = numbers(self.db, self.workspace).get(&id.file)?;
        template(self.db, *source, id.index)
    }
}
