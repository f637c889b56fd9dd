//! What hosts and paths become: the rules of "Paths, strict", one line for each.

use gloo_ir::PathMode;
use gloo_ir::evaluate::Headers;
use gloo_ir::evaluate::normalise::{headers, host, path};

/// A path as sent, and what is left of it; nothing where it is refused. What is not refused, Envoy 1.40 makes the same.
const STRICT: &[(&str, Option<&str>)] = &[
    // (1) Raw controls, space, non-ASCII, `#`; the escapes of NUL, slash and backslash; malformed escapes.
    ("/a\tb", None),
    ("/a\u{7f}", None),
    ("/a b", None),
    ("/café", None),
    ("/a#b", None),
    ("/a%00", None),
    ("/a%2Fb", None),
    ("/a%2fb", None),
    ("/a%5Cb", None),
    ("/a%5cb", None),
    ("/a%", None),
    ("/a%2", None),
    ("/a%zz", None),
    ("/a%2z", None),
    // After (2), a `;` in a segment that begins with `.`.
    ("/a/%2e%2e;/b", None),
    ("/.hidden;x/b", None),
    ("/a/...;/b", None),
    ("/a/.%2e;x", None),
    // What is allowed as it stands.
    ("/", Some("/")),
    ("/a", Some("/a")),
    ("/a/", Some("/a/")),
    ("/a;x/b", Some("/a;x/b")),
    ("/.well-known/x", Some("/.well-known/x")),
    ("/a/...", Some("/a/...")),
    ("/a%25", Some("/a%25")),
    // (2) A raw backslash is a slash.
    ("/a\\b", Some("/a/b")),
    ("/a\\..\\b", Some("/b")),
    ("/a\\", Some("/a/")),
    // Escapes of unreserved characters are decoded, others stay in their case.
    ("/%61%2D%5f%7e%2E", Some("/a-_~.")),
    ("/caf%C3%A9", Some("/caf%C3%A9")),
    ("/caf%c3%a9", Some("/caf%c3%a9")),
    ("/a%3B%3f%20", Some("/a%3B%3f%20")),
    ("/%252F", Some("/%252F")),
    ("/Case", Some("/Case")),
    // Dot segments, their escaped forms and those with parameters.
    ("/a/./b", Some("/a/b")),
    ("/a/../b", Some("/b")),
    ("/a/b/..", Some("/a/")),
    ("/a/b/.", Some("/a/b/")),
    ("/..", Some("/")),
    ("/../../a", Some("/a")),
    ("/a/%2e%2E/b", Some("/b")),
    ("/a/.%2e/b", Some("/b")),
    ("/a/..;/b", Some("/b")),
    ("/a/..;p=1/b", Some("/b")),
    ("/a/.;x/b", Some("/a/b")),
    ("/a/b/..;", Some("/a/")),
    ("/a/b/.;", Some("/a/b/")),
    ("/a/;..;/b", Some("/a/;..;/b")),
    ("//..", Some("/")),
    // Then slashes are merged: after the dot segments, which see empty ones.
    ("/a//b", Some("/a/b")),
    ("//a", Some("/a")),
    ("/a//", Some("/a/")),
    ("///a///b///", Some("/a/b/")),
    ("/a//../b", Some("/a/b")),
    // What is left as `//` is refused.
    ("//", None),
    ("///", None),
    ("//a/..", None),
    ("/.//", None),
    // What may not stand raw in a URI stands as an escape.
    ("/a{b}|\"", Some("/a%7Bb%7D%7C%22")),
    // No path at all.
    ("*", None),
    ("", None),
    ("a", None),
];

#[test]
fn strict_paths() {
    for (sent, left) in STRICT {
        let normal = path(PathMode::Strict, sent);
        assert_eq!(normal.as_deref().ok(), *left, "{sent:?} gives {normal:?}");
    }
}

#[test]
fn what_is_left_is_left_as_it_is() {
    for left in STRICT.iter().filter_map(|(_, left)| *left) {
        assert_eq!(path(PathMode::Strict, left).as_deref(), Ok(left));
    }
}

#[test]
fn kept_paths_are_as_sent() {
    for sent in ["/", "//", "/a/../b", "/a%2Fb", "/a;x", "/%61"] {
        assert_eq!(path(PathMode::Keep, sent).as_deref(), Ok(sent));
    }
    assert!(path(PathMode::Keep, "*").is_err());
}

#[test]
fn hosts() {
    let table = [
        ("Shop.ACME.com", "shop.acme.com"),
        ("shop.acme.com:8443", "shop.acme.com"),
        ("shop.acme.com.", "shop.acme.com"),
        ("shop.acme.com.:80", "shop.acme.com"),
        ("[2001:db8::1]:443", "[2001:db8::1]"),
        ("10.0.0.7:80", "10.0.0.7"),
        ("", ""),
    ];
    for (sent, normal) in table {
        assert_eq!(host(sent), normal);
    }
}

#[test]
fn header_names_with_underscores() {
    let underscored: Headers = [("x-a", "1"), ("x_b", "2")].into_iter().collect();
    assert!(headers(PathMode::Strict, &underscored).is_err());
    assert!(headers(PathMode::Keep, &underscored).is_ok());
    let plain: Headers = [("x-a", "1")].into_iter().collect();
    assert!(headers(PathMode::Strict, &plain).is_ok());
}
