//! Which fixes are made together, and the texts that come of it.

use gloo_source::{Diagnostic, FileId, Sources};
use std::collections::BTreeMap;
use std::ops::Range;

/// A fix that is made.
pub struct Choice<'a> {
    /// What it mends.
    pub diagnostic: &'a Diagnostic,
    /// What is replaced by what.
    edits: Vec<(FileId, Range<usize>, &'a str)>,
}

/// The safe fixes that can be made together, those of the first diagnostics first: none touches another.
pub fn chosen<'a>(
    diagnostics: impl IntoIterator<Item = &'a Diagnostic>,
    sources: &Sources,
) -> Vec<Choice<'a>> {
    let mut taken: BTreeMap<FileId, Vec<Range<usize>>> = BTreeMap::new();
    let mut all = Vec::new();
    for diagnostic in diagnostics {
        let Some(fix) = diagnostic.fix.as_ref().filter(|fix| fix.is_safe()) else { continue };
        let edits = fix.edits.iter().map(|edit| {
            let text = &sources.get(edit.place.file)?.text;
            Some((edit.place.file, widened(text, edit.place.range(), &edit.text)?, &*edit.text))
        });
        let Some(edits) = edits.collect::<Option<Vec<_>>>() else { continue };
        let is_free = |(file, range, _): &(FileId, Range<usize>, &str)| {
            let others = taken.get(file).map(Vec::as_slice).unwrap_or_default();
            others.iter().all(|other| !touch(other, range))
        };
        if edits.iter().all(is_free) {
            for (file, range, _) in &edits {
                taken.entry(*file).or_default().push(range.clone());
            }
            all.push(Choice { diagnostic, edits });
        }
    }
    all
}

/// Whether two edits concern the same text, or one is an insertion where the other begins or ends: nobody knows in which
/// order they were meant.
fn touch(one: &Range<usize>, other: &Range<usize>) -> bool {
    if one.is_empty() || other.is_empty() {
        return one.start <= other.end && other.start <= one.end;
    }
    one.start < other.end && other.start < one.end
}

/// The new texts of the files that are changed, by their paths.
pub fn texts(chosen: &[Choice<'_>], sources: &Sources) -> BTreeMap<String, String> {
    let mut by_file: BTreeMap<FileId, Vec<(&Range<usize>, &str)>> = BTreeMap::new();
    for (file, range, text) in chosen.iter().flat_map(|choice| &choice.edits) {
        by_file.entry(*file).or_default().push((range, *text));
    }
    let mut texts = BTreeMap::new();
    for (id, mut edits) in by_file {
        let Some(file) = sources.get(id) else { continue };
        edits.sort_by_key(|(range, _)| range.start);
        let mut text = file.text.to_string();
        for (range, replacement) in edits.into_iter().rev() {
            text.replace_range(range.clone(), replacement);
        }
        texts.insert(file.path.clone(), text);
    }
    texts
}

/// What is replaced. Where something is deleted and nothing is left of its lines, they go with it, and so does its
/// documentation, which would be that of what follows. `None` where documentation would stay behind.
fn widened(text: &str, range: Range<usize>, replacement: &str) -> Option<Range<usize>> {
    let (before, after) = (text.get(..range.start)?, text.get(range.end..)?);
    text.get(range.clone())?;
    if !replacement.is_empty() {
        return Some(range);
    }
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let documented = documentation(text, start)?;
    let is_first = before.get(start..)?.trim().is_empty();
    let end = after.find('\n').map_or(text.len(), |at| range.end + at + 1);
    let is_last = text.get(range.end..end)?.trim().is_empty();
    match (is_first, is_last) {
        (true, true) => Some(documented..end),
        (true, false) if documented < start => None,
        _ => Some(range),
    }
}

/// Where the `///` lines begin that end before the line that begins at `start`.
fn documentation(text: &str, start: usize) -> Option<usize> {
    let mut first = start;
    loop {
        let before = text.get(..first)?;
        let Some(lines) = before.strip_suffix('\n') else { return Some(first) };
        let line = lines.rfind('\n').map_or(0, |at| at + 1);
        if !lines.get(line..)?.trim_start().starts_with("///") {
            return Some(first);
        }
        first = line;
    }
}

#[cfg(test)]
mod tests {
    use super::{chosen, texts};
    use gloo_source::{Code, Diagnostic, FileId, Sources, Span};

    /// The text after the fixes, each of which replaces the first occurrence of a text.
    fn after(text: &str, fixes: &[(&str, &str)]) -> String {
        let mut sources = Sources::new();
        sources.insert(FileId(0), "main.gloo", text);
        let diagnostic = |(old, new): &(&str, &str)| {
            let start = text.find(old).expect("the text") as u32;
            let place = Span::new(FileId(0), start, start + old.len() as u32);
            Diagnostic::new(Code::SHADOWED_RULE, place, "it is wrong").fix("mend it", place, *new)
        };
        let diagnostics: Vec<_> = fixes.iter().map(diagnostic).collect();
        texts(&chosen(&diagnostics, &sources), &sources)
            .remove("main.gloo")
            .unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn what_is_deleted_takes_its_lines_along() {
        assert_eq!(after("{\n  a\n  b\n}\n", &[("a", "")]), "{\n  b\n}\n");
        assert_eq!(after("{\n  /// doc\n  /// more\n  Q\n  y\n}\n", &[("Q", "")]), "{\n  y\n}\n");
        assert_eq!(after("{\r\n  Q\r\n  y\r\n}\r\n", &[("Q", "")]), "{\r\n  y\r\n}\r\n");
        assert_eq!(after("Q", &[("Q", "")]), "");
        assert_eq!(after("{ a  Q }", &[("Q", "")]), "{ a   }");
        assert_eq!(after("  Q // why\n", &[("Q", "")]), "   // why\n");
    }

    #[test]
    fn documentation_never_comes_to_something_else() {
        assert_eq!(after("/// doc\nQ Y\n", &[("Q", "")]), "/// doc\nQ Y\n");
        assert_eq!(after("/// doc\nY Q\n", &[("Q", "")]), "/// doc\nY \n");
    }

    #[test]
    fn fixes_that_touch_wait_for_each_other() {
        assert_eq!(after("abcdef", &[("bc", "X"), ("cd", "Y"), ("f", "Z")]), "aXdeZ");
        assert_eq!(after("abcdef", &[("ab", "X"), ("cd", "Y")]), "XYef");
        assert_eq!(after("abcdef", &[("", "X"), ("ab", "Y")]), "Xabcdef");
        assert_eq!(after("äbc", &[("b", "")]), "äc");
    }
}
