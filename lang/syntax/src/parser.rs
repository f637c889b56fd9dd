//! Tokens to tree.
//!
//! A text that is right goes through the generated parser once. Of one that is not, each declaration is parsed by
//! itself, so that a mistake in one never hides those in the next; brackets that are missing are put where the
//! indentation says that they were forgotten, and words of other languages are replaced by those that were meant.

use crate::ast::{File, Item, ItemKind};
use crate::comments::{Comment, Docs};
use crate::context::{Context, Never, ParseError};
use crate::grammar::FileParser;
use crate::lexer::{self, Lexed, Spanned};
use crate::repair::Repair;
use crate::report::Report;
use crate::spans::NodeSpans;
use crate::unexpected::{self, Told};
use crate::{balance, repair};
use gloo_source::{Code, Diagnostic, FileId, LineIndex, Severity};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a text says, and all that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The tree, with error leaves where something could not be read.
    pub tree: Arc<File>,
    /// Where the nodes of the tree stand.
    pub spans: NodeSpans,
    /// The comments in the order of the text.
    pub comments: Vec<Comment>,
    /// What is wrong, in the order of the text; at most 100 errors and 100 warnings.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed {
    /// Whether the whole text could be read; there may be warnings.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error)
    }
}

/// Reads a text. Never fails and never panics: whatever `text` is, there is a tree, and a diagnostic for what its error
/// leaves stand for.
#[must_use]
pub fn parse(file: FileId, text: &str) -> Parsed {
    parse_with_tokens(file, text).0
}

/// The same, with the tokens of the text.
pub(crate) fn parse_with_tokens(file: FileId, text: &str) -> (Parsed, Vec<Spanned>) {
    if text.len() > lexer::LONGEST {
        return (too_long(file), Vec::new());
    }
    let Lexed { tokens, comments, docs, mut report } = lexer::run(file, text);
    let mut spans = NodeSpans::new(file);
    let mut parser = Parser { text, docs: &docs, report: &mut report, spans: &mut spans };
    let tree = parser.strict(&tokens).unwrap_or_else(|| parser.tolerant(&tokens));
    let parsed = Parsed { tree: Arc::new(tree), spans, comments, diagnostics: report.into_diagnostics() };
    (parsed, tokens)
}

fn too_long(file: FileId) -> Parsed {
    let mut report = Report::new(file);
    let message = format!("the file is longer than {} MiB", lexer::LONGEST >> 20);
    report.add(
        report.at(Code::TOO_LARGE, 0, 0, message).help("split it: all files of a folder are one module"),
    );
    Parsed {
        tree: Arc::default(),
        spans: NodeSpans::new(file),
        comments: Vec::new(),
        diagnostics: report.into_diagnostics(),
    }
}

struct Parser<'a> {
    text: &'a str,
    docs: &'a Docs,
    report: &'a mut Report,
    spans: &'a mut NodeSpans,
}

/// After how many errors the rest of a declaration is given up.
const MOST_ERRORS: usize = 25;

/// How many tokens are parsed again for the sake of repairs.
const MOST_TOKENS: usize = 200_000;

/// What one run of the generated parser gave.
struct Attempt {
    tree: Option<File>,
    errors: Vec<ParseError>,
}

impl Attempt {
    /// How much was lost: declarations first.
    fn rank(&self) -> (usize, usize) {
        let lost = |tree: &File| tree.items.iter().filter(|item| item.kind == ItemKind::Error).count();
        (self.tree.as_ref().map_or(usize::MAX, lost), self.errors.len())
    }
}

impl Parser<'_> {
    /// One run over the tokens. What it numbered and reported stays.
    /// At the `most`th error the tokens end: what the parser keeps of an error is large.
    fn attempt(&mut self, tokens: &[Spanned], most: usize) -> Attempt {
        let left = Cell::new(most);
        let mut context = Context::new(self.text, self.docs, self.spans, self.report, &left);
        let tokens = tokens.iter().take_while(|_| left.get() > 0).map(|token| Ok::<_, Never>(*token));
        let result = FileParser::new().parse(&mut context, tokens);
        let mut errors = context.errors;
        let tree = result.map_err(|error| errors.push(error)).ok();
        errors.truncate(most);
        Attempt { tree, errors }
    }

    /// The tree, if nothing is wrong with the tokens.
    fn strict(&mut self, tokens: &[Spanned]) -> Option<File> {
        if !balance::is_shallow(tokens) {
            return None;
        }
        let (said, numbered) = (self.report.diagnostics().len(), self.spans.len());
        let attempt = self.attempt(tokens, 1);
        if attempt.errors.is_empty() {
            return attempt.tree;
        }
        // The declarations are parsed once more, and would be numbered and reported twice.
        self.report.truncate(said);
        self.spans.truncate(numbered);
        None
    }

    /// A tree of what can be read.
    fn tolerant(&mut self, tokens: &[Spanned]) -> File {
        let lines = LineIndex::new(self.text);
        let mut items = Vec::new();
        let end = tokens.last().map_or(0, |last| last.2);
        for chunk in balance::chunks(self.text, tokens) {
            if self.report.is_full() {
                // Nobody reads on; and what follows is as broken, as a rule.
                items.push(self.error_item(chunk.first().map_or(end, |first| first.0), end));
                break;
            }
            items.extend(self.chunk(chunk, &lines));
        }
        File { items }
    }

    /// Parses one declaration, or what stands where one should.
    fn chunk(&mut self, tokens: &[Spanned], lines: &LineIndex) -> Vec<Item> {
        let (start, end) =
            (tokens.first().map_or(0, |first| first.0), tokens.last().map_or(0, |last| last.2));
        if !balance::is_shallow(tokens) {
            balance::report_deep(self.report, tokens);
            return vec![self.error_item(start, end)];
        }
        let (mut tokens, told) = balance::close(self.text, tokens, self.report);
        let (attempt, mended) = self.mended(&mut tokens);
        // Characters that were passed over, and brackets in strings, are missing to the parser.
        let lost = self
            .report
            .diagnostics()
            .iter()
            .filter(|it| matches!(it.code, Code::UNKNOWN_CHARACTER | Code::BAD_STRING));
        let lost = lost.filter_map(Diagnostic::span).map(|span| span.start);
        let mut told: BTreeSet<usize> =
            told.into_iter().chain(mended).chain(lost).map(|at| lines.line(at)).collect();
        for error in &attempt.errors {
            let Told { start, end, message, help } = unexpected::told(error, self.text, &tokens);
            // One error on each line: those that follow are mostly its consequence.
            if told.insert(lines.line(start)) {
                let diagnostic = self.report.at(Code::UNEXPECTED, start, end, message);
                self.report.add(help.into_iter().fold(diagnostic, Diagnostic::help));
            }
        }
        attempt.tree.map_or_else(|| vec![self.error_item(start, end)], |tree| tree.items)
    }

    /// Parses, replacing words of other languages as long as that helps; gives the offsets at which that was said, too.
    fn mended(&mut self, tokens: &mut Vec<Spanned>) -> (Attempt, Vec<u32>) {
        let start = (self.report.diagnostics().len(), self.spans.len());
        let mut attempt = self.attempt(tokens, MOST_ERRORS);
        let mut repairs = Vec::new();
        // Each repair costs a run over the declaration.
        let mut tries = (MOST_TOKENS / tokens.len().max(1)).clamp(2, repair::MOST);
        while let Some((repair, mended, next)) = self.improve(&attempt, tokens, start, &mut tries) {
            repairs.push(repair);
            *tokens = mended;
            attempt = next;
        }
        let told = repairs.iter().map(Repair::start).collect();
        for repair in repairs {
            repair.report(self.report);
        }
        (attempt, told)
    }

    /// The first repair that makes errors fewer, with the tokens and the attempt that it leads to. If there is none, what
    /// `attempt` reported and numbered stays.
    fn improve(
        &mut self,
        attempt: &Attempt,
        tokens: &[Spanned],
        (said, numbered): (usize, usize),
        tries: &mut usize,
    ) -> Option<(Repair, Vec<Spanned>, Attempt)> {
        let mut tried = false;
        for repair in attempt.errors.iter().flat_map(|error| repair::candidates(error, self.text, tokens)) {
            if *tries == 0 {
                break;
            }
            *tries -= 1;
            tried = true;
            let mut mended = tokens.to_vec();
            repair.apply(&mut mended);
            self.report.truncate(said);
            self.spans.truncate(numbered);
            let next = self.attempt(&mended, MOST_ERRORS);
            if repair.helps(&attempt.errors, &next.errors) && (!repair.fewer || next.rank() < attempt.rank())
            {
                return Some((repair, mended, next));
            }
        }
        if tried {
            self.report.truncate(said);
            self.spans.truncate(numbered);
            self.attempt(tokens, MOST_ERRORS);
        }
        None
    }

    fn error_item(&mut self, start: u32, end: u32) -> Item {
        Item { id: self.spans.push(start, end), doc: None, public: None, kind: ItemKind::Error }
    }
}
