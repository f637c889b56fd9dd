//! Signs and quotes: those of other languages, and a colon that was forgotten.

use super::{Repair, Site};
use crate::token::{Class, Fixed, Token};
use gloo_source::Code;

impl Site<'_> {
    /// `/* … */`: its beginning is a path, the rest is anything.
    pub(super) fn block_comment(&self) -> Option<Repair> {
        let opens = |at: &usize| self.token(*at) == Some(Token::Path) && self.slice(*at).starts_with("/*");
        let from = (0..=self.at.min(self.tokens.len())).rev().take(200).find(opens)?;
        let start = self.bytes(from).start;
        let length = self.text.get(start as usize + 2..)?.find("*/")? + 4;
        let end = start + length as u32;
        let until = from + self.tokens.iter().skip(from).take_while(|(at, ..)| *at < end).count();
        if until < self.at {
            return None;
        }
        Some(Repair {
            tokens: from..until,
            with: None,
            at: start..end,
            code: Code::FOREIGN_WORD,
            message: "there are no block comments".to_owned(),
            help: "begin each line of the comment with `//`: `/**` is a path".to_owned(),
            fix: None,
            guess: false,
            until: end,
            whole: true,
            fewer: false,
        })
    }

    /// A sign that stands where gloo has another, or none.
    pub(super) fn signs(&self) -> Vec<Repair> {
        let Some(Token::Fixed(sign)) = self.token(self.at) else { return Vec::new() };
        let before = self.before();
        let meant: &[Fixed] = match sign {
            Fixed::Arrow if self.is_default(before) => {
                return before
                    .and_then(|before| self.foreign(before, Fixed::Otherwise))
                    .into_iter()
                    .collect();
            }
            Fixed::Equals if before.is_some_and(|before| self.is_key(before)) => {
                &[Fixed::Equal, Fixed::Colon]
            }
            Fixed::Equals => &[Fixed::Equal],
            Fixed::Equal => &[Fixed::Equals],
            Fixed::Arrow if before.is_some_and(|before| self.is_key(before)) => &[Fixed::Colon],
            Fixed::Colon => &[Fixed::Equals, Fixed::Arrow],
            Fixed::Pipe => &[Fixed::Or],
            Fixed::Comma => &[Fixed::Pipe],
            Fixed::Star if self.token(self.at + 1) == Some(Fixed::Arrow.into()) => &[Fixed::Otherwise],
            Fixed::Star => &[Fixed::Any],
            _ => &[],
        };
        meant.iter().filter_map(|meant| self.sign(sign, *meant)).collect()
    }

    pub(super) fn sign(&self, sign: Fixed, meant: Fixed) -> Option<Repair> {
        let mut repair = self.foreign(self.at, meant)?;
        repair.message = match meant {
            Fixed::Colon => format!("a setting is written `key: value`, not with `{}`", sign.text()),
            Fixed::Equals => format!("a `let` is written with `=`, not with `{}`", sign.text()),
            Fixed::Pipe => "several methods are joined by `|`".to_owned(),
            _ => repair.message,
        };
        Some(repair)
    }

    /// `retries { … }`, `port http 80`.
    pub(super) fn missing_colon(&self) -> Option<Repair> {
        let before = self.before()?;
        let value = match self.token(self.at)? {
            Token::Fixed(sign) => {
                matches!(sign, Fixed::BraceOpen | Fixed::BracketOpen) || sign.class() == Class::Contextual
            }
            Token::Name | Token::String | Token::Number | Token::Path => true,
            Token::Missing => false,
        };
        if !value
            || self.breaks_before(self.at)
            || !self.token(before)?.is_name()
            || !self.expected.has(Fixed::Colon)
        {
            return None;
        }
        let key = self.slice(before);
        let (start, end) = (self.bytes(before).end, self.bytes(self.at).start);
        Some(Repair {
            tokens: self.at..self.at,
            with: Some((start, Fixed::Colon.into(), start)),
            at: start..end,
            code: Code::UNEXPECTED,
            message: format!("expected `:` after `{key}`"),
            help: format!("write `{key}: …`"),
            fix: Some(": ".to_owned()),
            guess: false,
            until: self.offset(),
            whole: false,
            fewer: false,
        })
    }

    /// A name or a path in quotes.
    pub(super) fn quotes(&self) -> Option<Repair> {
        if self.token(self.at)? != Token::String || self.expected.has(Token::String) {
            return None;
        }
        let bytes = self.bytes(self.at);
        let inner = self.slice(self.at).strip_prefix('"')?.strip_suffix('"')?;
        if inner.starts_with('/') && self.expected.has(Token::Path) {
            let message = "a path pattern stands without quotes".to_owned();
            return self.replace(self.at, Token::Path, message, format!("write `{inner}`"), inner);
        }
        if !self.expected.has(Token::Name) {
            return None;
        }
        let word = inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && inner.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
            && !inner.ends_with('-');
        let message = "a name stands without quotes".to_owned();
        let (help, fix) = if word {
            (format!("write `{inner}`"), Some(inner.to_owned()))
        } else {
            (
                format!(
                    "take a name of letters, digits, `-` and `_`, and say the real one by `name: \"{inner}\"`"
                ),
                None,
            )
        };
        let mut repair = self.replace(self.at, Token::Name, message, help, inner)?;
        repair.fix = fix;
        repair.with = Some((bytes.start + 1, Token::Name, bytes.end - 1));
        Some(repair)
    }
}
