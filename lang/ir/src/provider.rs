//! Who vouches for the caller.

use crate::{OnError, ProviderId, Secret, ServiceId};
use gloo_source::Place;
use std::time::Duration;

/// An authentication provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Provider {
    /// Its name.
    pub id: ProviderId,
    /// Where it is declared.
    pub place: Place,
    /// Its documentation.
    pub doc: Option<String>,
    /// What it is.
    pub kind: ProviderKind,
}

/// What a provider is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ProviderKind {
    /// Signed tokens.
    Jwt {
        /// The `iss` that tokens must have.
        issuer: String,
        /// Where its keys are published; found by the issuer's metadata unless said.
        jwks: Option<String>,
        /// One of these must be in `aud`; any, if empty.
        audiences: Vec<String>,
        /// Where the token stands; `authorization: Bearer …` unless said.
        from: TokenPlace,
        /// Whether the service sees the token.
        forward: bool,
    },
    /// Log-in at an OpenID provider.
    Oidc {
        /// The issuer.
        issuer: String,
        /// The client.
        client_id: String,
        /// Its secret.
        client_secret: Secret,
        /// The path that the provider sends the browser back to.
        callback: String,
        /// The path that logs out.
        logout: Option<String>,
        /// What is asked for.
        scopes: Vec<String>,
    },
    /// LDAP or Active Directory, by HTTP basic authentication.
    Ldap {
        /// `ldaps://host[:port]`.
        address: String,
        /// The distinguished name of a user, `%s` being the name given.
        user_dn: String,
        /// One of these groups is needed; any user will do, if empty.
        groups: Vec<String>,
        /// An authoriser of the user's own.
        service: Option<ServiceId>,
        /// What happens when it can't be asked.
        on_error: OnError,
    },
    /// An Open Policy Agent.
    Opa {
        /// The service that runs it.
        service: ServiceId,
        /// The decision's path.
        decision: String,
        /// How long it may take.
        timeout: Option<Duration>,
        /// What happens when it can't be asked.
        on_error: OnError,
    },
    /// A key in a header.
    ApiKey {
        /// The header, in lower case.
        header: String,
        /// The keys.
        keys: Secret,
        /// An authoriser of the user's own.
        service: Option<ServiceId>,
    },
    /// HTTP basic authentication.
    Basic {
        /// The users, as `htpasswd` writes them.
        users: Secret,
    },
    /// Signed requests.
    Hmac {
        /// The keys.
        keys: Secret,
        /// The headers that are signed, in lower case.
        headers: Vec<String>,
        /// An authoriser of the user's own.
        service: Option<ServiceId>,
    },
    /// A service that speaks Envoy's external authorisation protocol.
    ExtAuthz {
        /// The service.
        service: ServiceId,
        /// How long it may take.
        timeout: Option<Duration>,
        /// What happens when it can't be asked.
        on_error: OnError,
    },
}

impl ProviderKind {
    /// The word that programs use.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Jwt { .. } => "jwt",
            Self::Oidc { .. } => "oidc",
            Self::Ldap { .. } => "ldap",
            Self::Opa { .. } => "opa",
            Self::ApiKey { .. } => "api_key",
            Self::Basic { .. } => "basic",
            Self::Hmac { .. } => "hmac",
            Self::ExtAuthz { .. } => "ext_authz",
        }
    }

    /// Whether a request can be seen to carry its credential; those that can't be stand alone in a `require`.
    #[must_use]
    pub fn has_presence(&self) -> bool {
        !matches!(self, Self::Opa { .. } | Self::ExtAuthz { .. })
    }

    /// Whether its verified tokens have claims that predicates may read.
    #[must_use]
    pub fn has_claims(&self) -> bool {
        matches!(self, Self::Jwt { .. } | Self::Oidc { .. })
    }
}

/// Where a token stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TokenPlace {
    /// `authorization: Bearer …`.
    Bearer,
    /// A header of its own, in lower case, after a prefix.
    Header(String, String),
    /// A query parameter.
    Query(String),
    /// A cookie.
    Cookie(String),
}
