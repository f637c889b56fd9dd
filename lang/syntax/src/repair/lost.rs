//! Something that can't be read: how to go on after it.

use super::{Repair, Site};
use crate::context::ParseError;
use crate::token::Token;
use crate::unexpected::{self, Told};
use gloo_source::Code;
use std::ops::Range;

impl Site<'_> {
    /// Leaves out the rest of the line with the brackets that open in it. The parser would pass over the opening ones only,
    /// and take their closing ones for those of the block around.
    pub(super) fn rest_of_line(&self, error: &ParseError) -> Vec<Repair> {
        if self.breaks_before(self.at) || self.token(self.at).is_none_or(Token::is_closer) {
            return Vec::new();
        }
        let (mut depth, mut brackets, mut end) = (0usize, false, self.at);
        while let Some(token) = self.token(end) {
            if depth == 0 && (token.is_closer() || end > self.at && self.breaks_before(end)) {
                break;
            }
            if token.closer().is_some() {
                (depth, brackets) = (depth + 1, true);
            } else if token.is_closer() {
                depth -= 1;
            }
            end += 1;
        }
        if brackets {
            vec![self.missing(error, self.at..end), self.left_out(error, self.at..end)]
        } else {
            Vec::new()
        }
    }

    /// Reads `tokens` as an expression that could not be read; none of them, where one is missing.
    pub(super) fn missing(&self, error: &ParseError, tokens: Range<usize>) -> Repair {
        let start = tokens.start.checked_sub(1).map_or(0, |before| self.bytes(before).end);
        Repair { with: Some((start, Token::Missing, start)), ..self.left_out(error, tokens) }
    }

    /// Passes over `tokens`.
    pub(super) fn left_out(&self, error: &ParseError, tokens: Range<usize>) -> Repair {
        let Told { start, end, message, help } = unexpected::told(error, self.text, self.tokens);
        Repair {
            tokens,
            with: None,
            at: start..end,
            code: Code::UNEXPECTED,
            message,
            help: help.unwrap_or_default(),
            fix: None,
            guess: false,
            until: self.offset(),
            whole: false,
            fewer: true,
        }
    }
}
