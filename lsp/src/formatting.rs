//! Laying out a file, a part of it, or what has just been typed, as `gloo fmt` does.

use crate::position::Text;
use crate::protocol::{
    Answer, DocumentFormattingParams, DocumentOnTypeFormattingParams, DocumentRangeFormattingParams, Failure,
    Range, TextEdit,
};
use crate::snapshot::Snapshot;
use gloo_syntax::{FormatRefused, format};

/// `textDocument/formatting`
pub fn document(snapshot: &Snapshot, params: &DocumentFormattingParams) -> Answer<Option<Vec<TextEdit>>> {
    if snapshot.is_manifest(&params.text_document.uri) {
        return Ok(None);
    }
    let opened = snapshot.open(&params.text_document.uri)?;
    edits(&opened.text).map(Some)
}

/// `textDocument/rangeFormatting`: what of the layout lies in the range.
pub fn range(snapshot: &Snapshot, params: &DocumentRangeFormattingParams) -> Answer<Option<Vec<TextEdit>>> {
    if snapshot.is_manifest(&params.text_document.uri) {
        return Ok(None);
    }
    let opened = snapshot.open(&params.text_document.uri)?;
    let wanted = params.range;
    Ok(Some(edits(&opened.text)?.into_iter().filter(|edit| touches(edit.range, wanted)).collect()))
}

/// `textDocument/onTypeFormatting`: what of the layout lies in the declaration that a `}` ends. While there are errors,
/// nothing is moved.
pub fn on_type(
    snapshot: &Snapshot,
    params: &DocumentOnTypeFormattingParams,
) -> Answer<Option<Vec<TextEdit>>> {
    if snapshot.is_manifest(&params.text_document.uri) {
        return Ok(None);
    }
    let opened = snapshot.open(&params.text_document.uri)?;
    let offset = opened.offset(params.position);
    let items = opened.tree().items.iter().map(|item| opened.span(item.id));
    let Some(around) = items.into_iter().find(|span| span.start < offset && offset <= span.end) else {
        return Ok(None);
    };
    let wanted = opened.text.range(around);
    let Ok(all) = edits(&opened.text) else { return Ok(None) };
    Ok(Some(all.into_iter().filter(|edit| touches(edit.range, wanted)).collect()))
}

/// Whether an edit changes something of a range.
fn touches(edit: Range, wanted: Range) -> bool {
    edit.start < wanted.end && wanted.start < edit.end
}

/// The edits that lay out a text: runs of lines that differ, so that cursors and folds elsewhere stay.
fn edits(text: &Text) -> Answer<Vec<TextEdit>> {
    let formatted = format(&text.text).map_err(|refused| {
        Failure::Refused(match refused {
            FormatRefused::Errors(_) => "a text with errors is not laid out: mend them first".to_owned(),
            FormatRefused::Unsound => refused.to_string(),
        })
    })?;
    let old: Vec<&str> = text.text.split_inclusive('\n').collect();
    let new: Vec<&str> = formatted.split_inclusive('\n').collect();
    let mut edits = Vec::new();
    let mut offset: u32 = 0;
    for run in runs(&old, &new) {
        match run {
            Run::Same(line) => offset += line.len() as u32,
            // Lines that are only spaced otherwise are edits of their own.
            Run::Differs(before, after) if before.len() == after.len() && alike(&before, &after) => {
                for (line, instead) in before.iter().zip(&after) {
                    let end = offset + line.len() as u32;
                    if line != instead {
                        let range = text.range_of(offset, end);
                        edits.push(TextEdit { range, new_text: (*instead).to_owned() });
                    }
                    offset = end;
                }
            }
            Run::Differs(before, after) => {
                let length: usize = before.iter().map(|line| line.len()).sum();
                let end = offset + length as u32;
                edits.push(TextEdit { range: text.range_of(offset, end), new_text: after.concat() });
                offset = end;
            }
        }
    }
    Ok(edits)
}

/// Whether lines say the same but for their white space.
fn alike(before: &[&str], after: &[&str]) -> bool {
    let words = |line: &str| line.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    before.iter().zip(after).all(|(one, other)| words(one) == words(other))
}

enum Run<'t> {
    Same(&'t str),
    Differs(Vec<&'t str>, Vec<&'t str>),
}

/// How far lines that are the same are looked for after a difference.
const WINDOW: usize = 64;

/// Two texts in runs of lines that are the same or differ: the next line that both have ends a difference.
fn runs<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<Run<'t>> {
    let (mut runs, mut old, mut new) = (Vec::new(), old, new);
    loop {
        match (old.split_first(), new.split_first()) {
            (None, None) => return runs,
            (Some((one, left)), Some((other, right))) if one == other => {
                runs.push(Run::Same(one));
                (old, new) = (left, right);
            }
            _ => {
                let (before, after) = next_same(old, new);
                let (differs, left) = old.split_at(before);
                let (instead, right) = new.split_at(after);
                runs.push(Run::Differs(differs.to_vec(), instead.to_vec()));
                (old, new) = (left, right);
            }
        }
    }
}

/// How many lines of each come before the nearest that both have.
fn next_same(old: &[&str], new: &[&str]) -> (usize, usize) {
    for sum in 1..WINDOW * 2 {
        for before in 0..=sum.min(WINDOW) {
            let after = sum - before;
            match (old.get(before), new.get(after)) {
                (Some(one), Some(other)) if one == other && !one.trim().is_empty() => return (before, after),
                _ => {}
            }
        }
    }
    (old.len(), new.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::position::Encoding;

    #[test]
    fn edits_lead_to_the_layout() {
        for source in [
            "cluster  a { backend: envoy(version: \"1.40\") }\n\n\n\nnamespace x {\nservice  b { port http: 1 } }\n",
            "cluster a { backend: envoy(version: \"1.40\") }\r\n\r\nlet  a = 1\r\nlet b = 2",
            "",
            "// only this",
        ] {
            let text = Text::new(source.into(), Encoding::Utf16);
            let mut result = source.to_owned();
            for edit in edits(&text).unwrap().into_iter().rev() {
                result.replace_range(text.bytes(edit.range), &edit.new_text);
            }
            assert_eq!(result, format(source).unwrap());
        }
    }
}
