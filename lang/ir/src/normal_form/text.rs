//! Which text meets tests of a text: first what a reader would try, then, where that doesn't tell, sets.

use crate::TextTest;
use crate::texts::{self, TextKind};
use gloo_domain::{DnsName, HostPattern, PathPattern, Regex, StringSet, TooLarge};

/// A test of a text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Piece<'a> {
    Paths(&'a [PathPattern]),
    Hosts(&'a [HostPattern]),
    Regex(&'a Regex),
    Asked(&'a TextTest),
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    Found(String),
    Nothing,
    TooLarge,
}

/// The values that a text may have to meet its tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Values(Option<Vec<String>>);

impl Values {
    /// It must not, or need not, be there.
    pub(super) fn absent() -> Self {
        Self(Some(Vec::new()))
    }

    /// That value.
    pub(super) fn of(value: String) -> Self {
        Self(Some(vec![value]))
    }

    /// Some value, but too much work to say which.
    pub(super) fn unknown() -> Self {
        Self(None)
    }

    /// All of them together.
    pub(super) fn join(all: Vec<Self>) -> Self {
        let known: Option<Vec<Vec<String>>> = all.into_iter().map(|values| values.0).collect();
        Self(known.map(|lists| {
            let mut values: Vec<String> = Vec::new();
            for value in lists.into_iter().flatten() {
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            values
        }))
    }

    /// The values, where they are known.
    pub(super) fn known(self) -> Option<Vec<String>> {
        self.0
    }
}

/// What a reader would try first as a value that nothing asks for.
const FAMILIAR: [&str; 4] = ["1", "x", "a", ""];

/// What a reader would put in the place of a wildcard of a path.
const SEGMENTS: [&str; 3] = ["1", "x", "item"];

impl TextKind {
    /// A text that meets all of `positives` and none of `negatives`.
    pub(super) fn find(self, positives: &[Piece<'_>], negatives: &[Piece<'_>]) -> Finding {
        let meets = |text: &str| {
            positives.iter().all(|piece| piece.contains(text))
                && !negatives.iter().any(|piece| piece.contains(text))
                && self.may_be(text)
        };
        if let Some(choices) = positives.iter().find_map(Piece::choices) {
            return choices.into_iter().find(|text| meets(text)).map_or(Finding::Nothing, Finding::Found);
        }
        if are_apart(positives) || lie_within(positives, negatives) {
            return Finding::Nothing;
        }
        let mut guesses = positives.iter().flat_map(Piece::guesses).chain(self.guesses());
        if let Some(text) = guesses.find(|text| meets(text)) {
            return Finding::Found(text);
        }
        match self.set(positives, negatives) {
            Ok(set) => set.witness().map_or(Finding::Nothing, Finding::Found),
            Err(TooLarge { .. }) => Finding::TooLarge,
        }
    }

    fn guesses(self) -> Vec<String> {
        let texts: &[&str] = match self {
            Self::Path(_) => &["/", "/1", "/x"],
            Self::Host => &["www.example.com", "example.com"],
            Self::Query | Self::Cookie | Self::Free => &FAMILIAR,
        };
        texts.iter().map(ToString::to_string).collect()
    }

    /// Whether a text of this kind can be that.
    fn may_be(self, text: &str) -> bool {
        match self {
            Self::Host => DnsName::parse(text).is_ok_and(|name| name.as_str() == text),
            _ => self.universe().is_ok_and(|universe| universe.contains(text)),
        }
    }

    fn set(self, positives: &[Piece<'_>], negatives: &[Piece<'_>]) -> Result<StringSet, TooLarge> {
        let mut set = self.universe()?;
        for piece in positives {
            set = set.meet(&piece.set()?)?;
        }
        for piece in negatives {
            set = set.minus(&piece.set()?)?;
        }
        Ok(set)
    }
}

/// Whether two path patterns exclude each other by their form: the quick answer for most tables.
fn are_apart(positives: &[Piece<'_>]) -> bool {
    let [Piece::Paths([one]), Piece::Paths([other])] = positives else { return false };
    if one.ignores_case() || other.ignores_case() {
        return false;
    }
    match (one.as_segment_prefix(), other.as_segment_prefix()) {
        (Some(first), Some(second)) => !one.contains(&second) && !other.contains(&first),
        _ => false,
    }
}

/// Whether some negative test holds for every path of a positive one by their form: `/cart/{id}` lies within `/cart/**`.
fn lie_within(positives: &[Piece<'_>], negatives: &[Piece<'_>]) -> bool {
    let within = |inner: &PathPattern, outer: &PathPattern| {
        let Some(prefix) = outer.as_segment_prefix().filter(|_| !inner.ignores_case()) else { return false };
        let text = inner.to_string();
        let rest = if prefix == "/" { Some(text.as_str()) } else { text.strip_prefix(prefix.as_str()) };
        rest.is_some_and(|rest| rest.starts_with('/') && text.starts_with('/'))
    };
    negatives.iter().any(|negative| {
        let Piece::Paths(outer) = negative else { return false };
        positives.iter().any(|positive| {
            let Piece::Paths(inner) = positive else { return false };
            inner.iter().all(|inner| outer.iter().any(|outer| within(inner, outer)))
        })
    })
}

impl Piece<'_> {
    pub(super) fn contains(&self, text: &str) -> bool {
        match self {
            Self::Paths(patterns) => patterns.iter().any(|pattern| pattern.contains(text)),
            Self::Hosts(patterns) => patterns.iter().any(|pattern| pattern.contains(text)),
            Self::Regex(regex) => regex.contains(text),
            Self::Asked(asked) => crate::evaluate::meets_text(asked, [text]),
        }
    }

    /// All texts that meet it, where they are few and known.
    fn choices(&self) -> Option<Vec<String>> {
        match self {
            Self::Paths(patterns) => {
                let exact = |pattern: &PathPattern| pattern.as_exact().filter(|_| !pattern.ignores_case());
                patterns.iter().map(exact).collect()
            }
            Self::Hosts(patterns) => {
                let exact = |pattern: &HostPattern| match pattern {
                    HostPattern::Exact(name) => Some(name.to_string()),
                    HostPattern::Wildcard(_) | HostPattern::Any => None,
                };
                patterns.iter().map(exact).collect()
            }
            Self::Asked(TextTest::Equals(texts)) => Some(texts.clone()),
            Self::Asked(_) | Self::Regex(_) => None,
        }
    }

    /// Some texts that are likely to meet it.
    fn guesses(&self) -> Vec<String> {
        match self {
            Self::Paths(patterns) => patterns.iter().flat_map(path_guesses).collect(),
            Self::Hosts(patterns) => patterns
                .iter()
                .filter_map(|pattern| match pattern {
                    HostPattern::Exact(name) => Some(name.to_string()),
                    HostPattern::Wildcard(name) => Some(format!("www.{name}")),
                    HostPattern::Any => None,
                })
                .collect(),
            Self::Asked(TextTest::Contains(part) | TextTest::StartsWith(part) | TextTest::EndsWith(part)) => {
                vec![part.clone(), format!("{part}1"), format!("1{part}")]
            }
            Self::Asked(_) | Self::Regex(_) => Vec::new(),
        }
    }

    fn set(&self) -> Result<StringSet, TooLarge> {
        match self {
            Self::Paths(patterns) => texts::of_paths(patterns),
            Self::Hosts(patterns) => texts::of_hosts(patterns),
            Self::Regex(regex) => StringSet::regex(regex),
            Self::Asked(asked) => texts::asked(asked),
        }
    }
}

/// Paths of a pattern by segments or of a prefix, as a reader would write one.
fn path_guesses(pattern: &PathPattern) -> Vec<String> {
    if let Some(exact) = pattern.as_exact() {
        return vec![exact];
    }
    if let Some(prefix) = pattern.as_string_prefix() {
        return vec![prefix.clone(), format!("{prefix}1"), format!("{prefix}x")];
    }
    let text = pattern.to_string();
    let text = text.strip_prefix("ignore_case(").map_or(text.as_str(), |inner| inner.trim_end_matches(')'));
    if !text.starts_with('/') {
        return Vec::new();
    }
    let (start, rest) = match text.strip_suffix("/**") {
        Some(start) => (start, &["", "/1", "/x"][..]),
        None => (text, &[""][..]),
    };
    let filled = SEGMENTS.iter().map(|segment| fill(start, segment));
    filled.flat_map(|start| rest.iter().map(move |rest| format!("{start}{rest}"))).collect()
}

/// The text of a pattern with `segment` in the place of each `*` and `{name}`.
fn fill(pattern: &str, segment: &str) -> String {
    let mut filled = String::new();
    let mut in_name = false;
    for one in pattern.chars() {
        match one {
            '{' => in_name = true,
            '}' => {
                in_name = false;
                filled.push_str(segment);
            }
            '*' => filled.push_str(segment),
            _ if in_name => {}
            _ => filled.push(one),
        }
    }
    filled
}
