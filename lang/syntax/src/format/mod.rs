//! Tree to text in the one canonical layout.
//!
//! - Two spaces of indentation, lines of at most 100 columns where the words allow it, `\n` at their ends.
//! - A block stays on one line if it was written on one and fits, its entries two spaces apart; otherwise each entry has
//!   its own line. Commas between entries are left out.
//! - Lists, arguments and parameters are on one line if they fit, otherwise each element has its own line and a comma.
//! - Predicates break before `&&` and `||`; rules and clauses before `where` and `=>`.
//! - In tables of routes and in tests, consecutive entries form a run; a blank line, or a comment on its own line, ends
//!   it. Within a run the paths stand below each other, and so do the `=>`, but for heads longer than 60 columns: one
//!   long line doesn't move all others. Comments at the ends of consecutive lines are aligned by the same rule.
//! - Between entries and declarations at most one blank line is kept, none at the start and the end of a block.
//! - Comments stay where they are. Names, strings and numbers are kept as they were written.
//!
//! A layout is only given if it has been read back to the same tree and the same comments.

mod access;
mod expr;
mod infrastructure;
mod path;
mod policy;
mod predicate;
mod printer;
mod proof;
mod route;
mod traffic;
mod writer;

use crate::ast::{File, Item, ItemKind, Let, Use};
use crate::comments::Comment;
use crate::parser::{parse, parse_with_tokens};
use crate::token::Fixed;
use gloo_source::{Diagnostic, FileId};
use writer::Writer;

/// Why a text was not formatted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatRefused {
    /// It has errors: these, of a file numbered 0.
    Errors(Vec<Diagnostic>),
    /// The formatted text would not have meant the same: a mistake in the formatter, which changed nothing.
    Unsound,
}

impl std::fmt::Display for FormatRefused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Errors(_) => "a text with errors is not formatted",
            Self::Unsound => "the formatted text would not mean the same; please report this text",
        })
    }
}

impl std::error::Error for FormatRefused {}

/// `text` in the canonical layout.
///
/// # Errors
///
/// If `text` has errors, or if it can't be shown that the result means the same.
pub fn format(text: &str) -> Result<String, FormatRefused> {
    let (parsed, tokens) = parse_with_tokens(FileId(0), text);
    if !parsed.is_ok() {
        return Err(FormatRefused::Errors(parsed.diagnostics));
    }
    let mut writer = Writer::new(text, &tokens, &parsed.comments);
    writer.file(&parsed.tree);
    let formatted = printer::print(text, &tokens, &parsed.comments, &writer.finish());
    if formatted == text {
        return Ok(formatted);
    }
    let again = parse(FileId(0), &formatted);
    let same =
        again.is_ok() && again.tree == parsed.tree && texts(&again.comments).eq(texts(&parsed.comments));
    if same { Ok(formatted) } else { Err(FormatRefused::Unsound) }
}

fn texts(comments: &[Comment]) -> impl Iterator<Item = &str> {
    comments.iter().map(|comment| &*comment.text)
}

impl Writer<'_> {
    fn file(&mut self, file: &File) {
        for (at, item) in file.items.iter().enumerate() {
            if at > 0 {
                self.line(0);
            }
            self.begin_item();
            self.item(item);
        }
    }

    fn item(&mut self, item: &Item) {
        if item.public.is_some() {
            self.words(1);
            self.space();
        }
        match &item.kind {
            ItemKind::Use(it) => self.r#use(it),
            ItemKind::Let(it) => self.r#let(it),
            ItemKind::Mesh(it) => self.mesh(it),
            ItemKind::Cluster(it) => self.cluster(it),
            ItemKind::Namespace(it) => self.namespace(it),
            ItemKind::External(it) => self.external(it),
            ItemKind::Gateway(it) => self.gateway(it),
            ItemKind::Routes(it) => self.routes(it),
            ItemKind::Provider(it) => self.provider(it),
            ItemKind::Policy(it) => self.policy(it),
            ItemKind::Access(it) => self.access(it),
            ItemKind::Traffic(it) => self.traffic(it),
            ItemKind::Telemetry(it) => self.telemetry(it),
            ItemKind::Patch(it) => self.patch(it),
            ItemKind::Prove(it) => self.prove(it),
            ItemKind::Test(it) => self.test(it),
            // A text with errors does not come here.
            ItemKind::Error => {}
        }
    }

    fn r#use(&mut self, it: &Use) {
        self.words(1);
        self.space();
        // The names of the module, each with the dot after it.
        for _ in &it.module {
            self.tight(2);
        }
        if it.braces {
            self.list(&it.names, |writer, used| {
                writer.words(if used.alias.is_some() { 3 } else { 1 });
            });
        } else {
            self.words(if it.names.iter().any(|used| used.alias.is_some()) { 3 } else { 1 });
        }
    }

    fn r#let(&mut self, it: &Let) {
        self.words(2);
        if let Some(parameters) = &it.parameters {
            self.list(parameters, |writer, _| {
                writer.tight(2);
                writer.space();
                writer.words(1);
            });
        }
        self.space();
        self.sign(Fixed::Equals);
        self.space();
        self.expr(&it.body);
    }
}
