//! The flags of `(?ims-U)`, and the group that may begin behind them.

use super::parser::{Opened, Parser};
use super::unicode;
use crate::PatternError;

/// What the letters of `(?…)` switch on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags {
    /// `i`: letters stand for both cases.
    pub(super) ignore_case: bool,
    /// `m`: `^` and `$` also match at line ends.
    pub(super) multi_line: bool,
    /// `s`: `.` also matches a newline.
    pub(super) dot_newline: bool,
    /// `U`: `x*` and `x*?` change their roles.
    pub(super) swap_greed: bool,
}

impl Parser<'_> {
    /// Reads what begins with `(?`: a named group, or flags with or without a group.
    pub(super) fn group_or_flags(&mut self) -> Result<Opened, PatternError> {
        let start = self.at;
        if let Some(look) =
            ["(?=", "(?!", "(?<=", "(?<!"].into_iter().find(|look| self.rest().starts_with(look))
        {
            return Err(PatternError::new(
                start..start + look.len(),
                format!("`{look}` looks ahead or behind, which RE2 can't"),
            )
            .help("write two conditions: one for what must be there, one with `!` for what must not"));
        }
        if let Some(open) = ["(?P<", "(?<"].into_iter().find(|open| self.rest().starts_with(open)) {
            return self.named_group(open);
        }
        self.at += 2;
        let mut flags = self.flags;
        let mut negated = false;
        let mut pending = false;
        loop {
            let Some(c) = self.next() else {
                return Err(PatternError::new(start..self.at, "`(?` without its end")
                    .help("flags are written `(?i)` or `(?i:…)`"));
            };
            let flag = match c {
                'i' => &mut flags.ignore_case,
                'm' => &mut flags.multi_line,
                's' => &mut flags.dot_newline,
                'U' => &mut flags.swap_greed,
                '-' if !negated => {
                    negated = true;
                    pending = true;
                    continue;
                }
                ':' | ')' if !pending => {
                    if c == ')' {
                        self.flags = flags;
                        return Ok(Opened::Nothing);
                    }
                    return Ok(Opened::Group { capture: false, flags });
                }
                _ => return Err(self.bad_group(start)),
            };
            *flag = !negated;
            pending = false;
        }
    }

    fn named_group(&mut self, open: &str) -> Result<Opened, PatternError> {
        let start = self.at;
        let inner = self.rest().get(open.len()..).unwrap_or_default();
        let Some(length) = inner.find('>') else {
            return Err(PatternError::new(start..start + open.len(), format!("`{open}` without its `>`"))
                .help("a named group is written `(?P<name>…)`"));
        };
        let name = inner.get(..length).unwrap_or_default();
        self.at += open.len() + length + 1;
        if !unicode::is_group_name(name) {
            return Err(PatternError::new(start..self.at, format!("`{name}` is no group name"))
                .help("a group's name is made of letters, digits and `_`"));
        }
        Ok(Opened::Group { capture: true, flags: self.flags })
    }

    fn bad_group(&self, start: usize) -> PatternError {
        let written = self.text.get(start..self.at).unwrap_or_default();
        let error = PatternError::new(start..self.at, format!("`{written}` is unknown to RE2"));
        match written {
            "(?x" => error.help("RE2 has no free spacing; write the expression without spaces"),
            "(?>" => error.help("RE2 has no atomic groups; write `(?:…)`"),
            "(?#" => error.help("RE2 has no comments in expressions; leave it out"),
            "(?P" => error.help("RE2 has no references to groups; a named group is written `(?P<name>…)`"),
            _ => error.help("RE2 knows `(…)`, `(?:…)`, `(?P<name>…)` and the flags `i m s U`"),
        }
    }
}
