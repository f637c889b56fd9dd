//! Patterns of paths: segments with wildcards, string prefixes, regular expressions, each with or without case.
//!
//! The syntax and meaning are those of "Path patterns" in the language reference. A path is what stands in a request
//! line before `?`; under `paths: strict` it has been normalised before any pattern sees it, and patterns that no
//! normalised path can match are refused when they are parsed.

mod capture;
mod emit;
mod parse;
mod preimage;
mod segment;
mod template;

pub use capture::Captures;
pub use emit::{escaped, quoted, raw_quoted};
pub use preimage::Preimage;
pub use template::{PathTemplate, Substitution};

use crate::{PatternError, Regex};
use segment::{Piece, Segment};
use serde::{Serialize, Serializer};

/// A set of paths as it was written.
///
/// Two patterns are equal if they are written alike, not if they hold the same paths; for that there is
/// [`StringSet`](crate::StringSet).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathPattern {
    form: Form,
    ignore_case: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Form {
    /// `/a/*/x.{ext}`, and with `rest` also `/**` behind it.
    Segments { segments: Vec<Segment>, rest: bool },
    /// Every path that begins with this text.
    Prefix(String),
    /// Every path that the expression matches as a whole.
    Regex(Regex),
}

impl PathPattern {
    /// `/**`: every path.
    #[must_use]
    pub fn everything() -> Self {
        Self { form: Form::Segments { segments: Vec::new(), rest: true }, ignore_case: false }
    }

    /// Reads the bare form: `/a/b`, `/a/*`, `/img/*.png`, `/items/{id}`, `/a/**`.
    ///
    /// # Errors
    /// Where the text isn't such a pattern, or is one that no normalised path can match
    /// ([`NeverMatches`](crate::PatternErrorKind::NeverMatches)).
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let parse::Parsed { segments, rest } = parse::pattern(text)?;
        Ok(Self { form: Form::Segments { segments, rest }, ignore_case: false })
    }

    /// The pattern `prefix("…")`: every path that begins with `text`, also in the midst of a segment.
    ///
    /// # Errors
    /// Where no path begins with that text.
    pub fn prefix(text: &str) -> Result<Self, PatternError> {
        parse::plain(text)?;
        Ok(Self { form: Form::Prefix(text.to_owned()), ignore_case: false })
    }

    /// The pattern `regex(r"…")`: every path that the expression matches as a whole.
    ///
    /// # Errors
    /// Where the text is no RE2 expression.
    pub fn regex(text: &str) -> Result<Self, PatternError> {
        Ok(Self { form: Form::Regex(Regex::parse(text)?), ignore_case: false })
    }

    /// The expression that it is, if it is one.
    #[must_use]
    pub fn expression(&self) -> Option<&Regex> {
        match &self.form {
            Form::Regex(regex) => Some(regex),
            _ => None,
        }
    }

    /// The pattern `ignore_case(…)`: the same text in any ASCII case; for `regex` the same expression with `(?i)`.
    ///
    /// # Errors
    /// Where the expression becomes too large by that.
    pub fn ignoring_case(self) -> Result<Self, PatternError> {
        let form = match self.form {
            Form::Regex(regex) => Form::Regex(regex.ignoring_case()?),
            other => other,
        };
        Ok(Self { form, ignore_case: true })
    }

    pub(crate) fn form(&self) -> &Form {
        &self.form
    }

    /// Whether it was made by `ignore_case`.
    #[must_use]
    pub fn ignores_case(&self) -> bool {
        self.ignore_case
    }

    /// Whether the path, as it is matched, belongs to the set.
    #[must_use]
    pub fn contains(&self, path: &str) -> bool {
        match &self.form {
            Form::Segments { .. } => self.captures(path).is_some(),
            Form::Prefix(prefix) => match path.get(..prefix.len()) {
                Some(start) if self.ignore_case => start.eq_ignore_ascii_case(prefix),
                Some(start) => start == prefix,
                None => false,
            },
            Form::Regex(regex) => path.starts_with('/') && regex.contains(path),
        }
    }

    /// What the named segments and the `**` took of the path, or nothing if the path isn't in the set.
    ///
    /// A `prefix` and a `regex` capture nothing, but match.
    #[must_use]
    pub fn captures(&self, path: &str) -> Option<Captures> {
        let Form::Segments { segments, rest } = &self.form else {
            return self.contains(path).then(Captures::default);
        };
        capture::segments(segments, *rest, path, self.ignore_case)
    }

    /// The names of its `{name}` wildcards, in the order in which they stand.
    pub fn capture_names(&self) -> impl Iterator<Item = &str> {
        let segments = match &self.form {
            Form::Segments { segments, .. } => segments.as_slice(),
            Form::Prefix(_) | Form::Regex(_) => &[],
        };
        segments.iter().flat_map(Segment::pieces).filter_map(|piece| match piece {
            Piece::Wildcard(name) => name.as_deref(),
            Piece::Text(_) => None,
        })
    }

    /// Whether it ends in `**`, and so captures a rest.
    #[must_use]
    pub fn captures_rest(&self) -> bool {
        matches!(self.form, Form::Segments { rest: true, .. })
    }

    /// Whether it is written so that it holds every path: `/**` or `prefix("/")`.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.as_string_prefix().as_deref() == Some("/")
    }

    /// The one path that it holds (but for case), if it has no wildcard.
    #[must_use]
    pub fn as_exact(&self) -> Option<String> {
        match &self.form {
            Form::Segments { segments, rest: false } => segment::literal(segments),
            _ => None,
        }
    }

    /// `/a` for `/a/**`, `/` for `/**`: what a prefix match by whole segments takes.
    #[must_use]
    pub fn as_segment_prefix(&self) -> Option<String> {
        match &self.form {
            Form::Segments { segments, rest: true } if segments.is_empty() => Some("/".to_owned()),
            Form::Segments { segments, rest: true } => segment::literal(segments),
            _ => None,
        }
    }

    /// The text of `prefix("…")`, and `/` for `/**`: what a prefix match by characters takes.
    #[must_use]
    pub fn as_string_prefix(&self) -> Option<String> {
        match &self.form {
            Form::Prefix(prefix) => Some(prefix.clone()),
            Form::Segments { segments, rest: true } if segments.is_empty() => Some("/".to_owned()),
            _ => None,
        }
    }
}

/// As the language writes it; for a bare pattern [`PathPattern::parse`] reads it back.
impl std::fmt::Display for PathPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.ignore_case {
            f.write_str("ignore_case(")?;
        }
        match &self.form {
            Form::Segments { segments, rest } => {
                for segment in segments {
                    write!(f, "/{segment}")?;
                }
                if *rest {
                    f.write_str("/**")?;
                }
            }
            Form::Prefix(prefix) => write!(f, "prefix({})", quoted(prefix))?,
            Form::Regex(regex) => write!(f, "regex({})", raw_quoted(regex.source()))?,
        }
        if self.ignore_case { f.write_str(")") } else { Ok(()) }
    }
}

impl Serialize for PathPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
