//! What was asked of a rewritten path, as asked of the path before.

use super::segment::{Piece, Segment};
use super::{Form, PathPattern, PathTemplate};
use std::collections::BTreeMap;

/// The paths that a rewrite makes paths of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Preimage {
    /// None of them.
    Nothing,
    /// Those of the rule's pattern that are paths of this one too.
    Within(PathPattern),
}

/// What names were found to stand for.
type Bound<'t> = BTreeMap<&'t str, &'t str>;

impl PathTemplate {
    /// Whether each part of the rewritten path comes from a whole segment, or is text: then a normalised path stays one.
    #[must_use]
    pub fn keeps_segments(&self, from: &PathPattern) -> bool {
        whole(from).is_some() && self.segments.iter().all(is_whole) && !self.segments.is_empty()
    }

    /// Which of the paths of `from`, the pattern of the rule, this makes paths of `of`; nothing where that is no pattern
    /// by segments: with wildcards inside of segments, `ignore_case`, and regular expressions.
    #[must_use]
    pub fn preimage(&self, from: &PathPattern, of: &PathPattern) -> Option<Preimage> {
        let (from_segments, from_rest) = whole(from)?;
        let (of_segments, of_rest) = whole(of)?;
        if !self.keeps_segments(from) {
            return None;
        }
        let made = self.segments.len();
        let asked = of_segments.len();
        let common = made.min(asked);
        let mut bound = Bound::new();
        for (made, asked) in self.segments.iter().zip(of_segments) {
            if !unify(made, asked, &mut bound) {
                return Some(Preimage::Nothing);
            }
        }
        let beyond = of_segments.get(common..).unwrap_or_default();
        let fits = match (self.rest, of_rest) {
            (false, false) => made == asked,
            (false, true) => asked <= made,
            (true, _) => asked >= made || of_rest,
        };
        if !fits {
            return Some(Preimage::Nothing);
        }
        let mut segments: Vec<Segment> =
            from_segments.iter().map(|segment| put_in(segment, &bound)).collect();
        let mut rest = from_rest;
        if self.rest {
            segments.extend(beyond.iter().cloned());
            rest = of_rest;
        }
        Some(Preimage::Within(PathPattern { form: Form::Segments { segments, rest }, ignore_case: false }))
    }
}

/// The segments of a pattern each of which is text or one wildcard, and whether it ends in `**`.
fn whole(pattern: &PathPattern) -> Option<(&[Segment], bool)> {
    match &pattern.form {
        Form::Segments { segments, rest } if !pattern.ignore_case && segments.iter().all(is_whole) => {
            Some((segments, *rest))
        }
        _ => None,
    }
}

fn is_whole(segment: &Segment) -> bool {
    segment.literal().is_some() || segment.is_wildcard()
}

/// Whether a segment that was made can be one that is asked for, and what its name must stand for then.
fn unify<'t>(made: &'t Segment, asked: &'t Segment, bound: &mut Bound<'t>) -> bool {
    match (made.literal(), asked.literal()) {
        (Some(text), Some(wanted)) => text == wanted,
        (Some(text), None) => !text.is_empty(),
        (None, None) => true,
        (None, Some(wanted)) => {
            let name = name(made).unwrap_or_default();
            !wanted.is_empty() && *bound.entry(name).or_insert(wanted) == wanted
        }
    }
}

fn name(segment: &Segment) -> Option<&str> {
    match segment.pieces() {
        [Piece::Wildcard(name)] => name.as_deref(),
        _ => None,
    }
}

fn put_in(segment: &Segment, bound: &Bound<'_>) -> Segment {
    match name(segment).and_then(|name| bound.get(name)) {
        Some(text) => Segment::new(vec![Piece::Text((*text).to_owned())]),
        None => segment.clone(),
    }
}
