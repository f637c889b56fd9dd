//! Brackets: how deep they nest, where a declaration must begin, and which of them are missing.

use crate::lexer::Spanned;
use crate::report::Report;
use crate::token::{Fixed, Token};
use gloo_source::Code;

/// How deep brackets, and `!` before each other, may nest. Nobody writes more than ten; everything that walks a tree may
/// do so by recursion because of this.
const DEEPEST: usize = 200;

/// The first token that stands too deep.
fn too_deep(tokens: &[Spanned]) -> Option<Spanned> {
    let mut depth = 0usize;
    let mut nots = 0usize;
    for spanned in tokens {
        let token = spanned.1;
        nots = if token == Token::Fixed(Fixed::Not) { nots + 1 } else { 0 };
        if token.closer().is_some() {
            depth += 1;
        } else if token.is_closer() {
            depth = depth.saturating_sub(1);
        }
        if depth.max(nots) > DEEPEST {
            return Some(*spanned);
        }
    }
    None
}

/// Whether nothing nests deeper than is read.
pub(crate) fn is_shallow(tokens: &[Spanned]) -> bool {
    too_deep(tokens).is_none()
}

/// Says where something nests too deep.
pub(crate) fn report_deep(report: &mut Report, tokens: &[Spanned]) {
    if let Some((start, _, end)) = too_deep(tokens) {
        let message = format!("this nests deeper than {DEEPEST} levels");
        report.add(
            report.at(Code::TOO_LARGE, start, end, message).help("give the inner parts names with `let`"),
        );
    }
}

/// The column of a token that is the first on its line.
fn indentation(text: &str, start: u32) -> Option<usize> {
    let before = text.get(..start as usize)?;
    let line = before.trim_end_matches([' ', '\t']);
    (line.is_empty() || line.ends_with(['\n', '\u{feff}'])).then(|| before.len() - line.len())
}

/// The column of the first character that is no white space, on the line of `start`.
fn line_indentation(text: &str, start: u32) -> usize {
    let before = text.get(..start as usize).unwrap_or("");
    let line = before.rfind('\n').map_or(before, |at| before.get(at + 1..).unwrap_or(""));
    line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// What naive matching says: how many brackets are never closed, and how many close nothing.
fn imbalance(tokens: &[Spanned]) -> (usize, usize) {
    let (mut open, mut missing, mut extra) = (Vec::new(), 0, 0);
    for (_, token, _) in tokens {
        if let Some(closer) = token.closer() {
            open.push(closer);
        } else if token.is_closer() {
            match matching(&open, *token, |closer| *closer) {
                Some(at) => {
                    missing += open.len() - at - 1;
                    open.truncate(at);
                }
                None => extra += 1,
            }
        }
    }
    (missing + open.len(), extra)
}

/// Which of the open brackets `token` closes: the last of its kind, but a brace is closed by a brace only.
fn matching<T>(open: &[T], token: Token, closer: impl Fn(&T) -> Fixed) -> Option<usize> {
    for (at, bracket) in open.iter().enumerate().rev() {
        let wanted = closer(bracket);
        if Token::Fixed(wanted) == token {
            return Some(at);
        }
        if wanted == Fixed::BraceClose {
            return None;
        }
    }
    None
}

/// Cuts the tokens into declarations: before each word that begins one and stands at the start of its line, where
/// `gloo fmt` puts it. In a text whose brackets match, only outside of them.
pub(crate) fn chunks<'t>(text: &str, tokens: &'t [Spanned]) -> Vec<&'t [Spanned]> {
    let balanced = imbalance(tokens) == (0, 0);
    let mut chunks = Vec::new();
    let (mut from, mut depth) = (0, 0usize);
    let mut before = None;
    let following = tokens.iter().skip(1).map(|(_, token, _)| Some(*token)).chain([None]);
    for (at, ((start, token, _), next)) in tokens.iter().zip(following).enumerate() {
        if token.closer().is_some() {
            depth += 1;
        } else if token.is_closer() {
            depth = depth.saturating_sub(1);
        }
        let begins = token.is_declaration()
            && before != Some(Token::Fixed(Fixed::Pub))
            && next.is_some_and(|next| next.is_name() || next == Token::String)
            && (depth == 0 || !balanced)
            && indentation(text, *start) == Some(0);
        if begins {
            chunks.extend(tokens.get(from..at));
            from = at;
            depth = 0;
        }
        before = Some(*token);
    }
    chunks.extend(tokens.get(from..));
    chunks.retain(|chunk| !chunk.is_empty());
    chunks
}

/// A bracket that waits to be closed.
struct Open {
    start: u32,
    end: u32,
    closer: Fixed,
    /// The indentation of its line.
    indentation: usize,
    /// Whether it is the last on its line, and so begins a block of lines.
    ends_line: bool,
}

/// The tokens of a declaration with the brackets that are missing, without those that close nothing; and the offsets at
/// which something was said about them.
pub(crate) fn close(text: &str, tokens: &[Spanned], report: &mut Report) -> (Vec<Spanned>, Vec<u32>) {
    let (missing, extra) = imbalance(tokens);
    if (missing, extra) == (0, 0) {
        return (tokens.to_vec(), Vec::new());
    }
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return (Vec::new(), Vec::new()) };
    // A string that is never closed takes the rest of its line with it, brackets too.
    let spoiled = report.diagnostics().iter().any(|diagnostic| {
        diagnostic.code == Code::BAD_STRING
            && diagnostic.span().is_some_and(|span| first.0 <= span.start && span.end <= last.2)
    });
    let mut balancer = Balancer {
        text,
        open: Vec::new(),
        out: Vec::with_capacity(tokens.len()),
        missing,
        extra,
        told: Vec::new(),
    };
    let said = report.diagnostics().len();
    let following = tokens.iter().skip(1).map(|(start, ..)| Some(*start)).chain([None]);
    for (spanned, next) in tokens.iter().zip(following) {
        balancer.token(*spanned, next, report);
    }
    balancer.close_down_to(0, last.2, report);
    if spoiled {
        report.truncate(said);
    }
    (balancer.out, balancer.told)
}

struct Balancer<'a> {
    text: &'a str,
    open: Vec<Open>,
    out: Vec<Spanned>,
    /// How many brackets may still be put in or left out for the indentation's sake.
    missing: usize,
    extra: usize,
    told: Vec<u32>,
}

impl Balancer<'_> {
    fn token(&mut self, (start, token, end): Spanned, next: Option<u32>, report: &mut Report) {
        let column = indentation(self.text, start);
        if let Some(column) = column {
            self.dedent(column, token, report);
        }
        if let Some(closer) = token.closer() {
            let ends_line = next.is_none_or(|next| indentation(self.text, next).is_some());
            let indentation = line_indentation(self.text, start);
            self.open.push(Open { start, end, closer, indentation, ends_line });
        } else if token.is_closer() {
            let at = matching(&self.open, token, |open| open.closer);
            let odd = at
                .and_then(|at| self.open.get(at))
                .is_some_and(|open| open.ends_line && column != Some(open.indentation));
            match at {
                Some(at) if !(odd && self.extra > 0) => {
                    self.close_down_to(at + 1, start, report);
                    self.open.pop();
                }
                _ => {
                    self.extra = self.extra.saturating_sub(1);
                    let message = format!(
                        "`{}` closes nothing",
                        self.text.get(start as usize..end as usize).unwrap_or("")
                    );
                    let span = report.span(start, end);
                    report.add(report.at(Code::UNBALANCED, start, end, message).guess(
                        "leave it out",
                        span,
                        "",
                    ));
                    self.told.push(start);
                    return;
                }
            }
        }
        self.out.push((start, token, end));
    }

    /// A line begins at `column`: blocks that are indented no less were forgotten to be closed, as long as brackets are
    /// missing at all.
    fn dedent(&mut self, column: usize, token: Token, report: &mut Report) {
        while self.missing > 0
            && let Some(open) = self.open.last()
            && (column < open.indentation || column == open.indentation && Token::Fixed(open.closer) != token)
        {
            let end = self.out.last().map_or(0, |(_, _, end)| *end);
            self.close_down_to(self.open.len() - 1, end, report);
        }
    }

    /// Closes open brackets until `left` are left.
    fn close_down_to(&mut self, left: usize, at: u32, report: &mut Report) {
        while self.open.len() > left {
            let Some(open) = self.open.pop() else { return };
            self.missing = self.missing.saturating_sub(1);
            let bracket = self.text.get(open.start as usize..open.end as usize).unwrap_or("");
            let closer = open.closer.text();
            let message = format!("this `{bracket}` is never closed");
            let diagnostic = report.at(Code::UNBALANCED, open.start, open.end, message);
            report.add(
                diagnostic
                    .saying("opened here")
                    .label(report.span(at, at), format!("`{closer}` is missing here, by the indentation"))
                    .help(format!("write `{closer}` where what this `{bracket}` opens is to end")),
            );
            self.told.extend([open.start, at]);
            self.out.push((at, Token::Fixed(open.closer), at));
        }
    }
}
