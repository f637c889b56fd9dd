//! What texts of `gloo.toml` look like.

/// Whether a workspace may be called so: its name becomes a part of the names of Kubernetes objects.
pub(super) fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let ends = name.starts_with('-') || name.ends_with('-');
    (1..=63).contains(&name.len()) && !ends && name.bytes().all(plain)
}

/// Whether Git takes it as a URL. A password would end up in the output.
pub(super) fn is_repository(url: &str) -> bool {
    if url.contains(|character: char| character.is_whitespace() || character.is_control()) {
        return false;
    }
    if let Some((scheme, rest)) = url.split_once("://") {
        let authority = rest.split('/').next().unwrap_or_default();
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        return ["https", "http", "ssh", "git"].contains(&scheme) && !host.is_empty() && !user.contains(':');
    }
    url.split_once('@')
        .and_then(|(user, rest)| Some((user, rest.split_once(':')?)))
        .is_some_and(|(user, (host, path))| !user.is_empty() && !host.is_empty() && !path.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{is_name, is_repository};

    #[test]
    fn names() {
        for name in ["a", "acme-shop", "3scale", &"a".repeat(63)] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "-a", "a-", "Acme", "a b", "a.b", "ä", &"a".repeat(64)] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn repositories() {
        for url in [
            "https://git.acme.com/shop.git",
            "ssh://git@git.acme.com:22/shop",
            "https://me@git.acme.com/shop",
            "git@git.acme.com:shop.git",
        ] {
            assert!(is_repository(url), "{url}");
        }
        for url in [
            "",
            "shop",
            "https://",
            "https://me:word@git.acme.com/shop",
            "ftp://a/b",
            "git@host",
            "https://a /b",
        ] {
            assert!(!is_repository(url), "{url}");
        }
    }
}
