//! Pieces of layout to text: which groups fit on their line, where comments go.

use super::writer::{ALIGNED, Piece, WIDTH};
use crate::comments::Comment;
use crate::lexer::Spanned;

/// A line before its comment is put in its column.
struct Line {
    text: String,
    comment: Option<usize>,
}

/// Prints `pieces`, which name the tokens of `text`.
pub(super) fn print(text: &str, tokens: &[Spanned], comments: &[Comment], pieces: &[Piece]) -> String {
    let mut printer = Printer {
        text,
        tokens,
        comments,
        pieces,
        lines: Vec::new(),
        line: String::new(),
        column: 0,
        trailing: None,
        indent: 0,
        fresh: true,
        blank: false,
        end: 0,
        comment: 0,
        spaces: 0,
    };
    printer.run();
    printer.finish()
}

struct Printer<'a> {
    text: &'a str,
    tokens: &'a [Spanned],
    comments: &'a [Comment],
    pieces: &'a [Piece],
    lines: Vec<Line>,
    line: String,
    /// How wide the present line is.
    column: usize,
    /// The comment that ends the present line.
    trailing: Option<usize>,
    indent: usize,
    /// Whether nothing stands on the present line.
    fresh: bool,
    /// Whether a blank line before what comes next is kept.
    blank: bool,
    /// Where the last token or comment ended in the source.
    end: u32,
    /// The comment that comes next.
    comment: usize,
    /// Spaces that are due before the next word.
    spaces: usize,
}

impl<'a> Printer<'a> {
    fn run(&mut self) {
        // Whether the groups around the present piece are broken; the file is.
        let mut broken = vec![true];
        for (at, piece) in self.pieces.iter().enumerate() {
            let outer = broken.last().copied().unwrap_or(true);
            match *piece {
                Piece::Token(token) => self.token(token),
                Piece::Dropped(token) => self.dropped(token),
                Piece::Space(spaces) => self.spaces += spaces,
                Piece::Break(_) if outer => self.new_line(false),
                Piece::Entry(_) if outer => self.new_line(true),
                Piece::Break(spaces) | Piece::Entry(spaces) => self.spaces += spaces,
                Piece::CommaIfBroken if outer => self.word(","),
                Piece::CommaIfBroken => {}
                Piece::Inner(token) => self.inner(token),
                Piece::Open { end, broken: force } => {
                    broken.push(outer && (force || !self.fits(at + 1, end)));
                }
                Piece::Close => {
                    broken.pop();
                }
                Piece::Indent(by) => self.indent += by,
                Piece::Dedent(by) => self.indent = self.indent.saturating_sub(by),
            }
        }
    }

    fn slice(&self, at: usize) -> &'a str {
        let (start, end) = self.tokens.get(at).map_or((0, 0), |(start, _, end)| (*start, *end));
        self.text.get(start as usize..end as usize).unwrap_or("")
    }

    /// Whether the pieces from `from` fit on the present line without a new one before `end`, with what must follow them
    /// on the same line.
    fn fits(&self, from: usize, end: usize) -> bool {
        let mut width = self.column.max(if self.fresh { self.indent } else { 0 }) + self.spaces;
        for (at, piece) in self.pieces.iter().enumerate().skip(from) {
            match piece {
                Piece::Token(token) => {
                    let text = self.slice(*token);
                    if let Some(first) = text.split_once('\n').map(|(first, _)| first) {
                        return width + first.chars().count() <= WIDTH;
                    }
                    width += text.chars().count();
                }
                Piece::Space(spaces) => width += spaces,
                Piece::Break(_) | Piece::Entry(_) if at >= end => return true,
                Piece::Break(spaces) | Piece::Entry(spaces) => width += spaces,
                Piece::Dropped(_)
                | Piece::CommaIfBroken
                | Piece::Inner(_)
                | Piece::Open { .. }
                | Piece::Close => {}
                Piece::Indent(_) | Piece::Dedent(_) => {}
            }
            if width > WIDTH {
                return false;
            }
        }
        true
    }

    // ---- Words ----

    fn word(&mut self, text: &str) {
        if self.fresh {
            self.line.extend(std::iter::repeat_n(' ', self.indent));
            self.column = self.indent;
            self.fresh = false;
        } else {
            self.line.extend(std::iter::repeat_n(' ', self.spaces));
            self.column += self.spaces;
        }
        self.spaces = 0;
        self.line.push_str(text);
        self.column += text.chars().count();
    }

    fn token(&mut self, at: usize) {
        let start = self.tokens.get(at).map_or(self.end, |(start, ..)| *start);
        self.comments_before(start);
        if self.trailing.is_some() {
            // A comment where none was foreseen: the rest goes to the next line.
            self.new_line(false);
            self.indent += 4;
            self.blank_line(start);
            self.source_word(at);
            self.indent -= 4;
        } else {
            self.blank_line(start);
            self.source_word(at);
        }
        self.after(at);
    }

    fn source_word(&mut self, at: usize) {
        let text = self.slice(at);
        if !text.contains('\n') {
            return self.word(text);
        }
        // A raw string over several lines; they are its text and are not indented.
        let mut lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
        if let Some(first) = lines.next() {
            self.word(first);
        }
        for line in lines {
            self.push_line();
            self.fresh = false;
            self.line.push_str(line);
            self.column = line.chars().count();
        }
    }

    /// A comma that is left out.
    fn dropped(&mut self, at: usize) {
        let start = self.tokens.get(at).map_or(self.end, |(start, ..)| *start);
        self.comments_before(start);
        self.after(at);
    }

    /// The end of the present token in the source, and the comment that follows it on its line.
    fn after(&mut self, at: usize) {
        self.end = self.tokens.get(at).map_or(self.end, |(.., end)| *end);
        let next = self.tokens.get(at + 1).map_or(u32::MAX, |(start, ..)| *start);
        if let Some(comment) = self.comments.get(self.comment)
            && !comment.own_line
            && comment.span.start < next
            && self.trailing.is_none()
        {
            self.end = comment.span.end;
            if self.fresh {
                // It followed a comma that is left out, and has a line of its own now.
                self.word(&comment.text);
                self.new_line(true);
            } else {
                self.trailing = Some(self.comment);
            }
            self.comment += 1;
        }
    }

    // ---- Comments and lines ----

    /// The comments on lines of their own before `start`.
    fn comments_before(&mut self, start: u32) {
        while let Some(comment) = self.comments.get(self.comment).filter(|comment| comment.span.start < start)
        {
            if !self.fresh {
                self.new_line(false);
            }
            self.blank_line(comment.span.start);
            self.word(&comment.text);
            self.end = comment.span.end;
            self.comment += 1;
            self.new_line(true);
        }
    }

    /// The comments before a closing bracket, or at the end of the file.
    fn inner(&mut self, at: usize) {
        let start = self.tokens.get(at).map_or(u32::MAX, |(start, ..)| *start);
        let mut first = true;
        while let Some(comment) = self.comments.get(self.comment).filter(|comment| comment.span.start < start)
        {
            if !self.fresh {
                // Directly after the bracket no blank line is kept.
                let opens = first && self.line.ends_with(['{', '(', '[']);
                self.new_line(!opens);
            }
            first = false;
            self.blank_line(comment.span.start);
            self.word(&comment.text);
            self.end = comment.span.end;
            self.comment += 1;
        }
    }

    /// Keeps a blank line of the source before what begins at `start`.
    fn blank_line(&mut self, start: u32) {
        if self.fresh && self.blank {
            let gap = self.text.get(self.end as usize..start as usize).unwrap_or("");
            if gap.bytes().filter(|byte| *byte == b'\n').count() > 1 {
                self.lines.push(Line { text: String::new(), comment: None });
            }
        }
        self.blank = false;
    }

    fn new_line(&mut self, blank: bool) {
        if !self.fresh {
            self.push_line();
        }
        self.fresh = true;
        self.blank = blank;
        self.spaces = 0;
    }

    fn push_line(&mut self) {
        let text = std::mem::take(&mut self.line);
        self.lines.push(Line { text, comment: self.trailing.take() });
        self.column = 0;
    }

    /// The text, with the comments at the ends of consecutive lines below each other.
    fn finish(mut self) -> String {
        self.new_line(false);
        let mut text = String::with_capacity(self.text.len() + self.text.len() / 4);
        for run in self.lines.chunk_by(|one, next| one.comment.is_some() && next.comment.is_some()) {
            let widths = run.iter().map(|line| line.text.chars().count());
            let column = widths.filter(|width| *width <= ALIGNED).max().unwrap_or(0);
            for line in run {
                text.push_str(&line.text);
                if let Some(comment) = line.comment.and_then(|at| self.comments.get(at)) {
                    let spaces = column.saturating_sub(line.text.chars().count()) + 1;
                    text.extend(std::iter::repeat_n(' ', spaces));
                    text.push_str(&comment.text);
                }
                text.push('\n');
            }
        }
        text
    }
}
