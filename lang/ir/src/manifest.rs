//! `gloo.toml`: the settings of a workspace.

mod forms;
mod lints;

use crate::resolve::suggest;
use forms::{is_name, is_repository};
use gloo_source::{CODES, Code, Diagnostic, FileId, Level, Severity, Span};
pub use lints::{LintProblem, lint_name};
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The settings of a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The workspace's name.
    pub name: String,
    /// What each finding does that isn't as its code says.
    pub lints: BTreeMap<String, Lint>,
    /// The folder that a build writes, relative to the workspace.
    pub out: String,
    /// The URL of the Git repository that the output is kept in.
    pub repository: Option<String>,
    /// How what is built is laid out.
    pub layout: Layout,
}

/// What a finding does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lint {
    /// Nothing.
    Allow,
    /// It is shown.
    Warn,
    /// It fails the check.
    Deny,
}

/// How what is built is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layout {
    /// Files in folders.
    Flat,
    /// With a `kustomization.yaml`.
    Kustomize,
    /// For Argo CD.
    Argocd,
    /// For Flux.
    Flux,
}

impl Layout {
    /// The word in `gloo.toml`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Kustomize => "kustomize",
            Self::Argocd => "argocd",
            Self::Flux => "flux",
        }
    }
}

impl Default for Manifest {
    fn default() -> Self {
        Self {
            name: String::new(),
            lints: BTreeMap::new(),
            out: "out".to_owned(),
            repository: None,
            layout: Layout::Flat,
        }
    }
}

impl Manifest {
    /// Reads the text of `gloo.toml`, which is the file `file`: what could be read, and what is wrong with the rest.
    #[must_use]
    pub fn read(file: FileId, text: &str) -> (Self, Vec<Diagnostic>) {
        let mut reader = Reader { file, diagnostics: Vec::new() };
        let mut manifest = Self::default();
        match DeTable::parse(text) {
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                let message = error
                    .message()
                    .lines()
                    .next()
                    .unwrap_or("it can't be read")
                    .trim_end_matches('.')
                    .to_owned();
                reader.error(
                    span,
                    message,
                    "it is written in TOML: `[workspace]`, then `name = \"acme-shop\"`",
                );
            }
            Ok(table) => reader.manifest(table.get_ref(), &mut manifest),
        }
        (manifest, reader.diagnostics)
    }

    /// What a build laid out so needs and the manifest, which is the file `file` of that text, doesn't say. `[workspace]
    /// name` tells its files from those of other workspaces.
    #[must_use]
    pub fn lacking(&self, file: FileId, text: &str, layout: Layout) -> Vec<Diagnostic> {
        let lack = |section: &str, message: String, help: &str| {
            let at = text.find(section).unwrap_or(0);
            let end = if at == 0 { 0 } else { at + section.len() };
            Diagnostic::new(Code::BAD_MANIFEST, Span::new(file, at as u32, end as u32), message).help(help)
        };
        let mut lacking = Vec::new();
        if self.name.is_empty() {
            let message = "a build needs the workspace's name".to_owned();
            lacking.push(lack("[workspace]", message, "write `name = \"acme-shop\"` below `[workspace]`"));
        }
        if layout == Layout::Argocd && self.repository.is_none() {
            let message = "the layout `argocd` needs the repository that the output is kept in".to_owned();
            let help = "write `repository = \"https://git.acme.com/shop.git\"` below `[build]`";
            lacking.push(lack("[build]", message, help));
        }
        lacking
    }

    /// Gives a diagnostic the severity that `[lints]` says; whether it is to be shown at all.
    #[must_use]
    pub fn apply(&self, diagnostic: &mut Diagnostic) -> bool {
        match self.lints.get(diagnostic.code.name) {
            Some(Lint::Allow) => return false,
            Some(Lint::Warn) => diagnostic.severity = Severity::Warning,
            Some(Lint::Deny) => diagnostic.severity = Severity::Error,
            None => return diagnostic.code.level != Level::Allow,
        }
        true
    }
}

struct Reader {
    file: FileId,
    diagnostics: Vec<Diagnostic>,
}

impl Reader {
    fn error(&mut self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        let span = Span::new(self.file, span.start as u32, span.end as u32);
        self.diagnostics.push(Diagnostic::new(Code::BAD_MANIFEST, span, message).help(help));
    }

    fn manifest(&mut self, table: &DeTable<'_>, manifest: &mut Manifest) {
        for (key, value) in table {
            match (&**key.get_ref(), value.get_ref()) {
                ("workspace", DeValue::Table(table)) => self.workspace(table, manifest),
                ("lints", DeValue::Table(table)) => self.lints(table, manifest),
                ("build", DeValue::Table(table)) => self.build(table, manifest),
                (name @ ("workspace" | "lints" | "build"), _) => {
                    let message = format!("`{name}` is not a section");
                    self.error(value.span(), message, format!("write `[{name}]`, with its settings below"));
                }
                (name, _) => self.unknown(key.span(), "section", name, &["workspace", "lints", "build"]),
            }
        }
    }

    fn workspace(&mut self, table: &DeTable<'_>, manifest: &mut Manifest) {
        for (key, value) in table {
            match &**key.get_ref() {
                "name" => {
                    if let Some(name) = self.text(value) {
                        if is_name(&name) {
                            manifest.name = name;
                        } else {
                            let message = format!("`{name}` can't be the name of a workspace");
                            let help = "write lower-case letters, digits and `-`, at most 63, as `name = \"acme-shop\"`";
                            self.error(value.span(), message, help);
                        }
                    }
                }
                name => self.unknown(key.span(), "setting of `[workspace]`", name, &["name"]),
            }
        }
    }

    fn lints(&mut self, table: &DeTable<'_>, manifest: &mut Manifest) {
        const LEVELS: &[(&str, Lint)] = &[("allow", Lint::Allow), ("warn", Lint::Warn), ("deny", Lint::Deny)];
        for (key, value) in table {
            let name = &**key.get_ref();
            let Some(code) = CODES.iter().find(|code| code.name == name) else {
                self.unknown(key.span(), "finding", name, &lints::known());
                continue;
            };
            let Some(text) = self.text(value) else { continue };
            let Some((_, level)) = LEVELS.iter().find(|(word, _)| **word == *text) else {
                let message = format!("`{text}` is not a level");
                self.error(value.span(), message, "write `\"allow\"`, `\"warn\"` or `\"deny\"`");
                continue;
            };
            if code.level == Level::Error && *level != Lint::Deny {
                let message = format!("`{name}` is always an error");
                self.error(key.span(), message, "remove the line: a program with it has no meaning");
                continue;
            }
            manifest.lints.insert(name.to_owned(), *level);
        }
    }

    fn build(&mut self, table: &DeTable<'_>, manifest: &mut Manifest) {
        const LAYOUTS: &[Layout] = &[Layout::Flat, Layout::Kustomize, Layout::Argocd, Layout::Flux];
        for (key, value) in table {
            match &**key.get_ref() {
                "out" => {
                    let Some(out) = self.text(value) else { continue };
                    let outside = out.is_empty()
                        || out.starts_with('/')
                        || out.split(['/', '\\']).any(|part| part == "..");
                    if outside {
                        let message = format!("`{out}` is not a folder of the workspace");
                        self.error(value.span(), message, "write a folder below it, as `out = \"out\"`");
                        continue;
                    }
                    manifest.out = out;
                }
                "layout" => {
                    let Some(text) = self.text(value) else { continue };
                    match LAYOUTS.iter().find(|layout| layout.word() == text) {
                        Some(layout) => manifest.layout = *layout,
                        None => {
                            let words: Vec<&str> = LAYOUTS.iter().map(|layout| layout.word()).collect();
                            self.unknown(value.span(), "layout", &text, &words);
                        }
                    }
                }
                "repository" => {
                    let Some(url) = self.text(value) else { continue };
                    if is_repository(&url) {
                        manifest.repository = Some(url);
                    } else {
                        let message = "this is not the URL of a Git repository";
                        let help = "write `https://…`, `ssh://…` or `git@host:path`, without a password";
                        self.error(value.span(), message, help);
                    }
                }
                name => {
                    self.unknown(key.span(), "setting of `[build]`", name, &["out", "layout", "repository"]);
                }
            }
        }
    }

    fn text(&mut self, value: &Spanned<DeValue<'_>>) -> Option<String> {
        if let DeValue::String(text) = value.get_ref() {
            return Some(text.to_string());
        }
        self.error(value.span(), "a string is wanted here", "write it in quotes");
        None
    }

    fn unknown(&mut self, span: Range<usize>, what: &str, name: &str, known: &[&str]) {
        let place = Span::new(self.file, span.start as u32, span.end as u32);
        let diagnostic = Diagnostic::new(Code::BAD_MANIFEST, place, format!("there is no {what} `{name}`"));
        self.diagnostics.push(match suggest::closest(name, known.iter().copied()) {
            Some(close) => diagnostic.help(format!("did you mean `{close}`?")),
            None if known.len() <= 6 => {
                diagnostic.help(format!("there is {}", suggest::all_of(&suggest::quoted(known))))
            }
            None => diagnostic.help("`gloo explain` lists them"),
        });
    }
}
