//! Path patterns, held against the language page's words, one example a line.
#![expect(clippy::unwrap_used, clippy::panic, reason = "in a test a panic is the failure")]

use gloo_domain::{PathPattern, PathTemplate, PatternErrorKind, Preimage, StringSet};

fn pattern(text: &str) -> PathPattern {
    if let Some(inner) = text.strip_prefix("ignore_case ") {
        return pattern(inner).ignoring_case().unwrap();
    }
    let parsed = match text.split_once(' ') {
        Some(("prefix", text)) => PathPattern::prefix(text),
        Some(("regex", text)) => PathPattern::regex(text),
        _ => PathPattern::parse(text),
    };
    parsed.unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Pattern; paths that it holds; paths that it doesn't.
const MEMBERS: &[(&str, &str, &str)] = &[
    ("/", "/", "/a // /a/"),
    ("/a/b", "/a/b", "/a /a/ /a/b/ /a/bc /A/b a/b /a/b/c /x/a/b"),
    ("/a/", "/a/", "/a /a/b /a//"),
    ("/a/**", "/a /a/ /a/x/y /a/x /a//", "/ab / /A /b/a /aa/"),
    ("/**", "/ /a /a/ /a/b/c //", "a *"),
    ("/*", "/a /.png /~", "/ /a/ /a/b //"),
    ("/a/*/c", "/a/b/c /a/bb/c", "/a//c /a/c /a/b/d/c /a/b/c/"),
    ("/{id}", "/7 /a-b", "/ /7/"),
    ("/a/{id}/**", "/a/7 /a/7/ /a/7/x", "/a /a/ /a//"),
    ("/*/**", "/a /a/ /a/b", "/ //"),
    (
        "/img/*.png",
        "/img/a.png /img/.png /img/a.b.png /img/.png.png",
        "/img/png /img/a.pngx /img/a/b.png /img/a.PNG /img/",
    ),
    ("/v*", "/v /v1 /vx.y", "/ /x /v1/"),
    ("/*a*b*", "/ab /xaxbx /aab /abb /abab", "/ba /a /b /xbxax"),
    ("/a*a", "/aa /aba /aaa", "/a /ab"),
    ("/{name}.{ext}", "/a.b /. /a.b.c /.x /x.", "/ab / /a.b/"),
    ("/a%20b", "/a%20b", "/a /ab /a+b"),
    ("/%3a/%3A", "/%3a/%3A", "/%3A/%3a /:/:"),
    ("/.well-known/**", "/.well-known /.well-known/x", "/well-known"),
    ("/...", "/...", "/.. /."),
    ("/a;v=1", "/a;v=1", "/a"),
    ("prefix /a", "/a /ab /a/b /a/", "/ /A /xa"),
    ("prefix /a/b*", "/a/b* /a/b*c", "/a/b /a/bc"),
    ("prefix /", "/ /a", "a"),
    ("regex /v[0-9]+/.*", "/v1/ /v12/x/y", "/v/x /v1 /xv1/ /v1/x\n"),
    ("regex /a|/b", "/a /b", "/ab /a|/b"),
    ("regex .*", "/ /a", "a *"),
    ("regex a", "", "a /a"),
    ("ignore_case /a/B", "/a/b /A/B /A/b", "/a /a/b/"),
    ("ignore_case /a/**", "/a /A /A/x", "/ab"),
    ("ignore_case /IMG/*.Png", "/img/x.PNG /Img/.png", "/img/xpng"),
    ("ignore_case /k/s", "/K/S /k/s", "/\u{212A}/s /k/\u{17F}"),
    ("ignore_case prefix /Ab", "/AB /abc", "/a"),
    ("ignore_case regex /[a-c]+k", "/ABk /ck /c\u{212A}", "/d"),
];

#[test]
fn holds_what_the_page_says() {
    for (text, inside, outside) in MEMBERS {
        let pattern = pattern(text);
        let set = StringSet::path(&pattern).unwrap();
        let regex = gloo_domain::Regex::parse(&pattern.to_regex()).unwrap();
        let paths =
            inside.split(' ').map(|path| (path, true)).chain(outside.split(' ').map(|path| (path, false)));
        for (path, expected) in paths.filter(|(path, _)| !path.is_empty()) {
            assert_eq!(pattern.contains(path), expected, "{text} on {path}");
            assert_eq!(set.contains(path), expected, "set of {text} on {path}");
            if path.starts_with('/') {
                assert_eq!(regex.contains(path), expected, "{} of {text} on {path}", pattern.to_regex());
            }
        }
    }
}

/// Pattern; where the error is; its message; its help.
const ERRORS: &[(&str, usize, usize, &str, &str)] = &[
    ("", 0, 0, "a path begins with `/`", ""),
    ("a/b", 0, 0, "a path begins with `/`", "write `/a/b`"),
    (
        "/a?b=1",
        2,
        1,
        "a path pattern has no query",
        "ask for it in the predicate, as in `where query(\"page\") == \"2\"`",
    ),
    ("/a#b", 2, 1, "a path has no `#`", "what follows `#` is never sent; leave it out"),
    ("/a b", 2, 1, "a path has no white space", "a space is written `%20`"),
    ("/a\tb", 2, 1, "a path has no control characters", "it is written `%09`"),
    ("/é", 1, 2, "a path has no `é`", "it is sent, and written, as `%C3%A9`"),
    ("/a/**/b", 3, 2, "`**` can only come last", "write `*` for one segment, or say it as `regex(r\"…\")`"),
    ("/a**", 2, 2, "`**` stands alone between slashes", "write `/**`, or `*` for the rest of this segment"),
    ("/**a", 1, 2, "`**` stands alone between slashes", "write `/**`"),
    (
        "/***",
        1,
        3,
        "`***` is no wildcard",
        "`*` stands for one segment, `**` at the end for any number of them",
    ),
    ("/{a}*", 4, 1, "two wildcards side by side", "one is enough, or text must stand between them"),
    ("/{a}{b}", 4, 3, "two wildcards side by side", "one is enough, or text must stand between them"),
    (
        "/{a",
        1,
        1,
        "`{` without its `}`",
        "a named segment is written `{id}`; a brace itself is written `%7B`",
    ),
    (
        "/a}",
        2,
        1,
        "`}` without its `{`",
        "a named segment is written `{id}`; a brace itself is written `%7D`",
    ),
    (
        "/{}",
        1,
        2,
        "`{}` has no name",
        "a name is a word of letters, digits, `_` and `-`, as in `{order-id}`; `*` needs none",
    ),
    (
        "/{a.b}",
        1,
        5,
        "`a.b` is no name",
        "a name is a word of letters, digits, `_` and `-`, as in `{order-id}`; `*` needs none",
    ),
    (
        "/{1}",
        1,
        3,
        "`1` is no name",
        "a name is a word of letters, digits, `_` and `-`, as in `{order-id}`; `*` needs none",
    ),
    ("/{a}/{a}", 5, 3, "`{a}` stands here twice", "give each part of the path a name of its own"),
    ("/a%", 2, 1, "`%` without two hexadecimal digits", "a percent sign is written `%25`"),
    ("/a%2", 2, 1, "`%` without two hexadecimal digits", "a percent sign is written `%25`"),
    ("/a%+1", 2, 1, "`%` without two hexadecimal digits", "a percent sign is written `%25`"),
    ("/a%é", 2, 1, "`%` without two hexadecimal digits", "a percent sign is written `%25`"),
];

#[test]
fn says_what_is_wrong() {
    for (text, offset, length, message, help) in ERRORS {
        let error = PathPattern::parse(text).expect_err(text);
        let found =
            (error.offset, error.length, error.message.as_str(), error.help.as_deref().unwrap_or_default());
        assert_eq!(found, (*offset, *length, *message, *help), "{text}");
        assert_eq!(error.kind, PatternErrorKind::Malformed, "{text}");
    }
}

/// Patterns that no normalised path can match, where that is seen, and what to write.
const NEVER: &[(&str, usize, usize, &str)] = &[
    ("//", 0, 2, "write one `/`"),
    ("/a//b", 2, 2, "write one `/`"),
    ("/a/%2F", 3, 3, "leave it out; `paths: keep` with `regex(r\"…\")` sees such paths"),
    ("/a%2fb", 2, 3, "leave it out; `paths: keep` with `regex(r\"…\")` sees such paths"),
    ("/%5c", 1, 3, "leave it out; `paths: keep` with `regex(r\"…\")` sees such paths"),
    ("/%00", 1, 3, "leave it out; `paths: keep` with `regex(r\"…\")` sees such paths"),
    ("/%61", 1, 3, "write `a`"),
    ("/x/%7E", 3, 3, "write `~`"),
    ("/%2e%2e", 1, 3, "write `.`"),
    ("/a\\b", 2, 1, "write `/`"),
    ("/a/../b", 3, 2, "write the path that is left without it"),
    ("/./b", 1, 1, "write the path that is left without it"),
    ("/a/..", 3, 2, "write the path that is left without it"),
    ("/a/..;x/b", 3, 4, "leave it out"),
    ("/.;", 1, 2, "leave it out"),
];

#[test]
fn patterns_that_never_match_are_an_error_of_their_own() {
    let strict = StringSet::strict_paths().unwrap();
    for (text, offset, length, help) in NEVER {
        let error = PathPattern::parse(text).expect_err(text);
        assert_eq!(error.kind, PatternErrorKind::NeverMatches, "{text}: {error}");
        assert_eq!(
            (error.offset, error.length, error.help.as_deref()),
            (*offset, *length, Some(*help)),
            "{text}"
        );
        assert!(!strict.contains(text), "{text}");
        assert!(PathPattern::prefix(&format!("{text}/x")).is_err(), "{text}");
    }
}

#[test]
fn a_prefix_may_end_in_the_midst_of_a_segment() {
    for text in ["/a/.", "/a/..", "/.;x", "/a/"] {
        assert!(PathPattern::prefix(text).is_ok(), "{text}");
    }
    assert!(PathPattern::prefix("a").is_err());
    assert!(PathPattern::prefix("/a?").is_err());
}

/// Rule's path; rewrite; path; what it becomes.
const REWRITES: &[(&str, &str, &str, &str)] = &[
    ("/a/**", "/v2/**", "/a", "/v2"),
    ("/a/**", "/v2/**", "/a/", "/v2/"),
    ("/a/**", "/v2/**", "/a/x", "/v2/x"),
    ("/a/**", "/v2/**", "/a/x/y/", "/v2/x/y/"),
    ("/a/**", "/**", "/a", "/"),
    ("/a/**", "/**", "/a/", "/"),
    ("/a/**", "/**", "/a/x", "/x"),
    ("/**", "/v2/**", "/", "/v2/"),
    ("/**", "/v2/**", "/x", "/v2/x"),
    ("/**", "/**", "/", "/"),
    ("/**", "/**", "/x/y", "/x/y"),
    ("/a/**", "/v2", "/a/x", "/v2"),
    ("/items/{id}", "/v2/{id}/x", "/items/7", "/v2/7/x"),
    ("/{a}/{b}/**", "/{b}/{a}/**", "/1/2/3/4", "/2/1/3/4"),
    ("/{a}/{b}/**", "/{b}-{a}{a}/z/**", "/1/2", "/2-11/z"),
    ("/{name}.{ext}", "/{ext}/{name}", "/a.b.c", "/c/a.b"),
    ("/{a}-{b}", "/{a}/{b}", "/x-y-z", "/x-y/z"),
    ("/{a}-{b}", "/{a}/{b}", "/-", "//"),
    ("ignore_case /A/{id}", "/b/{id}", "/a/Xy", "/b/Xy"),
    ("prefix /a", "/b", "/ax", "/b"),
    ("regex /a+", "/b", "/aaa", "/b"),
];

#[test]
fn rewrites_as_the_page_says() {
    for (text, template, path, expected) in REWRITES {
        let pattern = pattern(text);
        let template = PathTemplate::parse(template).unwrap();
        assert_eq!(template.missing_from(&pattern), None, "{text} => {template}");
        let captures = pattern.captures(path).unwrap_or_else(|| panic!("{text} holds {path}"));
        assert_eq!(template.fill(&captures), *expected, "{text} => {template} for {path}");
    }
    let template = PathTemplate::parse("/x/{id}/**").unwrap();
    assert_eq!(template.missing_from(&pattern("/a/*/**")), Some("id"));
    assert_eq!(template.missing_from(&pattern("/a/{id}")), Some("**"));
    assert_eq!(template.missing_from(&pattern("prefix /a")), Some("id"));
    let error = PathTemplate::parse("/x/*").unwrap_err();
    assert_eq!(error.message, "a rewritten path has no `*`");
}

#[test]
fn tells_emitters_what_it_is() {
    let shape = |text: &str| {
        let pattern = pattern(text);
        let parts = [pattern.as_exact(), pattern.as_segment_prefix(), pattern.as_string_prefix()];
        parts.map(|part| part.unwrap_or_else(|| "-".to_owned())).join(" ")
    };
    assert_eq!(shape("/"), "/ - -");
    assert_eq!(shape("/a/b"), "/a/b - -");
    assert_eq!(shape("/a/"), "/a/ - -");
    assert_eq!(shape("/a/b/**"), "- /a/b -");
    assert_eq!(shape("/**"), "- / /");
    assert_eq!(shape("/a/*"), "- - -");
    assert_eq!(shape("/a/*/**"), "- - -");
    assert_eq!(shape("prefix /a"), "- - /a");
    assert_eq!(shape("regex /a"), "- - -");
    assert_eq!(shape("ignore_case /A/**"), "- /A -");
    assert!(pattern("/**").is_everything() && pattern("prefix /").is_everything());
    assert!(!pattern("/a/**").is_everything() && !pattern("/").is_everything());
    assert_eq!(pattern("/{a}/x{b}/*/**").capture_names().collect::<Vec<_>>(), ["a", "b"]);
    let regexes = [
        ("/a/**", "/a(?:/.*)?"),
        ("/**", "/.*"),
        ("/a.b/*/{id}", r"/a\.b/[^/]+/[^/]+"),
        ("/img/*.png", r"/img/[^/]*\.png"),
        ("prefix /a+", r"/a\+.*"),
        ("ignore_case /a1/*", "/[aA]1/[^/]+"),
        ("ignore_case regex /a|/b", "(?i:/a|/b)"),
        (r"regex /\Qa", r"/\Qa\E"),
    ];
    for (text, regex) in regexes {
        assert_eq!(pattern(text).to_regex(), regex);
    }
}

#[test]
fn is_written_as_the_language_writes_it() {
    for (text, shown) in [
        ("/a/*/{id}/**", "/a/*/{id}/**"),
        ("prefix /a", "prefix(\"/a\")"),
        (r"regex /v\d", r#"regex(r"/v\d")"#),
        ("regex /\"", "regex(r#\"/\"\"#)"),
        ("regex /\"#", "regex(\"/\\\"#\")"),
        ("ignore_case /a", "ignore_case(/a)"),
        ("ignore_case regex /a", "ignore_case(regex(r\"/a\"))"),
    ] {
        assert_eq!(pattern(text).to_string(), shown);
        assert_eq!(serde_json::to_value(pattern(text)).unwrap(), shown);
    }
}

#[test]
fn strict_paths_are_what_normalisation_leaves() {
    let strict = StringSet::strict_paths().unwrap();
    for path in [
        "/",
        "/a",
        "/a/",
        "/a/b",
        "/.a",
        "/...",
        "/a..b",
        "/a;b",
        "/%20",
        "/%25",
        "/%2541",
        "/%e2%82%ac",
        "/a/.b",
        "/\"|^`<>{}[]@!$&'()*+,;=:",
        "/~",
    ] {
        assert!(strict.contains(path), "{path}");
    }
    for path in [
        "", "a", "//", "/a//b", "/a//", "/.", "/..", "/./a", "/a/..", "/a/../b", "/..;", "/..;x/b", "/.;/",
        "/.a;b", "/ ", "/a b", "/é", "/a?b", "/a#b", "/a\\b", "/%", "/%2", "/%2F", "/%2f", "/%5C", "/%00",
        "/%41", "/%7e", "/%30", "/%2E", "/%5f", "/\x7F", "/\n",
    ] {
        assert!(!strict.contains(path), "{path}");
    }
}

#[test]
fn what_is_asked_of_a_rewritten_path_can_be_asked_before() {
    let patterns = ["/a/{x}", "/{x}/{y}", "/a/{x}/**", "/{x}/**", "/a/**", "/a/{x}/b", "/a", "/{x}/b/**"];
    let templates = ["/v/{x}", "/{x}/v", "/v/{x}/**", "/{x}/{x}", "/v", "/v/**", "/{x}/v/**", "/{y}/{x}"];
    let asked = [
        "/v/b", "/v/*", "/v/**", "/b/v", "/*/v/**", "/v", "/v/", "/**", "/v/a/b", "/*/*/*", "/b/**", "/a/a",
        "/",
    ];
    let segments = ["a", "b", "v", ""];
    let mut paths: Vec<String> = vec!["/".to_owned()];
    for one in segments {
        paths.push(format!("/{one}"));
        for two in segments {
            paths.push(format!("/{one}/{two}"));
            paths.extend(segments.iter().map(|three| format!("/{one}/{two}/{three}")));
        }
    }
    paths.retain(|path| !path.contains("//"));
    let mut told = 0;
    for from in patterns.map(|text| PathPattern::parse(text).unwrap()) {
        for template in templates.map(|text| PathTemplate::parse(text).unwrap()) {
            if template.missing_from(&from).is_some() {
                continue;
            }
            for of in asked.map(|text| PathPattern::parse(text).unwrap()) {
                let Some(preimage) = template.preimage(&from, &of) else { continue };
                for path in &paths {
                    let Some(captures) = from.captures(path) else { continue };
                    let before = match &preimage {
                        Preimage::Nothing => false,
                        Preimage::Within(pattern) => pattern.contains(path),
                    };
                    let made = template.fill(&captures);
                    assert_eq!(
                        of.contains(&made),
                        before,
                        "{path} by {from} becomes {made} by {template}: {of}"
                    );
                    told += 1;
                }
            }
        }
    }
    assert!(told > 5_000, "{told}");
}
