//! Entries that stand in columns: routes and cases.

use super::{ALIGNED, Piece, WIDTH, Writer};

/// The most methods that others are aligned with.
const ALIGNED_METHODS: usize = 16;

/// An entry of a table: where its columns are.
#[derive(Clone, Copy, Debug)]
pub(in crate::format) struct Row {
    /// Its first token.
    first: usize,
    /// Its first piece.
    start: usize,
    /// The space after its methods.
    pub methods: Option<usize>,
    /// The break before its arrow.
    pub arrow: Option<usize>,
}

impl Writer<'_> {
    /// A block of entries that stand in columns; `entry` gives what was written.
    pub fn table<T>(&mut self, entries: &[T], mut entry: impl FnMut(&mut Self, &T) -> Row) {
        let open = self.next;
        let mut rows = Vec::with_capacity(entries.len());
        self.block(entries, |writer, it| rows.push(entry(writer, it)));
        // On one line there are no columns.
        if self.has_newline(open, self.next) || self.width(self.item, self.pieces.len()) > WIDTH {
            let mut from = 0;
            for to in 1..=rows.len() {
                if rows.get(to).is_none_or(|row| !self.continues_run(row.first)) {
                    self.align(rows.get(from..to).unwrap_or(&[]));
                    from = to;
                }
            }
        }
    }

    /// Whether nothing but a line's end, and perhaps a comment before it, stands between token `first` and the one before.
    fn continues_run(&self, first: usize) -> bool {
        let start = self.tokens.get(first).map_or(0, |(start, ..)| *start);
        let before = first.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |(.., end)| *end);
        let gap = self.text.get(before as usize..start as usize).unwrap_or("");
        let from = self.comments.partition_point(|comment| comment.span.start < before);
        let own_line =
            self.comments.iter().skip(from).take_while(|it| it.span.start < start).any(|it| it.own_line);
        !own_line && gap.bytes().filter(|byte| *byte == b'\n').count() < 2
    }

    /// Sets the spaces in a run of rows.
    fn align(&mut self, rows: &[Row]) {
        let methods = |writer: &Self, row: &Row| {
            row.methods
                .map(|at| (at, writer.width(row.start, at)))
                .filter(|(_, width)| *width <= ALIGNED_METHODS)
        };
        self.align_by(rows, methods);
        let heads = |writer: &Self, row: &Row| {
            row.arrow.map(|at| (at, writer.width(row.start, at))).filter(|(_, width)| *width <= ALIGNED)
        };
        self.align_by(rows, heads);
    }

    /// Widens the space that `part` names in each row, as far as what stands before it is narrower than in the widest.
    fn align_by(&mut self, rows: &[Row], part: impl Fn(&Self, &Row) -> Option<(usize, usize)>) {
        let parts: Vec<_> = rows.iter().filter_map(|row| part(self, row)).collect();
        let widest = parts.iter().map(|(_, width)| *width).max().unwrap_or(0);
        for (at, width) in parts {
            if let Some(Piece::Space(spaces) | Piece::Break(spaces)) = self.pieces.get_mut(at) {
                *spaces += widest - width;
            }
        }
    }

    /// How wide pieces `from` to `to` are on one line.
    fn width(&self, from: usize, to: usize) -> usize {
        let pieces = self.pieces.iter().take(to).skip(from);
        let width = |piece: &Piece| match piece {
            Piece::Token(at) => self.slice(*at).chars().count(),
            Piece::Space(spaces) | Piece::Break(spaces) | Piece::Entry(spaces) => *spaces,
            _ => 0,
        };
        pieces.map(width).sum()
    }

    /// A row that begins here.
    pub fn row(&self) -> Row {
        Row { first: self.next, start: self.pieces.len(), methods: None, arrow: None }
    }

    fn slice(&self, at: usize) -> &str {
        let (start, end) = self.tokens.get(at).map_or((0, 0), |(start, _, end)| (*start, *end));
        self.text.get(start as usize..end as usize).unwrap_or("")
    }
}
