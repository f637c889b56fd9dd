//! The lines of a file that a diagnostic shows: made fit for a terminal, and cut to its width around what they show.

use super::wrap::shown;
use crate::{SourceFile, Span};
use std::collections::BTreeMap;
use std::ops::Range;
use unicode_width::UnicodeWidthChar;

/// Columns between the end of what is underlined and the text about it, at most.
const ARROW: usize = 5;
/// Columns of the number of a note, which stands for a text that has no room.
const NOTE: usize = 4;
/// Columns that are left before what is underlined when the start of a line is cut off.
const BEFORE: usize = 12;
/// How far a line is looked at on both sides of where something begins, in bytes: it may be a mebibyte long, and a
/// terminal is much narrower than this.
const REACH: u32 = 1024;
/// Columns between tab stops.
const TAB: usize = 4;

/// One place to show, and how wide the text about it is.
pub(super) struct Spot {
    /// The place.
    pub span: Span,
    /// Columns of the text about it.
    pub text_width: usize,
}

/// The shown lines of one file.
#[derive(Default)]
pub(super) struct Excerpt {
    /// The lines, each ended by a line feed. Each has a blank at its end, so that its end can be underlined; between two
    /// lines that aren't neighbours stands an empty one.
    pub text: String,
    /// The number in the file, from 1, of each line; `None` where lines are left out.
    pub numbers: Vec<Option<usize>>,
    rows: BTreeMap<usize, Row>,
}

impl Excerpt {
    /// The lines on which `spots` begin and end, each at most `width` columns wide.
    pub(super) fn new(file: &SourceFile, spots: &[Spot], width: usize) -> Self {
        let mut needs = BTreeMap::<usize, Needs>::new();
        for spot in spots {
            let (first, last) = lines(file, spot.span);
            let (mut start, mut end) = (spot.span.start, spot.span.end);
            if first != last {
                // The text about several lines stands right of the whole last one.
                needs.entry(first).or_default().add(start..bounds(file, first).end, 0);
                Range { start, end } = bounds(file, last);
            }
            needs.entry(last).or_default().add(start..end, spot.text_width);
        }
        let mut excerpt = Self::default();
        let mut length = 0;
        let mut next = None;
        for (line, needs) in needs {
            if next.is_some_and(|next| next != line) {
                excerpt.text.push('\n');
                excerpt.numbers.push(None);
                length += 1;
            }
            let (row, text) = Row::new(file, line, &needs, width, length);
            length += text.chars().count();
            excerpt.text.push_str(&text);
            excerpt.numbers.push(Some(line + 1));
            excerpt.rows.insert(line, row);
            next = Some(line + 1);
        }
        excerpt
    }

    /// Where a span is shown, in characters of [`Self::text`]; never empty.
    pub(super) fn range(&self, file: &SourceFile, span: Span) -> Range<usize> {
        let (first, last) = lines(file, span);
        let position =
            |line, offset| self.rows.get(&line).map_or(0, |row| row.start + row.mark(offset).position);
        let start = position(first, span.start);
        start..position(last, span.end).max(start + 1)
    }

    /// Whether a text of that many columns about `span` stays within `width`.
    pub(super) fn has_room(&self, file: &SourceFile, span: Span, text_width: usize, width: usize) -> bool {
        let (_, last) = lines(file, span);
        self.rows.get(&last).is_some_and(|row| row.used + ARROW + text_width <= width)
    }
}

/// What a line has to show.
#[derive(Default)]
struct Needs {
    /// Offsets of the first and after the last thing.
    span: Option<Range<u32>>,
    /// Columns of the widest text about them.
    text_width: usize,
}

impl Needs {
    fn add(&mut self, span: Range<u32>, text_width: usize) {
        let known = self.span.take().unwrap_or_else(|| span.clone());
        self.span = Some(known.start.min(span.start)..known.end.max(span.end));
        self.text_width = self.text_width.max(text_width);
    }
}

/// One shown line.
struct Row {
    /// Where it begins in the excerpt, in characters.
    start: usize,
    /// Each shown character, and the end.
    marks: Vec<Mark>,
    /// Columns up to the end of what is underlined.
    used: usize,
}

/// Where a character of the file is shown.
#[derive(Clone, Copy, Default)]
struct Mark {
    /// Its offset in the file.
    offset: u32,
    /// The character of the row, from 0.
    position: usize,
    /// The column of the row, from 0.
    column: usize,
}

impl Row {
    /// The line with what it needs to show, and its text.
    fn new(file: &SourceFile, line: usize, needs: &Needs, width: usize, start: usize) -> (Self, String) {
        let bounds = bounds(file, line);
        let span = needs.span.clone().unwrap_or(bounds.start..bounds.start);
        let near =
            |offset: u32| file.text.floor_char_boundary(offset.clamp(bounds.start, bounds.end) as usize);
        let (from, to) = (near(span.start.saturating_sub(REACH)), near(span.start.saturating_add(REACH)));
        let cells = cells(file.text.get(from..to).unwrap_or_default(), from);

        let total = cells.last().map_or(0, |cell| cell.column + cell.width);
        let column = |at: u32| cells.iter().find(|cell| cell.offset >= at).map_or(total, |cell| cell.column);
        let begins = column(span.start);
        // Of something wide its first half is enough, so that the text about it has room.
        let ends = column(span.end).clamp(begins + 1, begins + 1 + width / 2);
        let can_skip = begins.saturating_sub(BEFORE);
        let wanted = |text_width: usize| (ends + ARROW + text_width).saturating_sub(width);
        let mut skip =
            if wanted(needs.text_width) <= can_skip { wanted(needs.text_width) } else { wanted(NOTE) };
        skip = skip.min(can_skip);
        let cut_left = usize::from(skip > 0 || from > bounds.start as usize);
        skip += usize::from(skip > 0);
        // What is underlined must leave room for a note's number at least.
        let beyond = column(span.end) + cut_left + ARROW + NOTE > width + skip;
        let width = if beyond { width - ARROW - NOTE } else { width };
        let cut_right = usize::from(to < bounds.end as usize || total + cut_left > width + skip);

        let mut text = "…".repeat(cut_left);
        let mut marks = Vec::new();
        let mut end = Mark { offset: to as u32, position: cut_left, column: cut_left };
        for cell in cells.iter().skip_while(|cell| cell.column < skip) {
            if end.column + cell.width + cut_right > width {
                end.offset = cell.offset;
                break;
            }
            marks.push(Mark { offset: cell.offset, ..end });
            text.extend(std::iter::repeat_n(cell.shown, cell.count));
            end.position += cell.count;
            end.column += cell.width;
        }
        marks.push(end);
        text.push_str(&"…".repeat(cut_right));
        text.push_str(" \n");

        let mut row = Self { start, marks, used: 0 };
        row.used = row.mark(span.end).column.max(row.mark(span.start).column + 1);
        (row, text)
    }

    /// Where an offset is shown: at the nearest end of what is, if it isn't.
    fn mark(&self, offset: u32) -> Mark {
        let at = self.marks.partition_point(|mark| mark.offset < offset);
        self.marks.get(at).or(self.marks.last()).copied().unwrap_or_default()
    }
}

/// A character of a line, as it is shown.
struct Cell {
    offset: u32,
    column: usize,
    shown: char,
    /// How many times it is shown: a tab is several blanks.
    count: usize,
    width: usize,
}

fn cells(text: &str, from: usize) -> Vec<Cell> {
    let mut next = 0;
    text.char_indices()
        .map(|(at, c)| {
            let (shown, count) = if c == '\t' { (' ', TAB - next % TAB) } else { (shown(c), 1) };
            let width = shown.width().unwrap_or(1) * count;
            let column = next;
            next += width;
            Cell { offset: (from + at) as u32, column, shown, count, width }
        })
        .collect()
}

/// The lines, from 0, that hold the first and the last character of a span.
fn lines(file: &SourceFile, span: Span) -> (usize, usize) {
    let first = file.lines.line(span.start);
    (first, file.lines.line(span.end.max(span.start + 1) - 1).max(first))
}

/// The offsets of a line's text without what ends it.
fn bounds(file: &SourceFile, line: usize) -> Range<u32> {
    let start = file.lines.start(line);
    let end = if line + 1 < file.lines.count() { file.lines.start(line + 1) } else { file.text.len() as u32 };
    let text = file.text.get(start as usize..end as usize).unwrap_or_default();
    let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    start..start + text.len() as u32
}
