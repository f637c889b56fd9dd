//! What the layout is made of: the tokens in the order of the text, and between them what may stand there.
//!
//! The nouns of this folder walk the tree and say for each token what stands before it. They only count tokens: the
//! text of each comes from the source.

use crate::comments::Comment;
use crate::lexer::Spanned;
use crate::token::{Fixed, Token};

mod table;

pub(super) use table::Row;

/// A piece of layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A token of the source.
    Token(usize),
    /// A token of the source that is left out: a comma that need not stand there.
    Dropped(usize),
    /// That many spaces.
    Space(usize),
    /// That many spaces, or a new line if the group is broken.
    Break(usize),
    /// The same; if it is a new line, a blank one before it is kept.
    Entry(usize),
    /// A comma, if the group is broken.
    CommaIfBroken,
    /// The comments before a closing bracket, which belong inside.
    Inner(usize),
    /// A group begins, with the number of the piece that ends it: its breaks are all spaces, or all new lines.
    Open {
        /// The piece after the group's last one.
        end: usize,
        /// Whether they must be new lines.
        broken: bool,
    },
    /// A group ends.
    Close,
    /// Lines from here on are indented that much more.
    Indent(usize),
    /// Lines from here on are indented that much less.
    Dedent(usize),
}

/// How much a block is indented.
const BLOCK: usize = 2;
/// How much the rest of something too long for its line is indented.
const CONTINUED: usize = 4;
/// The columns of a line.
pub(super) const WIDTH: usize = 100;
/// The longest head that others are aligned with.
pub(super) const ALIGNED: usize = 60;

pub(super) struct Writer<'a> {
    text: &'a str,
    tokens: &'a [Spanned],
    comments: &'a [Comment],
    pieces: Vec<Piece>,
    /// The token that comes next.
    next: usize,
    /// The groups that are open: the number of their pieces.
    open: Vec<usize>,
    /// The first piece of the present declaration.
    item: usize,
}

impl<'a> Writer<'a> {
    pub fn new(text: &'a str, tokens: &'a [Spanned], comments: &'a [Comment]) -> Self {
        Self {
            text,
            tokens,
            comments,
            pieces: Vec::with_capacity(tokens.len() * 3),
            next: 0,
            open: Vec::new(),
            item: 0,
        }
    }

    pub fn finish(mut self) -> Vec<Piece> {
        // What the tree did not know of would be lost; the check that follows then refuses.
        self.pieces.push(Piece::Inner(self.tokens.len()));
        self.pieces
    }

    // ---- Tokens ----

    /// The next `count` tokens with nothing between them.
    pub fn tight(&mut self, count: usize) {
        for _ in 0..count {
            self.pieces.push(Piece::Token(self.next));
            self.next += 1;
        }
    }

    /// The next `count` tokens with a space between them.
    pub fn words(&mut self, count: usize) {
        for at in 0..count {
            if at > 0 {
                self.space();
            }
            self.tight(1);
        }
    }

    /// The next token, which is `sign`.
    pub fn sign(&mut self, sign: Fixed) {
        debug_assert_eq!(self.peek(), Some(Token::Fixed(sign)), "the tree has the order of the text");
        self.tight(1);
    }

    pub fn peek(&self) -> Option<Token> {
        self.tokens.get(self.next).map(|(_, token, _)| *token)
    }

    /// The number of the next token.
    pub fn next_token(&self) -> usize {
        self.next
    }

    fn drop_comma(&mut self) {
        if self.peek() == Some(Fixed::Comma.into()) {
            self.pieces.push(Piece::Dropped(self.next));
            self.next += 1;
        }
    }

    // ---- What stands between them ----

    pub fn space(&mut self) {
        self.pieces.push(Piece::Space(1));
    }

    /// `spaces`, or a new line where the group is broken, before which a blank one is kept.
    pub fn line(&mut self, spaces: usize) {
        self.pieces.push(Piece::Entry(spaces));
    }

    /// `spaces`, or a new line where the group is broken.
    pub fn soft(&mut self, spaces: usize) {
        self.pieces.push(Piece::Break(spaces));
    }

    /// What `inside` writes, on one line if it fits and has no comment in it.
    pub fn group(&mut self, inside: impl FnOnce(&mut Self)) {
        let (piece, token) = (self.pieces.len(), self.next);
        self.pieces.push(Piece::Open { end: 0, broken: false });
        self.open.push(piece);
        inside(self);
        self.open.pop();
        self.pieces.push(Piece::Close);
        let broken = self.has_comment(token, self.next);
        self.close(piece, broken);
    }

    /// Says where the group ends that begins with piece `at`; what is broken inside breaks what is outside.
    fn close(&mut self, at: usize, force: bool) {
        let len = self.pieces.len();
        if let Some(Piece::Open { end, broken }) = self.pieces.get_mut(at) {
            *end = len;
            *broken |= force;
            if *broken
                && let Some(outer) = self.open.last().copied()
                && let Some(Piece::Open { broken, .. }) = self.pieces.get_mut(outer)
            {
                *broken = true;
            }
        }
    }

    /// What `inside` writes; its lines are those of something that did not fit.
    pub fn continued(&mut self, inside: impl FnOnce(&mut Self)) {
        self.pieces.push(Piece::Indent(CONTINUED));
        inside(self);
        self.pieces.push(Piece::Dedent(CONTINUED));
    }

    /// Whether a comment stands after token `from` begins and before the token before `to` begins.
    fn has_comment(&self, from: usize, to: usize) -> bool {
        let start = self.tokens.get(from).map_or(u32::MAX, |(start, ..)| *start);
        let end = to.checked_sub(1).and_then(|to| self.tokens.get(to)).map_or(0, |(start, ..)| *start);
        let first = self.comments.partition_point(|comment| comment.span.start < start);
        self.comments.get(first).is_some_and(|comment| comment.span.start < end)
    }

    // ---- Brackets ----

    /// `{ entries }`: the tokens from one brace to the other.
    pub fn block<T>(&mut self, entries: &[T], mut entry: impl FnMut(&mut Self, &T)) {
        let (piece, open) = (self.pieces.len(), self.next);
        self.pieces.push(Piece::Open { end: 0, broken: false });
        self.open.push(piece);
        self.sign(Fixed::BraceOpen);
        self.pieces.push(Piece::Indent(BLOCK));
        for (at, it) in entries.iter().enumerate() {
            if at == 0 {
                self.soft(1);
            } else {
                self.line(2);
            }
            entry(self, it);
            self.drop_comma();
        }
        self.pieces.push(Piece::Inner(self.next));
        self.pieces.push(Piece::Dedent(BLOCK));
        self.soft(usize::from(!entries.is_empty()));
        self.sign(Fixed::BraceClose);
        self.open.pop();
        self.pieces.push(Piece::Close);
        let commented = self.has_comment(open, self.next);
        self.close(piece, commented || !entries.is_empty() && self.has_newline(open, self.next));
    }

    /// Whether tokens `from` to `to` were written on several lines.
    pub fn has_newline(&self, from: usize, to: usize) -> bool {
        let start = self.tokens.get(from).map_or(0, |(start, ..)| *start);
        let end = to.checked_sub(1).and_then(|to| self.tokens.get(to)).map_or(0, |(.., end)| *end);
        self.text.get(start as usize..end as usize).is_some_and(|text| text.contains('\n'))
    }

    /// `[elements]`, `(elements)` or `{elements}`, with commas.
    pub fn list<T>(&mut self, elements: &[T], mut element: impl FnMut(&mut Self, &T)) {
        self.group(|writer| {
            writer.tight(1);
            writer.pieces.push(Piece::Indent(BLOCK));
            for (at, it) in elements.iter().enumerate() {
                writer.soft(usize::from(at > 0));
                element(writer, it);
                if at + 1 < elements.len() {
                    writer.sign(Fixed::Comma);
                } else {
                    writer.drop_comma();
                    writer.pieces.push(Piece::CommaIfBroken);
                }
            }
            writer.pieces.push(Piece::Inner(writer.next));
            writer.pieces.push(Piece::Dedent(BLOCK));
            writer.soft(0);
            writer.tight(1);
        });
    }

    /// The number of the next piece.
    pub fn piece(&self) -> usize {
        self.pieces.len()
    }

    /// A declaration begins here.
    pub fn begin_item(&mut self) {
        self.item = self.pieces.len();
    }
}
