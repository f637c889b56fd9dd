//! Escapes that stand for one character.

use super::parser::{Encoding, Parser};
use crate::PatternError;

impl Parser<'_> {
    /// Reads an escape that stands for one code point, of which the `\` comes next.
    ///
    /// RE2 takes a backslash before any ASCII character that is no letter or digit as that character.
    pub(super) fn escape(&mut self) -> Result<u32, PatternError> {
        let start = self.at;
        self.at += 1;
        let Some(c) = self.next() else {
            return Err(PatternError::new(start..self.at, r"`\` at the end")
                .help(r"a backslash itself is written `\\`"));
        };
        let code = match c {
            'n' => Some(0x0A),
            'r' => Some(0x0D),
            't' => Some(0x09),
            'a' => Some(0x07),
            'f' => Some(0x0C),
            'v' => Some(0x0B),
            '0' => Some(self.octal(0)),
            // A digit alone would be a reference to a group.
            '1'..='7' if self.octal_digit().is_some() => Some(self.octal(u32::from(c) - u32::from('0'))),
            'x' => self.hexadecimal(),
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => Some(u32::from(c)),
            _ => None,
        };
        let largest = match self.encoding {
            Encoding::Utf8 => u32::from(char::MAX),
            Encoding::Latin1 => 0xFF,
        };
        code.filter(|code| *code <= largest).ok_or_else(|| self.bad_escape(start, c))
    }

    fn octal_digit(&self) -> Option<u32> {
        self.peek().and_then(|c| c.to_digit(8))
    }

    /// Reads up to two more octal digits.
    fn octal(&mut self, mut code: u32) -> u32 {
        for _ in 0..2 {
            let Some(digit) = self.octal_digit() else { break };
            self.at += 1;
            code = code * 8 + digit;
        }
        code
    }

    /// Reads `41` or `{41}`.
    fn hexadecimal(&mut self) -> Option<u32> {
        let digits = if self.eat("{") {
            let length = self.rest().find('}')?;
            let digits = self.rest().get(..length)?.to_owned();
            self.at += length + 1;
            digits
        } else {
            let digits = self.rest().get(..2)?.to_owned();
            self.at += 2;
            digits
        };
        // `from_str_radix` alone would take a sign.
        let valid = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let significant = digits.trim_start_matches('0');
        if !valid || significant.len() > 6 {
            return None;
        }
        Some(u32::from_str_radix(significant, 16).unwrap_or(0))
    }

    fn bad_escape(&self, start: usize, c: char) -> PatternError {
        let written = self.text.get(start..self.at).unwrap_or_default();
        let error = PatternError::new(start..self.at, format!("`{written}` is unknown to RE2"));
        match c {
            '1'..='9' => error.help("RE2 has no references to groups; write out what is to be repeated"),
            'Z' => error.help("an expression matches the whole text anyway; leave it out"),
            'x' => error.help(r"a character by its number is written `\x41` or `\x{263A}`"),
            'u' | 'U' => error.help(r"a character by its number is written `\x{263A}`"),
            'h' => error.help(r"write `[ \t]`"),
            'R' => error.help(r"write `\r?\n`"),
            'E' => error.help(r"`\E` ends what `\Q` began, and there is no `\Q`"),
            c if c.is_ascii_alphabetic() => {
                error.help(format!("a letter `{c}` is written without the backslash"))
            }
            _ => error.help(format!("write `{c}` without the backslash")),
        }
    }
}
