//! The path that `rewrite` gives a request, made of text and of what the match captured.

use super::segment::{Piece, Segment};
use super::{Captures, PathPattern, emit, parse};
use crate::PatternError;
use serde::{Serialize, Serializer};

/// The path of a `rewrite`: `/v2`, `/v2/**`, `/v2/{id}/x`.
///
/// `{name}` takes what that wildcard took. `/**` takes what the rule's `/**` took, slash included: for a rule `/a/**`
/// and the rewrite `/v2/**` the path `/a` becomes `/v2`, `/a/` becomes `/v2/` and `/a/x` becomes `/v2/x`. A path is never
/// empty: where nothing is left, it is `/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathTemplate {
    pub(super) segments: Vec<Segment>,
    pub(super) rest: bool,
}

/// A rewrite as proxies take it: an RE2 expression that the whole path matches, and the text that replaces it, in which
/// `\1` stands for the first group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substitution {
    /// An expression that matches the whole of each path of the rule's pattern, without `^` and `$`.
    pub regex: String,
    /// What the path becomes.
    pub replacement: String,
}

impl PathTemplate {
    /// Reads a template.
    ///
    /// # Errors
    /// Where the text is none: as for patterns, but a `*` must have a name.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let parse::Parsed { segments, rest } = parse::template(text)?;
        Ok(Self { segments, rest })
    }

    /// The names that it uses, as often as it uses them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pieces().filter_map(|piece| match piece {
            Part::Name(name) => Some(name),
            Part::Text(_) => None,
        })
    }

    /// Whether it ends in `**`.
    #[must_use]
    pub fn uses_rest(&self) -> bool {
        self.rest
    }

    /// The path itself, if it takes nothing from the match.
    #[must_use]
    pub fn as_exact(&self) -> Option<String> {
        if self.rest { None } else { super::segment::literal(&self.segments) }
    }

    /// `/v2` for `/v2/**`, and `/` for `/**`, if it takes nothing else from the match: what a prefix rewrite takes.
    #[must_use]
    pub fn as_prefix(&self) -> Option<String> {
        let prefix = super::segment::literal(&self.segments).filter(|_| self.rest)?;
        Some(if prefix.is_empty() { "/".to_owned() } else { prefix })
    }

    /// What it takes that the pattern doesn't capture: a name, or `**`.
    #[must_use]
    pub fn missing_from(&self, pattern: &PathPattern) -> Option<&str> {
        let name = self.names().find(|name| !pattern.capture_names().any(|known| known == *name));
        name.or_else(|| (self.rest && !pattern.captures_rest()).then_some("**"))
    }

    /// The path for what a match captured; what wasn't captured is left out.
    #[must_use]
    pub fn fill(&self, captures: &Captures) -> String {
        let mut path: String = self
            .pieces()
            .map(|part| match part {
                Part::Text(text) => text,
                Part::Name(name) => captures.get(name).unwrap_or_default(),
            })
            .collect();
        if self.rest {
            path.push_str(captures.rest().unwrap_or_default());
        }
        if path.is_empty() { "/".to_owned() } else { path }
    }

    /// The rewrite of the pattern's paths as a substitution: for each path of the pattern it gives what
    /// [`fill`](Self::fill) gives. There is none for a pattern that doesn't capture what the template takes.
    #[must_use]
    pub fn substitution(&self, pattern: &PathPattern) -> Option<Substitution> {
        if self.missing_from(pattern).is_some() {
            return None;
        }
        // `/**` alone must give `/` where the rest is empty: then the slash is the template's own.
        let slash_outside = self.rest && self.segments.is_empty();
        let regex = emit::with_groups(pattern, slash_outside);
        let group =
            |name: &str| pattern.capture_names().position(|known| known == name).map(|index| index + 1);
        let mut replacement = String::new();
        for part in self.pieces() {
            match part {
                Part::Text(text) => replacement.push_str(&text.replace('\\', r"\\")),
                Part::Name(name) => replacement.push_str(&format!(r"\{}", group(name)?)),
            }
        }
        if self.rest {
            let slash = if slash_outside { "/" } else { "" };
            replacement.push_str(&format!(r"{slash}\{}", pattern.capture_names().count() + 1));
        }
        Some(Substitution { regex, replacement })
    }

    fn pieces(&self) -> impl Iterator<Item = Part<'_>> {
        self.segments.iter().flat_map(|segment| {
            std::iter::once(Part::Text("/")).chain(segment.pieces().iter().map(|piece| match piece {
                Piece::Text(text) => Part::Text(text),
                Piece::Wildcard(name) => Part::Name(name.as_deref().unwrap_or_default()),
            }))
        })
    }
}

enum Part<'t> {
    Text(&'t str),
    Name(&'t str),
}

impl std::fmt::Display for PathTemplate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.segments.iter().try_for_each(|segment| write!(f, "/{segment}"))?;
        if self.rest { f.write_str("/**") } else { Ok(()) }
    }
}

impl Serialize for PathTemplate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
