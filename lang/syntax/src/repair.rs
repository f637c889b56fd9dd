//! Words and signs of other languages, and near misses: what was meant, so that the rest of the declaration can be read.
//!
//! A repair is tried only after an error, and kept only if there are fewer errors with it. It is reported in place of
//! the error that it mends.

use crate::context::ParseError;
use crate::expected::{self, Expected};
use crate::lexer::Spanned;
use crate::report::Report;
use crate::token::{Fixed, Token};
use gloo_source::Code;
use std::ops::Range;

mod lost;
mod sign;
mod word;

/// How many repairs are tried in one declaration.
pub(crate) const MOST: usize = 30;

/// A change of the tokens that may mend an error.
pub(crate) struct Repair {
    /// The tokens that are replaced, by their numbers.
    tokens: Range<usize>,
    /// What stands there instead.
    with: Option<Spanned>,
    /// The bytes to show.
    at: Range<u32>,
    code: Code,
    message: String,
    help: String,
    /// The text that the user should write instead of the shown bytes, where that is all that is to be done.
    fix: Option<String>,
    /// Whether other texts could be meant as well.
    guess: bool,
    /// Where the error stood that led to it, or where it ends, whichever is later.
    until: u32,
    /// Whether nothing within the shown bytes means what it seems to mean.
    whole: bool,
    /// Whether it is only good if less is lost on the whole.
    pub fewer: bool,
}

impl Repair {
    /// Changes the tokens.
    pub fn apply(&self, tokens: &mut Vec<Spanned>) {
        if self.tokens.end <= tokens.len() {
            tokens.splice(self.tokens.clone(), self.with);
        }
    }

    /// Whether it makes errors fewer: up to here, since errors further on may have been hidden until now.
    pub fn helps(&self, before: &[ParseError], after: &[ParseError]) -> bool {
        let early = |errors: &[ParseError]| {
            errors.iter().filter(|error| expected::offset(error) <= self.until).count()
        };
        early(after) < early(before)
    }

    /// Where it is reported.
    pub fn start(&self) -> u32 {
        self.at.start
    }

    /// Says what was wrong.
    pub fn report(self, report: &mut Report) {
        if self.whole {
            report.retract(self.at.start, self.at.end);
        }
        let span = report.span(self.at.start, self.at.end);
        let mut diagnostic = report.at(self.code, self.at.start, self.at.end, self.message);
        if !self.help.is_empty() {
            diagnostic = diagnostic.help(self.help);
        }
        if let Some(text) = self.fix {
            let title =
                if text.is_empty() { "leave it out".to_owned() } else { format!("write `{}`", text.trim()) };
            diagnostic = if self.guess {
                diagnostic.guess(title, span, text)
            } else {
                diagnostic.fix(title, span, text)
            };
        }
        report.add(diagnostic);
    }
}

/// What may mend an error, the likeliest first. What the parser says it expected is not the whole truth: it may have
/// taken an expression for finished before it saw that the next word does not belong there. So most are just tried.
pub(crate) fn candidates(error: &ParseError, text: &str, tokens: &[Spanned]) -> Vec<Repair> {
    let at = expected::index(error, tokens);
    let site = Site { text, tokens, at, expected: Expected::of(error) };
    let mut repairs = Vec::new();
    repairs.extend(site.block_comment());
    repairs.extend(site.operator_word());
    repairs.extend(site.signs());
    repairs.extend(site.quotes());
    repairs.extend(site.number());
    repairs.extend(site.reserved());
    repairs.extend(site.method());
    repairs.extend(site.near_miss(at));
    repairs.extend(at.checked_sub(1).and_then(|before| site.near_miss_before(before)));
    repairs.extend(site.missing_colon());
    if site.expected.has(Token::Name) {
        repairs.push(site.missing(error, at..at));
    }
    repairs.extend(site.rest_of_line(error));
    repairs
}

/// Where the parser stopped.
struct Site<'a> {
    text: &'a str,
    tokens: &'a [Spanned],
    /// The number of the token at which it stopped.
    at: usize,
    expected: Expected,
}

impl Site<'_> {
    fn token(&self, at: usize) -> Option<Token> {
        self.tokens.get(at).map(|(_, token, _)| *token)
    }

    fn slice(&self, at: usize) -> &str {
        self.tokens
            .get(at)
            .and_then(|(start, _, end)| self.text.get(*start as usize..*end as usize))
            .unwrap_or("")
    }

    fn bytes(&self, at: usize) -> Range<u32> {
        self.tokens.get(at).map_or(0..0, |(start, _, end)| *start..*end)
    }

    /// Where the parser stopped.
    fn offset(&self) -> u32 {
        self.tokens.get(self.at).map_or(u32::MAX, |(start, ..)| *start)
    }

    fn before(&self) -> Option<usize> {
        self.at.checked_sub(1)
    }

    /// Whether token `at` is the first on its line.
    fn breaks_before(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map_or(0, |before| self.bytes(before).end);
        self.text.get(before as usize..self.bytes(at).start as usize).is_some_and(|gap| gap.contains('\n'))
    }

    /// Whether an entry or a declaration seems to begin with token `at`.
    fn begins_entry(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.token(before));
        let sign = |sign| matches!(sign, Fixed::BraceOpen | Fixed::BraceClose | Fixed::Comma);
        before.is_none_or(|before| matches!(before, Token::Fixed(fixed) if sign(fixed)))
            || self.breaks_before(at)
    }

    /// Whether token `at` seems to be what stands before a colon: `timeout`, or `http` after `port`.
    fn is_key(&self, at: usize) -> bool {
        let after =
            |before: usize| self.token(before).is_some_and(Token::is_name) && self.begins_entry(before);
        self.begins_entry(at) || at.checked_sub(1).is_some_and(after)
    }

    /// Reads token `at` as `with`.
    fn replace(&self, at: usize, with: Token, message: String, help: String, fix: &str) -> Option<Repair> {
        let bytes = self.bytes(at);
        Some(Repair {
            tokens: at..at + 1,
            with: Some((bytes.start, with, bytes.end)),
            at: bytes,
            code: Code::FOREIGN_WORD,
            message,
            help,
            fix: Some(fix.to_owned()),
            guess: false,
            until: self.offset(),
            whole: false,
            fewer: false,
        })
    }

    /// Reads token `at` as the word or sign that has the same place in gloo.
    fn foreign(&self, at: usize, with: Fixed) -> Option<Repair> {
        let message = format!("`{}` is written `{}`", self.slice(at), with.text());
        self.replace(at, with.into(), message, format!("write `{}`", with.text()), with.text())
    }
}
