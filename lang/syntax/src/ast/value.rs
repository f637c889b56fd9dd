//! Literals, decoded.

use std::sync::Arc;
use std::time::Duration;

/// A literal and what it means.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Literal {
    /// `"text"`, `r"text"`
    String(Text),
    /// `42`, `1_000`
    Int(u64),
    /// `true`
    Bool(bool),
    /// `250ms`, `1h30m`
    Duration(Duration),
    /// `12.5%` in millionths of the whole: 100% is 1,000,000
    Percent(u64),
    /// `64KiB` in bytes
    Size(u64),
    /// `100/min`
    Rate {
        /// How many.
        count: u64,
        /// In which time.
        per: Per,
    },
    /// `5xx`: its first digit, 1 to 5
    StatusClass(u8),
    /// `10.0.0.7` or `10.0.0.0/8`, as written; the text has an IPv4 address's shape, four numbers up to 255
    Address(Arc<str>),
    /// `/api/**`, as written
    Path(Arc<str>),
    /// `GET`
    Method(Method),
}

/// A string and how it was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Text {
    /// The text that it stands for.
    pub value: Arc<str>,
    /// Whether it was written raw: `r"…"` or `r#"…"#`.
    pub raw: bool,
}

/// The time of a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Per {
    /// `/s`
    Second,
    /// `/min`
    Minute,
    /// `/hour`
    Hour,
    /// `/day`
    Day,
}

/// An HTTP method that is a word of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// `GET`
    Get,
    /// `HEAD`
    Head,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `DELETE`
    Delete,
    /// `CONNECT`
    Connect,
    /// `OPTIONS`
    Options,
    /// `TRACE`
    Trace,
    /// `PATCH`
    Patch,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Get,
        Self::Head,
        Self::Post,
        Self::Put,
        Self::Delete,
        Self::Connect,
        Self::Options,
        Self::Trace,
        Self::Patch,
    ];

    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Connect => "CONNECT",
            Self::Options => "OPTIONS",
            Self::Trace => "TRACE",
            Self::Patch => "PATCH",
        }
    }
}
