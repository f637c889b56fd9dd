//! RE2's expression syntax, read as RE2's `Regexp::Parse` reads it under the flags that Envoy uses (`LikePerl`).

use super::flags::Flags;
use super::stack::{Part, Stack};
use super::{MAX_DEPTH, MAX_LENGTH, class, latin1, unicode};
use crate::PatternError;
use regex_syntax::hir::{Class, ClassUnicode, Hir, Look};
use std::ops::Range;

/// The largest count in `x{n}`, and the largest product of nested ones.
pub(super) const MAX_REPEAT: u32 = 1000;

/// The most instructions of an expression. RE2 takes somewhat more (its limit is memory), but counts otherwise.
const MAX_SIZE: u64 = 100_000;

pub(super) struct Parsed {
    pub(super) hir: Hir,
    /// Whether the text ends inside `\Q…`.
    pub(super) open_quote: bool,
    /// How many groups capture.
    pub(super) captures: usize,
}

/// How RE2 reads expressions and texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// A character is what UTF-8 makes of bytes.
    Utf8,
    /// Each byte is a character, and stands as that character in what the parser gets.
    Latin1,
}

/// What stood at a `(`.
pub(super) enum Opened {
    /// Flags alone.
    Nothing,
    /// A group, within which these flags hold.
    Group { capture: bool, flags: Flags },
}

pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    pub(super) flags: Flags,
    pub(super) encoding: Encoding,
    stack: Stack,
    captures: usize,
    open_quote: bool,
    /// Where the repetition stands that was read last, if nothing came behind it.
    repetition: Option<Range<usize>>,
}

pub(super) fn parse(text: &str, ignore_case: bool, encoding: Encoding) -> Result<Parsed, PatternError> {
    if text.len() > MAX_LENGTH {
        return Err(PatternError::too_large(0..text.len(), format!("an expression of {} bytes", text.len()))
            .help(format!("at most {MAX_LENGTH} are read; split it into several rules")));
    }
    let flags = Flags { ignore_case, ..Flags::default() };
    let mut parser = Parser {
        text,
        at: 0,
        flags,
        encoding,
        captures: 0,
        stack: Stack::default(),
        open_quote: false,
        repetition: None,
    };
    while parser.at < text.len() {
        parser.step()?;
    }
    let Parser { stack, open_quote, captures, .. } = parser;
    let Part { hir, size, .. } = stack.finish().map_err(|open| {
        PatternError::new(open..open + 1, "`(` without its `)`").help(r"a bracket itself is written `\(`")
    })?;
    if size > MAX_SIZE {
        return Err(PatternError::too_large(0..text.len(), "this expression is too large")
            .help("write smaller counts and classes, or several rules"));
    }
    Ok(Parsed { hir, open_quote, captures })
}

impl<'t> Parser<'t> {
    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Goes past `text` if it stands here.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    fn step(&mut self) -> Result<(), PatternError> {
        let last_repetition = self.repetition.take();
        let start = self.at;
        let Some(c) = self.next() else { return Ok(()) };
        match c {
            '(' => {
                self.at = start;
                return self.open(start);
            }
            ')' => {
                let Some(outer) = self.stack.close() else {
                    return Err(PatternError::new(start..self.at, "`)` without its `(`")
                        .help(r"a bracket itself is written `\)`"));
                };
                self.flags = outer;
            }
            '|' => self.stack.alternative(),
            '^' => {
                self.stack.push(Hir::look(if self.flags.multi_line { Look::StartLF } else { Look::Start }));
            }
            '$' => self.stack.push(Hir::look(if self.flags.multi_line { Look::EndLF } else { Look::End })),
            '.' => {
                let mut class = class::single('\n'..='\n');
                if self.flags.dot_newline {
                    class = ClassUnicode::empty();
                }
                class.negate();
                self.push_class(class);
            }
            '[' => {
                let class = self.class(start)?;
                self.push_class(class);
            }
            '*' => return self.repeat(start, 0, None, last_repetition),
            '+' => return self.repeat(start, 1, None, last_repetition),
            '?' => return self.repeat(start, 0, Some(1), last_repetition),
            '{' => match self.counts() {
                Some((min, max)) => return self.repeat(start, min, max, last_repetition),
                None => self.literal(c),
            },
            '\\' => {
                self.at = start;
                return self.backslash();
            }
            c => self.literal(c),
        }
        Ok(())
    }

    fn open(&mut self, start: usize) -> Result<(), PatternError> {
        let outer = self.flags;
        let opened = if self.rest().starts_with("(?") {
            self.group_or_flags()?
        } else {
            self.at += 1;
            Opened::Group { capture: true, flags: outer }
        };
        let Opened::Group { capture, flags } = opened else { return Ok(()) };
        if self.stack.depth() >= MAX_DEPTH {
            return Err(PatternError::too_large(
                start..self.at,
                format!("groups are nested more than {MAX_DEPTH} deep"),
            )
            .help("write it with fewer brackets"));
        }
        self.flags = flags;
        self.captures += usize::from(capture);
        self.stack.open(start, outer);
        Ok(())
    }

    fn literal(&mut self, c: char) {
        let class = class::single(c..=c);
        let class = if self.flags.ignore_case { self.fold(class) } else { class };
        self.push_class(class);
    }

    fn push_class(&mut self, class: ClassUnicode) {
        self.stack.push(match self.encoding {
            Encoding::Utf8 => Hir::class(Class::Unicode(class)),
            Encoding::Latin1 => Hir::class(Class::Bytes(latin1::bytes(&class))),
        });
    }

    /// The characters of the class, with all that differ from one of them by case alone.
    pub(super) fn fold(&self, class: ClassUnicode) -> ClassUnicode {
        match self.encoding {
            Encoding::Utf8 => unicode::fold(class),
            Encoding::Latin1 => latin1::fold(class),
        }
    }

    /// A code point from an escape; a surrogate, which no text holds, matches nothing.
    fn code_point(&mut self, code: u32) {
        match char::from_u32(code) {
            Some(c) => self.literal(c),
            None => self.stack.push(Hir::fail()),
        }
    }

    fn backslash(&mut self) -> Result<(), PatternError> {
        let look = [
            (r"\b", Look::WordAscii),
            (r"\B", Look::WordAsciiNegate),
            (r"\A", Look::Start),
            (r"\z", Look::End),
        ];
        for (text, look) in look {
            if self.eat(text) {
                self.stack.push(Hir::look(look));
                return Ok(());
            }
        }
        if self.eat(r"\C") {
            self.stack.push(class::any_byte());
        } else if self.eat(r"\Q") {
            self.quote();
        } else if let Some(class) = self.group_escape()? {
            self.push_class(class);
        } else {
            let code = self.escape()?;
            self.code_point(code);
        }
        Ok(())
    }

    /// Reads the text of `\Q…\E`, which may be left open at the end.
    fn quote(&mut self) {
        loop {
            if self.eat(r"\E") {
                return;
            }
            let Some(c) = self.next() else {
                self.open_quote = true;
                return;
            };
            self.literal(c);
        }
    }

    /// Reads the counts behind a `{`; where there are none, the brace is a character.
    fn counts(&mut self) -> Option<(u32, Option<u32>)> {
        let start = self.at;
        let counts = self.try_counts();
        if counts.is_none() {
            self.at = start;
        }
        counts
    }

    fn try_counts(&mut self) -> Option<(u32, Option<u32>)> {
        let min = self.count()?;
        let max = if !self.eat(",") {
            Some(min)
        } else if self.rest().starts_with('}') {
            None
        } else {
            Some(self.count()?)
        };
        self.eat("}").then_some((min, max))
    }

    fn count(&mut self) -> Option<u32> {
        let digits = self.rest().len() - self.rest().trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let text = self.rest().get(..digits)?;
        // RE2 reads neither leading zeros nor more than nine digits as a count.
        if text.len() > 9 || text.len() > 1 && text.starts_with('0') {
            return None;
        }
        let count = text.parse().ok()?;
        self.at += digits;
        Some(count)
    }

    fn repeat(
        &mut self,
        start: usize,
        min: u32,
        max: Option<u32>,
        last_repetition: Option<Range<usize>>,
    ) -> Result<(), PatternError> {
        let lazy = self.eat("?");
        let range = start..self.at;
        if let Some(last) = last_repetition {
            let written = self.text.get(last.start..self.at).unwrap_or_default();
            return Err(PatternError::new(last.start..self.at, format!("`{written}` repeats a repetition"))
                .help("RE2 takes one of `* + ? {n}`; put the inner one into `(?:…)`"));
        }
        let written = self.text.get(range.clone()).unwrap_or_default();
        if max.is_some_and(|max| max < min) {
            return Err(PatternError::new(range, format!("`{written}` repeats at most less than at least"))
                .help("write the smaller number first"));
        }
        if min > MAX_REPEAT || max.is_some_and(|max| max > MAX_REPEAT) {
            return Err(PatternError::new(range, format!("`{written}` repeats too often"))
                .help(format!("RE2 takes at most {MAX_REPEAT}")));
        }
        let greedy = lazy == self.flags.swap_greed;
        let Some(product) = self.stack.repeat(min, max, greedy) else {
            return Err(PatternError::new(range, format!("`{written}` has nothing to repeat"))
                .help(format!(r"a `{0}` itself is written `\{0}`", written.chars().next().unwrap_or('*'))));
        };
        if product > MAX_REPEAT {
            return Err(PatternError::new(range, format!("nested repetitions make {product}"))
                .help(format!("RE2 takes at most {MAX_REPEAT} in all")));
        }
        self.repetition = Some(range);
        Ok(())
    }
}
