//! What can be folded, and what is selected next.

use crate::protocol::{
    Answer, FoldingRange, FoldingRangeKind, FoldingRangeParams, Range, SelectionRange, SelectionRangeParams,
};
use crate::snapshot::Snapshot;
use gloo_syntax::{Token, lex};

/// `textDocument/foldingRange`: brackets over several lines, runs of comments, runs of `use`.
pub fn folding(snapshot: &Snapshot, params: &FoldingRangeParams) -> Answer<Option<Vec<FoldingRange>>> {
    if snapshot.is_manifest(&params.text_document.uri) {
        return Ok(None);
    }
    let opened = snapshot.open(&params.text_document.uri)?;
    let text = &opened.text;
    let mut found = Vec::new();
    let mut fold = |first: u32, last: u32, kind: Option<FoldingRangeKind>| {
        if first < last {
            found.push(FoldingRange { start_line: first, end_line: last, kind, ..FoldingRange::default() });
        }
    };
    // Brackets as they stand: what doesn't parse folds, too.
    let mut open: Vec<u32> = Vec::new();
    for (token, bytes) in lex(&text.text) {
        if token.closer().is_some() {
            open.push(text.line_of(bytes.start as u32));
        } else if Token::is_closer(token)
            && let Some(first) = open.pop()
        {
            // The line of the closing bracket stays.
            fold(first, text.line_of(bytes.start as u32).saturating_sub(1), None);
        }
    }
    let comments = opened.parsed.comments.iter().filter(|comment| comment.own_line);
    let lines = comments.map(|comment| text.line_of(comment.span.start));
    runs(lines).into_iter().for_each(|(first, last)| fold(first, last, Some(FoldingRangeKind::Comment)));
    let uses =
        opened.tree().items.iter().filter(|item| matches!(item.kind, gloo_syntax::ast::ItemKind::Use(_)));
    let lines = uses.map(|item| text.line_of(opened.span(item.id).start));
    runs(lines).into_iter().for_each(|(first, last)| fold(first, last, Some(FoldingRangeKind::Imports)));
    found.sort_by_key(|one| (one.start_line, one.end_line));
    Ok(Some(found))
}

/// Runs of lines that follow each other.
fn runs(lines: impl Iterator<Item = u32>) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for line in lines {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == line => *last = line,
            _ => runs.push((line, line)),
        }
    }
    runs
}

/// `textDocument/selectionRange`: the word, the expression, the entry, the declaration, the file.
pub fn selection(snapshot: &Snapshot, params: &SelectionRangeParams) -> Answer<Option<Vec<SelectionRange>>> {
    if snapshot.is_manifest(&params.text_document.uri) {
        return Ok(None);
    }
    let opened = snapshot.open(&params.text_document.uri)?;
    let all = opened.text.range_of(0, opened.text.text.len() as u32);
    let around = |position| {
        let offset = opened.offset(position);
        let mut ranges: Vec<Range> = vec![all];
        let nodes: Vec<_> = opened.parsed.spans.all_at(offset).collect();
        for node in nodes.into_iter().rev() {
            let range = opened.range(node);
            let inside =
                |outer: &Range| outer.start <= range.start && range.end <= outer.end && *outer != range;
            // Of a text with errors some nodes lie across each other.
            if ranges.last().is_some_and(inside) {
                ranges.push(range);
            }
        }
        let mut selection = None;
        for range in ranges {
            selection = Some(SelectionRange { range, parent: selection.map(Box::new) });
        }
        selection.unwrap_or(SelectionRange { range: all, parent: None })
    };
    Ok(Some(params.positions.iter().copied().map(around).collect()))
}
