//! One segment of a path pattern: text and wildcards, and how much of a path's segment each takes.

/// A part of a segment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Piece {
    /// This text.
    Text(String),
    /// `*`, or `{name}`.
    Wildcard(Option<String>),
}

/// What stands between two slashes. Two texts never stand side by side, nor, in a pattern, do two wildcards; the empty
/// segment has no piece.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Segment(Vec<Piece>);

impl Segment {
    pub(crate) fn new(pieces: Vec<Piece>) -> Self {
        Self(pieces)
    }

    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// Whether it is a wildcard alone, which stands for one or more characters; beside text it may stand for none.
    pub(crate) fn is_wildcard(&self) -> bool {
        matches!(self.0.as_slice(), [Piece::Wildcard(_)])
    }

    /// The text, if there is no wildcard in it.
    pub(crate) fn literal(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// What each wildcard takes of `text`, in order, or nothing if the segment doesn't match it.
    ///
    /// Where several divisions are possible, the first wildcard takes as much as it can, then the second, and so on:
    /// what RE2 captures for `[^/]*` in their places. Placing each text as far to the right as possible, from the right,
    /// gives just that. Texts that would overlap leave a range that ends before it begins, which `get` refuses.
    pub(crate) fn split<'t>(&self, text: &'t str, ignore_case: bool) -> Option<Vec<&'t str>> {
        let fold = |text: &str| if ignore_case { text.to_ascii_lowercase() } else { text.to_owned() };
        if let Some(literal) = self.literal() {
            return (fold(literal) == fold(text)).then(Vec::new);
        }
        if self.is_wildcard() {
            return (!text.is_empty()).then(|| vec![text]);
        }
        let haystack = fold(text);
        let start = match self.0.first() {
            Some(Piece::Text(first)) if haystack.starts_with(&fold(first)) => first.len(),
            Some(Piece::Text(_)) => return None,
            _ => 0,
        };
        let mut end = haystack.len();
        let mut taken = Vec::new();
        for (index, piece) in self.0.iter().enumerate().rev() {
            let Piece::Text(piece) = piece else { continue };
            let at = match index {
                0 => 0,
                _ if index + 1 == self.0.len() => haystack.len().checked_sub(piece.len())?,
                _ => haystack.get(start..end)?.rfind(&fold(piece))? + start,
            };
            let after = at + piece.len();
            if haystack.get(at..after)? != fold(piece) {
                return None;
            }
            if index + 1 < self.0.len() {
                taken.push(text.get(after..end)?);
            }
            end = at;
        }
        if matches!(self.0.first(), Some(Piece::Wildcard(_))) {
            taken.push(text.get(..end)?);
        }
        taken.reverse();
        Some(taken)
    }
}

/// The path that segments without wildcards spell.
pub(crate) fn literal(segments: &[Segment]) -> Option<String> {
    let mut path = String::new();
    for segment in segments {
        path.push('/');
        path.push_str(segment.literal()?);
    }
    Some(path)
}

impl std::fmt::Display for Segment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => f.write_str(text),
            Piece::Wildcard(None) => f.write_str("*"),
            Piece::Wildcard(Some(name)) => write!(f, "{{{name}}}"),
        })
    }
}
