//! Patterns of one request attribute as sets: member, meet, complement, emptiness, witness, minterms.
//!
//! Each attribute has a type for what a user writes (a *pattern*, which remembers its text) and one for what that means
//! (a *set*, which is equal to another if it has the same members):
//!
//! | attribute | pattern | set |
//! |---|---|---|
//! | path | [`PathPattern`] | [`StringSet`] |
//! | header, query, cookie, claim, … | text, [`Regex`] | [`StringSet`] |
//! | host | [`HostPattern`] | [`HostSet`] |
//! | address | [`AddressRange`] | [`AddressSet`] |
//! | port | a number | [`PortSet`] |
//! | method | [`Method`] | [`MethodSet`] |
//!
//! Patterns cut an attribute into finitely many classes, within which no pattern tells two members apart: [`minterm`].

mod address;
mod error;
mod host;
pub mod interval;
mod method;
pub mod minterm;
mod path;
mod port;
mod regex;
mod string;
mod witness;

pub use address::{AddressRange, AddressSet};
pub use error::{PatternError, PatternErrorKind, TooLarge};
pub use host::{DnsName, HostPattern, HostSet, Specificity};
pub use method::{Method, MethodSet};
pub use minterm::Minterm;
pub use path::{Captures, PathPattern, PathTemplate, Preimage, Substitution, escaped, quoted, raw_quoted};
pub use port::PortSet;
pub use regex::{MAX_DEPTH, MAX_LENGTH, Regex};
pub use string::StringSet;
