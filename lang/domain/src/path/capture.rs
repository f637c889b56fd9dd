//! What a pattern took of a path, for `rewrite` to put elsewhere.

use super::segment::{Piece, Segment};

/// What the wildcards of a pattern took of a path.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Captures {
    named: Vec<(String, String)>,
    rest: Option<String>,
}

impl Captures {
    /// What `{name}` took, as it stands in the path.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.named.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All `{name}`s with what they took, in the order of the pattern.
    pub fn named(&self) -> impl Iterator<Item = (&str, &str)> {
        self.named.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// What `**` took, with its slash: nothing at all (``), a slash alone (`/`), or segments (`/x/y`).
    #[must_use]
    pub fn rest(&self) -> Option<&str> {
        self.rest.as_deref()
    }
}

/// Matches a path against segments, and what is left of it against `**` if `rest`.
pub(super) fn segments(segments: &[Segment], rest: bool, path: &str, ignore_case: bool) -> Option<Captures> {
    if !path.starts_with('/') {
        return None;
    }
    let mut captures = Captures::default();
    let mut left = path;
    for segment in segments {
        let behind = left.strip_prefix('/')?;
        let end = behind.find('/').unwrap_or(behind.len());
        let (text, after) = behind.split_at_checked(end)?;
        let taken = segment.split(text, ignore_case)?;
        let wildcards = segment.pieces().iter().filter_map(|piece| match piece {
            Piece::Wildcard(name) => Some(name),
            Piece::Text(_) => None,
        });
        for (name, text) in wildcards.zip(taken) {
            if let Some(name) = name {
                captures.named.push((name.clone(), text.to_owned()));
            }
        }
        left = after;
    }
    if rest {
        captures.rest = Some(left.to_owned());
    } else if !left.is_empty() {
        return None;
    }
    Some(captures)
}
