//! How Istio compares texts (`StringMatch`), and what that asks of a text.

use gloo_domain::{PathPattern, Regex, escaped};
use gloo_ir::TextTest;
use gloo_target::{Fields, Unread};

/// What a comparison asks.
#[derive(Clone, Debug)]
pub(super) enum Text {
    /// That there is one.
    Present,
    Exact(String),
    Prefix(String),
    /// That the whole of it matches.
    Matches(Regex),
}

/// A comparison. One that says nothing, and the expression `*`, ask only whether there is a text
/// (`canBeConvertedToPresentMatch`).
pub(super) fn read(mut matched: Fields<'_>) -> Result<Text, Unread> {
    let (exact, prefix, regex) = (matched.text("exact")?, matched.text("prefix")?, matched.text("regex")?);
    let unread = matched.unread("", "it isn't known which texts this means");
    let text = match (exact, prefix, regex) {
        (None, None, None | Some("*")) => Text::Present,
        (Some(text), None, None) if !text.is_empty() => Text::Exact(text.to_owned()),
        (None, Some(text), None) if !text.is_empty() => Text::Prefix(text.to_owned()),
        (None, None, Some(regex)) => {
            Text::Matches(Regex::parse(regex).map_err(|error| matched.unread("regex", error.to_string()))?)
        }
        _ => return Err(unread),
    };
    matched.done()?;
    Ok(text)
}

impl Text {
    /// The test of a text that it is.
    pub fn test(&self) -> TextTest {
        match self.clone() {
            Self::Present => TextTest::Present,
            Self::Exact(text) => TextTest::Equals(vec![text]),
            Self::Prefix(text) => TextTest::StartsWith(text),
            Self::Matches(regex) => TextTest::Matches(regex),
        }
    }

    /// Whether a text meets it.
    pub fn holds(&self, text: &str) -> bool {
        match self {
            Self::Present => true,
            Self::Exact(one) => one == text,
            Self::Prefix(start) => text.starts_with(start.as_str()),
            Self::Matches(regex) => regex.contains(text),
        }
    }

    /// The same as an expression; none for presence.
    pub fn regex(&self) -> Option<Regex> {
        let source = match self {
            Self::Present => return None,
            Self::Exact(text) => escaped(text),
            Self::Prefix(text) => format!("{}(?s:.*)", escaped(text)),
            Self::Matches(regex) => return Some(regex.clone()),
        };
        Regex::parse(&source).ok()
    }

    /// The paths that meet it. A prefix is one of characters.
    pub fn path(&self) -> Option<PathPattern> {
        match self {
            Self::Present => None,
            Self::Exact(text) => exact_path(text),
            Self::Prefix(text) if text == "/" => Some(PathPattern::everything()),
            Self::Prefix(text) => PathPattern::prefix(text).ok(),
            Self::Matches(regex) => PathPattern::regex(regex.source()).ok(),
        }
    }
}

/// That path alone.
fn exact_path(text: &str) -> Option<PathPattern> {
    let plain = PathPattern::parse(text).ok().filter(|pattern| pattern.as_exact().as_deref() == Some(text));
    plain.or_else(|| PathPattern::regex(&escaped(text)).ok())
}
