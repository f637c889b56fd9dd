//! The types of values.

/// The type of a value: what a parameter may be declared as, and what a place wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ty {
    /// Holds of a request or doesn't.
    Predicate,
    /// What a rule does.
    Action,
    /// How a rule does it.
    Options,
    /// A service.
    Service,
    /// A path pattern.
    Path,
    /// Text.
    String,
    /// A whole number.
    Int,
    /// An HTTP status.
    Status,
    /// A time.
    Duration,
    /// A share.
    Percent,
    /// So many in a time.
    Rate,
    /// So many bytes.
    Size,
    /// Hosts.
    Hosts,
    /// True or false; not a parameter's type.
    Bool,
    /// A method; not a parameter's type.
    Method,
    /// Addresses or ranges of them; not a parameter's type.
    Address,
    /// A class of statuses; not a parameter's type.
    StatusClass,
    /// A list; not a parameter's type.
    List,
    /// Keys with values in braces; not a parameter's type.
    Map,
}

impl Ty {
    /// The types that a parameter may have, in the order of the language page.
    pub const OF_PARAMETERS: &[Self] = &[
        Self::Predicate,
        Self::Action,
        Self::Options,
        Self::Service,
        Self::Path,
        Self::String,
        Self::Int,
        Self::Status,
        Self::Duration,
        Self::Percent,
        Self::Rate,
        Self::Size,
        Self::Hosts,
    ];

    /// The word that declares a parameter of it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Predicate => "predicate",
            Self::Action => "action",
            Self::Options => "options",
            Self::Service => "service",
            Self::Path => "path",
            Self::String => "string",
            Self::Int => "int",
            Self::Status => "status",
            Self::Duration => "duration",
            Self::Percent => "percent",
            Self::Rate => "rate",
            Self::Size => "size",
            Self::Hosts => "hosts",
            Self::Bool => "bool",
            Self::Method => "method",
            Self::Address => "address",
            Self::StatusClass => "status class",
            Self::List => "list",
            Self::Map => "map",
        }
    }

    /// What it is called in a sentence.
    #[must_use]
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Predicate => "a condition",
            Self::Action => "an action",
            Self::Options => "a block of options",
            Self::Service => "a service",
            Self::Path => "a path pattern",
            Self::String => "a string",
            Self::Int => "an integer",
            Self::Status => "a status",
            Self::Duration => "a duration",
            Self::Percent => "a percent",
            Self::Rate => "a rate",
            Self::Size => "a size",
            Self::Hosts => "a host",
            Self::Bool => "`true` or `false`",
            Self::Method => "a method",
            Self::Address => "an address",
            Self::StatusClass => "a class of statuses",
            Self::List => "a list",
            Self::Map => "a block",
        }
    }

    /// How one is written.
    #[must_use]
    pub fn example(self) -> &'static str {
        match self {
            Self::Predicate => "path in /api/**",
            Self::Action => "respond(404)",
            Self::Options => "{ timeout: 2s }",
            Self::Service => "shop.cart",
            Self::Path => "/api/**",
            Self::String => "\"text\"",
            Self::Int => "42",
            Self::Status => "404",
            Self::Duration => "2s",
            Self::Percent => "10%",
            Self::Rate => "100/min",
            Self::Size => "64KiB",
            Self::Hosts => "\"shop.acme.com\"",
            Self::Bool => "true",
            Self::Method => "GET",
            Self::Address => "10.0.0.0/8",
            Self::StatusClass => "5xx",
            Self::List => "[a, b]",
            Self::Map => "{ app: \"edge\" }",
        }
    }
}
