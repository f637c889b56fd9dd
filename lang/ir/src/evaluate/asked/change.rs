//! What becomes of a request on its way, as far as it matters for what is asked of it then.

use super::super::effect::HeaderChange;
use super::super::{Attributes, Source, is_joined};
use super::{History, is_header};
use crate::{AddressAttribute, HeaderOperation, Test, TextAttribute, TextValue};
use gloo_domain::{Method, PathPattern, PathTemplate};

/// What has become of an attribute on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It has that value, whatever was sent.
    Known(Box<Known>),
    /// The path was one of the pattern, and was made anew by the template.
    Path(PathPattern, PathTemplate),
    /// The header has the value of another text, if there is one, and none else.
    HeaderFrom(String, TextAttribute),
    /// The header has one more value.
    HeaderMore(String, String),
    /// The query has no such key.
    NoQuery(String),
    /// The attribute is made of others in a way that tests can't be said through: what it is.
    Derived(Attribute, String),
}

/// An attribute with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// The method.
    Method(Method),
    /// The path.
    Path(String),
    /// The host.
    Host(String),
    /// The port, and whether the scheme is https.
    Connection(u16, bool),
    /// A header.
    Header(String, Vec<String>),
    /// Who sends it, from where.
    Source(Source),
    /// Its server name and the client's certificate: none.
    NoTls,
    /// The client's certificate: none.
    NoCertificate,
    /// The address of the direct peer: not known.
    NoSourceAddress,
}

/// An attribute that can be made of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    /// The path.
    Path,
    /// A header.
    Header(String),
    /// The cookies.
    Cookies,
}

impl Change {
    /// The attribute has that value, whatever was sent.
    pub fn known(known: Known) -> Self {
        Self::Known(Box::new(known))
    }
}

impl Known {
    /// Whether it alone says whether a test holds.
    pub fn answers(&self, test: &Test) -> bool {
        match (self, test) {
            (Self::Method(_), Test::Method(_))
            | (Self::Path(_), Test::Path(_))
            | (Self::Host(_), Test::Host(_) | Test::HostMatches(_))
            | (Self::Connection(..), Test::Port(_) | Test::SchemeIsHttps)
            | (Self::Source(_), Test::Source(_) | Test::SourceNamespace(_) | Test::SourceCluster(_))
            | (Self::NoSourceAddress, Test::Address(AddressAttribute::Source, _)) => true,
            (Self::Host(_), test) => is_header(test, "host"),
            (Self::Header(name, _), test) => is_header(test, name),
            (Self::NoCertificate, Test::Text(attribute, _)) => {
                matches!(attribute, TextAttribute::ClientCertificateUri | TextAttribute::ClientCertificateDns)
            }
            (Self::NoTls, Test::Text(attribute, _)) => matches!(
                attribute,
                TextAttribute::ServerName
                    | TextAttribute::ClientCertificateUri
                    | TextAttribute::ClientCertificateDns
            ),
            _ => false,
        }
    }

    /// A request of which that is known and nothing else.
    pub fn attributes(&self) -> Attributes {
        let mut seen = Attributes::of_connection(0);
        match self {
            Self::Method(method) => seen.method = Some(*method),
            Self::Path(path) => seen.path = Some(path.clone()),
            Self::Host(host) => seen.host = Some(host.clone()),
            Self::Connection(port, https) => (seen.port, seen.https) = (*port, *https),
            Self::Header(name, values) => values.iter().for_each(|value| seen.headers.add(name, value)),
            Self::Source(source) => seen.source = source.clone(),
            Self::NoTls | Self::NoCertificate | Self::NoSourceAddress => {}
        }
        seen
    }
}

impl Attribute {
    pub fn is_of(&self, test: &Test) -> bool {
        match (self, test) {
            (Self::Path, Test::Path(_)) | (Self::Cookies, Test::Text(TextAttribute::Cookie(_), _)) => true,
            (Self::Header(name), test) => is_header(test, name),
            _ => false,
        }
    }
}

/// How a request changes on its way.
impl Attributes {
    /// The same request where nobody listens.
    pub(crate) fn unheard(&self) -> Self {
        Self { history: History::default(), ..self.clone() }
    }

    /// The same request where only effects are decided.
    pub(crate) fn of_effects(&self) -> Self {
        Self { history: self.history.of_effects(), ..self.clone() }
    }

    /// It has that source.
    pub(crate) fn has_source(&mut self, source: Source) {
        self.history.change(Change::known(Known::Source(source.clone())));
        self.source = source;
    }

    /// Nobody knows the direct peer's address.
    pub(crate) fn has_no_source_address(&mut self) {
        self.history.change(Change::known(Known::NoSourceAddress));
        self.source_address = None;
    }

    /// It has neither server name nor certificate.
    pub(crate) fn has_no_tls(&mut self) {
        self.history.change(Change::known(Known::NoTls));
        (self.sni, self.certificate) = (None, None);
    }

    /// Nobody asks for a certificate.
    pub(crate) fn has_no_certificate(&mut self) {
        self.history.change(Change::known(Known::NoCertificate));
        self.certificate = None;
    }

    /// It is taken for one of that method.
    pub(crate) fn has_method(&mut self, method: Method) {
        self.history.change(Change::known(Known::Method(method)));
        self.method = Some(method);
    }

    /// It goes to that port.
    pub(crate) fn is_to(&mut self, port: u16, https: bool) {
        self.history.change(Change::known(Known::Connection(port, https)));
        (self.port, self.https) = (port, https);
    }

    /// It has that host.
    pub(crate) fn has_host(&mut self, host: String) {
        self.history.change(Change::known(Known::Host(host.clone())));
        self.host = Some(host);
    }

    /// It has that path, which was made of one of the pattern by a template.
    pub(crate) fn has_path(&mut self, path: String, from: Option<&PathPattern>, template: &PathTemplate) {
        let from = from.filter(|from| template.keeps_segments(from));
        self.history.change(match (template.as_exact(), from) {
            (Some(path), _) => Change::known(Known::Path(path)),
            (None, Some(from)) => Change::Path(from.clone(), template.clone()),
            (None, None) => {
                Change::Derived(Attribute::Path, format!("the path was rewritten to `{template}`"))
            }
        });
        self.path = Some(path);
    }

    /// It has no such header.
    pub(crate) fn has_no_header(&mut self, name: &str) {
        self.headers.remove(name);
        self.history.change(Change::known(Known::Header(name.to_owned(), Vec::new())));
    }

    /// An operation has changed a header.
    pub(crate) fn header_changed(&mut self, change: &HeaderChange, operation: &HeaderOperation) {
        let (HeaderOperation::Set(name, _) | HeaderOperation::Add(name, _) | HeaderOperation::Remove(name)) =
            operation;
        let made = match (change, operation) {
            (HeaderChange::Remove(name), _) => Change::known(Known::Header(name.clone(), Vec::new())),
            (HeaderChange::Set(name, value), HeaderOperation::Set(_, TextValue::Literal(_))) => {
                Change::known(Known::Header(name.clone(), vec![value.clone()]))
            }
            (HeaderChange::Add(name, value), HeaderOperation::Add(_, TextValue::Literal(_)))
                if !is_joined(name) =>
            {
                Change::HeaderMore(name.clone(), value.clone())
            }
            (HeaderChange::Set(name, _), HeaderOperation::Set(_, TextValue::Attribute(from)))
                if !from.may_be_several() =>
            {
                Change::HeaderFrom(name.clone(), from.clone())
            }
            _ => Change::Derived(
                Attribute::Header(name.clone()),
                format!("the header `{name}` was made of others"),
            ),
        };
        self.history.change(made);
        if name == "cookie" {
            self.history.change(Change::Derived(Attribute::Cookies, "the cookies were changed".to_owned()));
        }
    }
}
