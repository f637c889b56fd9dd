//! What a rule's matches ask (`HTTPRouteMatch`): each is the conjunction of everything that it says.

use super::rank::{Count, PathKind, Weight};
use gloo_domain::{Method, PathPattern, Regex, escaped};
use gloo_ir::{Predicate, Test, TextAttribute, TextTest};
use gloo_target::{Fields, Unread};

/// A match, without the cookies that a filter asks for besides.
#[derive(Clone, Debug)]
pub(super) struct Matched {
    pub path: PathPattern,
    /// Everything else.
    pub condition: Predicate,
    pub weight: Weight,
}

/// How a value is matched.
#[derive(Clone, Debug)]
pub(super) enum Text {
    /// It is that.
    Exact(String),
    /// RE2, the whole value.
    Matches(Regex),
}

impl Text {
    fn test(self) -> TextTest {
        match self {
            Self::Exact(text) => TextTest::Equals(vec![text]),
            Self::Matches(regex) => TextTest::Matches(regex),
        }
    }
}

/// A match.
pub(super) fn read(mut matched: Fields<'_>) -> Result<Matched, Unread> {
    let (path, kind, length) = path(&mut matched)?;
    let mut all = Vec::new();
    let method = matched.text("method")?;
    if let Some(name) = method {
        let known = Method::ALL.into_iter().find(|one| *one != Method::Other && one.as_str() == name);
        let known = known.ok_or_else(|| matched.unread("method", format!("`{name}` is no method")))?;
        all.push(Predicate::Test(Test::Method(vec![known])));
    }
    let mut headers = Count::default();
    for field in matched.objects("headers")? {
        let unread = field.unread("name", "it isn't known what this asks");
        let (name, text) = named(field)?;
        if name.eq_ignore_ascii_case("host") || name.starts_with(':') {
            return Err(unread);
        }
        count(&mut headers, &text);
        all.push(test(TextAttribute::Header(name.to_ascii_lowercase()), text));
    }
    let mut queries = Count::default();
    for field in matched.objects("queryParams")? {
        let (name, text) = named(field)?;
        count(&mut queries, &text);
        all.push(test(TextAttribute::Query(name), text));
    }
    matched.done()?;
    let weight =
        Weight { path: kind, length, method: method.is_some(), headers, cookies: Count::default(), queries };
    Ok(Matched { path, condition: Predicate::All(all), weight })
}

/// What matches everything: a rule that says no matches, or a match without a path.
pub(super) fn everything() -> Matched {
    let weight = Weight {
        path: PathKind::Prefix,
        length: 0,
        method: false,
        headers: Count::default(),
        cookies: Count::default(),
        queries: Count::default(),
    };
    Matched { path: PathPattern::everything(), condition: Predicate::always(), weight }
}

impl Matched {
    /// The same for requests that have these cookies too.
    pub fn with_cookies(&self, cookies: &[(String, Text)]) -> Self {
        let mut own = self.clone();
        for (name, text) in cookies {
            count(&mut own.weight.cookies, text);
            own.condition = own.condition.and(test(TextAttribute::Cookie(name.clone()), text.clone()));
        }
        own
    }

    /// All that it asks.
    pub fn predicate(&self) -> Predicate {
        if self.path.is_everything() {
            return self.condition.clone();
        }
        Predicate::Test(Test::Path(vec![self.path.clone()])).and(self.condition.clone())
    }
}

fn test(attribute: TextAttribute, text: Text) -> Predicate {
    Predicate::Test(Test::Text(attribute, text.test()))
}

fn count(count: &mut Count, text: &Text) {
    count.all += 1;
    count.exact += usize::from(matches!(text, Text::Exact(_)));
}

/// A name with how its value is matched.
pub(super) fn named(mut fields: Fields<'_>) -> Result<(String, Text), Unread> {
    let name = fields.needed_text("name")?.to_owned();
    let kind = fields.text("type")?.unwrap_or("Exact");
    let value = fields.needed_text("value")?;
    let text = match kind {
        "Exact" => Text::Exact(value.to_owned()),
        "RegularExpression" => {
            Text::Matches(Regex::parse(value).map_err(|error| fields.unread("value", error.to_string()))?)
        }
        _ => return Err(fields.unread("type", "it isn't known what this matches")),
    };
    fields.done()?;
    Ok((name, text))
}

/// The paths of a match, and what of them ranks it. `/` is every path, and as good as no path at all.
fn path(matched: &mut Fields<'_>) -> Result<(PathPattern, PathKind, usize), Unread> {
    let Some(mut path) = matched.object("path")? else { return Ok(none()) };
    let kind = path.text("type")?.unwrap_or("PathPrefix");
    let value = path.text("value")?.unwrap_or("/");
    let (kind, pattern) = match kind {
        "PathPrefix" if value == "/" => {
            path.done()?;
            return Ok(none());
        }
        "PathPrefix" => (PathKind::Prefix, below(value.strip_suffix('/').unwrap_or(value))),
        "Exact" => (PathKind::Exact, exact(value)),
        "RegularExpression" => (PathKind::Regex, PathPattern::regex(value).ok()),
        _ => return Err(path.unread("type", "it isn't known which paths this means")),
    };
    let pattern = pattern.ok_or_else(|| path.unread("value", "it isn't known which paths this means"))?;
    path.done()?;
    Ok((pattern, kind, value.len()))
}

fn none() -> (PathPattern, PathKind, usize) {
    (PathPattern::everything(), PathKind::Prefix, 0)
}

/// That path alone.
fn exact(text: &str) -> Option<PathPattern> {
    let plain = PathPattern::parse(text).ok().filter(|pattern| pattern.as_exact().as_deref() == Some(text));
    plain.or_else(|| PathPattern::regex(&escaped(text)).ok())
}

/// `/a` is `/a` itself and everything below it.
fn below(text: &str) -> Option<PathPattern> {
    let plain = PathPattern::parse(&format!("{text}/**")).ok();
    let plain = plain.filter(|pattern| pattern.as_segment_prefix().as_deref() == Some(text));
    plain.or_else(|| PathPattern::regex(&format!("{}(?:/.*)?", escaped(text))).ok())
}
