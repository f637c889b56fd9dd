//! Paths and texts as AuthorizationPolicies write them: a `*` at an end is any rest.

use gloo_domain::PathPattern;
use gloo_ir::TextTest;

/// The paths of a pattern as Istio writes them; `None` for what it has no way to say. Its templates `{*}` match fewer
/// characters than a path may have.
pub(super) fn path_values(pattern: &PathPattern) -> Option<Vec<String>> {
    if pattern.ignores_case() {
        return None;
    }
    let plain = |text: &str| !text.contains(['*', '{', '}']);
    if let Some(path) = pattern.as_exact() {
        return plain(&path).then(|| vec![path]);
    }
    if let Some(prefix) = pattern.as_string_prefix() {
        return plain(&prefix).then(|| vec![format!("{prefix}*")]);
    }
    let prefix = pattern.as_segment_prefix()?;
    plain(&prefix).then(|| vec![prefix.clone(), format!("{prefix}/*")])
}

/// The texts that meet a test, as Istio writes them; `None` for what it has no way to say.
pub(super) fn text_values(test: &TextTest) -> Option<Vec<String>> {
    let plain = |text: &str| !text.is_empty() && !text.starts_with('*') && !text.ends_with('*');
    match test {
        TextTest::Present => Some(vec!["*".to_owned()]),
        TextTest::Equals(texts) => texts.iter().all(|text| plain(text)).then(|| texts.clone()),
        TextTest::StartsWith(start) if start.is_empty() => Some(vec!["*".to_owned()]),
        TextTest::StartsWith(start) => (!start.starts_with('*')).then(|| vec![format!("{start}*")]),
        TextTest::EndsWith(end) if end.is_empty() => Some(vec!["*".to_owned()]),
        TextTest::EndsWith(end) => Some(vec![format!("*{end}")]),
        TextTest::Differs(_) | TextTest::Matches(_) | TextTest::Contains(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_end_at_segments() {
        let values = |text: &str| path_values(&PathPattern::parse(text).unwrap());
        assert_eq!(values("/a"), Some(vec!["/a".to_owned()]));
        assert_eq!(values("/a/**"), Some(vec!["/a".to_owned(), "/a/*".to_owned()]));
        assert_eq!(values("/**"), Some(vec!["/*".to_owned()]));
        assert_eq!(values("/a/{id}"), None);
        assert_eq!(path_values(&PathPattern::prefix("/a").unwrap()), Some(vec!["/a*".to_owned()]));
        assert_eq!(path_values(&PathPattern::regex("/a|/b").unwrap()), None);
    }

    #[test]
    fn a_star_at_an_end_is_a_wildcard() {
        let equals = |text: &str| text_values(&TextTest::Equals(vec![text.to_owned()]));
        assert_eq!(equals("a*b"), Some(vec!["a*b".to_owned()]));
        assert_eq!((equals("a*"), equals("*a"), equals("")), (None, None, None));
        assert_eq!(text_values(&TextTest::EndsWith("*".to_owned())), Some(vec!["**".to_owned()]));
        assert_eq!(text_values(&TextTest::Contains("a".to_owned())), None);
    }
}
