//! Values with units, and values with the place that they were written at.

use gloo_source::Place;
use serde::{Deserialize, Serialize};

/// A value and where it was written: for errors that speak of this value alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub at: Place,
}

impl<T> std::ops::Deref for At<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// A share of a whole, exact to a millionth: `12.5%` is 125,000 of 1,000,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Percent {
    /// Millionths of the whole, at most 1,000,000.
    pub millionths: u32,
}

impl Percent {
    /// All of it.
    pub const ALL: Self = Self { millionths: 1_000_000 };
    /// None of it.
    pub const NONE: Self = Self { millionths: 0 };
}

impl std::fmt::Display for Percent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, rest) = (self.millionths / 10_000, self.millionths % 10_000);
        if rest == 0 {
            return write!(f, "{whole}%");
        }
        let digits = format!("{rest:04}");
        write!(f, "{whole}.{}%", digits.trim_end_matches('0'))
    }
}

/// So many requests in so many seconds: `100/min` is 100 in 60.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    /// How many requests.
    pub requests: u32,
    /// In how many seconds: 1, 60, 3,600 or 86,400.
    pub seconds: u32,
}

/// A Kubernetes Secret by name; its content is never read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret {
    /// The namespace, where `secret("namespace/name")` names one.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
    /// Where it was written.
    pub at: Place,
}

/// A version of a target, compared part by part: `1.30` < `1.30.3` < `1.31`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub Vec<u32>);

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts: Vec<String> = self.0.iter().map(u32::to_string).collect();
        f.write_str(&parts.join("."))
    }
}

/// One status or all of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatusSet {
    /// One status, 100 to 599.
    Exactly(u16),
    /// The statuses of one class: `5xx` is `Class(5)`.
    Class(u8),
}

impl StatusSet {
    /// Whether `status` is one of them.
    #[must_use]
    pub fn contains(self, status: u16) -> bool {
        match self {
            Self::Exactly(one) => one == status,
            Self::Class(class) => u16::from(class) == status / 100,
        }
    }
}

macro_rules! grpc_statuses {
    ($($(#[$doc:meta])* $name:ident $number:literal $word:literal;)*) => {
        /// A gRPC status (gRPC's `status.proto` codes).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum GrpcStatus { $($(#[$doc])* $name = $number),* }

        impl GrpcStatus {
            /// All of them, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word that programs use: `unimplemented`.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }
        }
    };
}

grpc_statuses! {
    /// Success.
    Ok 0 "ok";
    /// The caller gave up.
    Cancelled 1 "cancelled";
    /// An error that says nothing else.
    Unknown 2 "unknown";
    /// The arguments are wrong.
    InvalidArgument 3 "invalid_argument";
    /// Too late.
    DeadlineExceeded 4 "deadline_exceeded";
    /// There is no such thing.
    NotFound 5 "not_found";
    /// There is one already.
    AlreadyExists 6 "already_exists";
    /// The caller may not.
    PermissionDenied 7 "permission_denied";
    /// Something ran out.
    ResourceExhausted 8 "resource_exhausted";
    /// The system isn't in the state for it.
    FailedPrecondition 9 "failed_precondition";
    /// Given up because of a conflict.
    Aborted 10 "aborted";
    /// Beyond the end.
    OutOfRange 11 "out_of_range";
    /// There is no such method.
    Unimplemented 12 "unimplemented";
    /// An invariant broke.
    Internal 13 "internal";
    /// Not now.
    Unavailable 14 "unavailable";
    /// Lost for good.
    DataLoss 15 "data_loss";
    /// The caller isn't known.
    Unauthenticated 16 "unauthenticated";
}

impl GrpcStatus {
    /// The number on the wire.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }
}
