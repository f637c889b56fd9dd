//! The headers of one message, as they were sent.

use std::borrow::Cow;

/// Headers that every target joins into one value with `,` where they are repeated (semantics.md, "Repeated headers").
const JOINED: [&str; 9] = [
    "accept",
    "accept-encoding",
    "authorization",
    "if-none-match",
    "origin",
    "referer",
    "user-agent",
    "x-forwarded-proto",
    "x-request-id",
];

/// Whether repeats of the header `name` (in lower case) are one value.
#[must_use]
pub fn is_joined(name: &str) -> bool {
    JOINED.contains(&name)
}

/// The headers of one message in the order in which they were sent, their names in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// The values of the header `name`, which is in lower case: none if it is absent, one if its repeats are joined.
    #[must_use]
    pub fn values(&self, name: &str) -> Vec<Cow<'_, str>> {
        let values: Vec<&str> = self.raw(name).collect();
        if values.len() > 1 && is_joined(name) {
            return vec![Cow::Owned(values.join(","))];
        }
        values.into_iter().map(Cow::Borrowed).collect()
    }

    /// The first value of the header `name`, which is in lower case.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<Cow<'_, str>> {
        self.values(name).into_iter().next()
    }

    /// Whether there is a header `name`, which is in lower case.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.raw(name).next().is_some()
    }

    /// Adds one more value.
    pub fn add(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_ascii_lowercase(), value.into()));
    }

    /// Puts one value in the place of all.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.remove(name);
        self.add(name, value);
    }

    /// Takes all values away.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(one, _)| !one.eq_ignore_ascii_case(name));
    }

    /// Names and values as sent.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The first cookie of that name, without the quotes around its value (RFC 6265, section 4.2.1).
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let pairs = self.raw("cookie").flat_map(|header| header.split(';'));
        let value = pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(one, _)| *one == name)?.1;
        Some(value.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(value))
    }

    /// Whether the message is a gRPC call by its content type: `application/grpc` or `application/grpc+…`.
    #[must_use]
    pub fn are_of_grpc(&self) -> bool {
        let kinds = self.values("content-type");
        kinds.iter().any(|kind| *kind == "application/grpc" || kind.starts_with("application/grpc+"))
    }

    /// Whether the message asks for another protocol on its connection, as websockets do.
    #[must_use]
    pub fn asks_for_upgrade(&self) -> bool {
        let tokens = self.raw("connection").flat_map(|value| value.split(','));
        self.has("upgrade") && tokens.into_iter().any(|token| token.trim().eq_ignore_ascii_case("upgrade"))
    }

    fn raw<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(one, _)| one == name).map(|(_, value)| value.as_str())
    }
}

impl<N: AsRef<str>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<T: IntoIterator<Item = (N, V)>>(headers: T) -> Self {
        let mut all = Self::default();
        headers.into_iter().for_each(|(name, value)| all.add(name.as_ref(), value));
        all
    }
}
