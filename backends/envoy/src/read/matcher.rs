//! String matchers (`envoy.type.matcher.v3.StringMatcher`), and what they ask of a text.

use gloo_domain::{PathPattern, Regex, escaped};
use gloo_ir::TextTest;
use gloo_target::{Fields, Unread};

/// What a matcher asks.
#[derive(Clone, Debug)]
pub(super) enum Text {
    Exact(String),
    Prefix(String),
    Suffix(String),
    Contains(String),
    Matches(Regex),
}

/// A matcher.
pub(super) fn read(mut matcher: Fields<'_>) -> Result<Text, Unread> {
    let ignores_case = matcher.flag("ignore_case")? == Some(true);
    let text = if let Some(text) = matcher.text("exact")? {
        Text::Exact(text.to_owned())
    } else if let Some(text) = matcher.text("prefix")? {
        Text::Prefix(text.to_owned())
    } else if let Some(text) = matcher.text("suffix")? {
        Text::Suffix(text.to_owned())
    } else if let Some(text) = matcher.text("contains")? {
        Text::Contains(text.to_owned())
    } else if let Some(regex) = matcher.object("safe_regex")? {
        Text::Matches(expression(regex)?)
    } else {
        return Err(matcher.unread("", "it isn't known what this matches"));
    };
    let text = if ignores_case {
        let regex = text.regex().and_then(|regex| regex.ignoring_case().ok());
        Text::Matches(regex.ok_or_else(|| matcher.unread("ignore_case", "it can't be read"))?)
    } else {
        text
    };
    matcher.done()?;
    Ok(text)
}

/// An expression of RE2, which matches the whole of a text.
pub(super) fn expression(mut regex: Fields<'_>) -> Result<Regex, Unread> {
    regex.ignore(&["google_re2"]);
    let source = regex.needed_text("regex")?;
    let read = Regex::parse(source).map_err(|error| regex.unread("regex", error.to_string()))?;
    regex.done()?;
    Ok(read)
}

impl Text {
    /// The same as an expression.
    fn regex(&self) -> Option<Regex> {
        let source = match self {
            Self::Exact(text) => escaped(text),
            Self::Prefix(text) => format!("{}(?s:.*)", escaped(text)),
            Self::Suffix(text) => format!("(?s:.*){}", escaped(text)),
            Self::Contains(text) => format!("(?s:.*){}(?s:.*)", escaped(text)),
            Self::Matches(regex) => return Some(regex.clone()),
        };
        Regex::parse(&source).ok()
    }

    /// The test of a text that it is.
    pub fn test(&self) -> TextTest {
        match self.clone() {
            Self::Exact(text) => TextTest::Equals(vec![text]),
            Self::Prefix(text) => TextTest::StartsWith(text),
            Self::Suffix(text) => TextTest::EndsWith(text),
            Self::Contains(text) => TextTest::Contains(text),
            Self::Matches(regex) => TextTest::Matches(regex),
        }
    }

    /// Whether a text meets it.
    pub fn holds(&self, text: &str) -> bool {
        match self {
            Self::Exact(one) => one == text,
            Self::Prefix(start) => text.starts_with(start.as_str()),
            Self::Suffix(end) => text.ends_with(end.as_str()),
            Self::Contains(part) => text.contains(part.as_str()),
            Self::Matches(regex) => regex.contains(text),
        }
    }

    /// The paths that meet it.
    pub fn path(&self) -> Option<PathPattern> {
        match self {
            Self::Exact(text) => Some(exact_path(text)?),
            Self::Prefix(text) => prefix_path(text),
            Self::Suffix(_) | Self::Contains(_) | Self::Matches(_) => {
                PathPattern::regex(self.regex()?.source()).ok()
            }
        }
    }
}

/// That path alone.
pub(super) fn exact_path(text: &str) -> Option<PathPattern> {
    let plain = PathPattern::parse(text).ok().filter(|pattern| pattern.as_exact().as_deref() == Some(text));
    plain.or_else(|| PathPattern::regex(&escaped(text)).ok())
}

/// The paths that begin with a text.
pub(super) fn prefix_path(text: &str) -> Option<PathPattern> {
    if text == "/" { PathPattern::parse("/**").ok() } else { PathPattern::prefix(text).ok() }
}
