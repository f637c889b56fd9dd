//! Regular expressions with the syntax and meaning of RE2, as Envoy and so every target has them.
//!
//! The engine is `regex-automata`, whose own syntax differs from RE2's where it hurts: `[a&&b]` is an intersection there
//! and three characters in RE2, `\d` is Unicode there and ASCII in RE2, `\<` is an assertion there and a `<` in RE2. So
//! the text is read by a front end of our own, which follows RE2's parser step by step and is held against RE2's own
//! library (`tests/re2/README.md`), and only the expression tree is handed on.
//!
//! An expression must match the whole text, as Envoy asks (`RE2::FullMatch`).

mod class;
mod escape;
mod flags;
mod latin1;
mod parser;
mod stack;
mod unicode;

use crate::PatternError;
use parser::Encoding;
use regex_automata::Input;
use regex_automata::nfa::thompson::pikevm::{Cache, PikeVM};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::pool::Pool;
use regex_syntax::hir::{Hir, Look};
use serde::{Serialize, Serializer};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

/// The longest expression that is read, in bytes.
pub const MAX_LENGTH: usize = 32 * 1024;

/// The deepest nesting of groups that is read.
pub const MAX_DEPTH: usize = 100;

/// An RE2 expression, which matches a text only as a whole.
///
/// Two are equal if they are written alike.
#[derive(Clone)]
pub struct Regex(Arc<Inner>);

struct Inner {
    source: String,
    ignore_case: bool,
    open_quote: bool,
    captures: usize,
    hir: Hir,
    matcher: PikeVM,
    /// What matching works in: making it takes longer than most matches.
    caches: Pool<Cache, MakeCache>,
}

/// Makes what matching works in.
type MakeCache = Box<dyn Fn() -> Cache + Send + Sync + UnwindSafe + RefUnwindSafe>;

impl Regex {
    /// Reads an expression.
    ///
    /// # Errors
    /// Where RE2 refuses it, and where it is beyond [`MAX_LENGTH`], [`MAX_DEPTH`] or a size that RE2 surely compiles.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        Self::new(text, false)
    }

    /// The same expression with `(?i)` before it.
    ///
    /// # Errors
    /// Where it becomes too large by that.
    pub fn ignoring_case(&self) -> Result<Self, PatternError> {
        Self::new(&self.0.source, true)
    }

    fn new(text: &str, ignore_case: bool) -> Result<Self, PatternError> {
        let parsed = parser::parse(text, ignore_case, Encoding::Utf8)?;
        let whole = Hir::concat(vec![Hir::look(Look::Start), parsed.hir.clone(), Hir::look(Look::End)]);
        let matcher = nfa(&whole).and_then(|nfa| PikeVM::new_from_nfa(nfa).ok()).ok_or_else(|| {
            PatternError::too_large(0..text.len(), "this expression is too large")
                .help("write smaller counts and classes, or several rules")
        })?;
        let source = text.to_owned();
        let parser::Parsed { hir, open_quote, captures } = parsed;
        let own = matcher.clone();
        let caches = Pool::new(Box::new(move || own.create_cache()) as MakeCache);
        Ok(Self(Arc::new(Inner { source, ignore_case, open_quote, captures, hir, matcher, caches })))
    }

    /// Whether the expression matches the whole text.
    #[must_use]
    pub fn contains(&self, text: &str) -> bool {
        let mut cache = self.0.caches.get();
        self.0.matcher.is_match(&mut cache, Input::new(text))
    }

    /// The expression as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// Whether `(?i)` stands before it.
    #[must_use]
    pub fn ignores_case(&self) -> bool {
        self.0.ignore_case
    }

    /// How many groups capture: what `\1`, `\2` … can stand for in a replacement.
    #[must_use]
    pub fn captures(&self) -> usize {
        self.0.captures
    }

    /// The expression as text that RE2 reads alone, and in `(?:…)` as a part of others.
    #[must_use]
    pub fn to_embeddable(&self) -> String {
        let open = if self.0.ignore_case { "(?i:" } else { "" };
        let close = if self.0.ignore_case { ")" } else { "" };
        // `\Q` may go on to the end of an expression; in another it would swallow what follows.
        let end_quote = if self.0.open_quote { r"\E" } else { "" };
        format!("{open}{}{end_quote}{close}", self.0.source)
    }

    pub(crate) fn hir(&self) -> &Hir {
        &self.0.hir
    }

    fn key(&self) -> (&str, bool) {
        (&self.0.source, self.0.ignore_case)
    }
}

/// Memory for one expression's automaton, in bytes.
const NFA_LIMIT: usize = 16 << 20;

/// The expression as an automaton; nothing if that is too large.
pub(crate) fn nfa(hir: &Hir) -> Option<thompson::NFA> {
    let config = thompson::Config::new().which_captures(WhichCaptures::None).nfa_size_limit(Some(NFA_LIMIT));
    thompson::Compiler::new().configure(config).build_from_hir(hir).ok()
}

impl std::fmt::Debug for Regex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Regex({:?})", self.to_embeddable())
    }
}

/// As RE2 reads it: the text as it was written, in `(?i:…)` where case is ignored.
impl std::fmt::Display for Regex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_embeddable())
    }
}

impl PartialEq for Regex {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Regex {}

impl PartialOrd for Regex {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Regex {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl std::hash::Hash for Regex {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl Serialize for Regex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
