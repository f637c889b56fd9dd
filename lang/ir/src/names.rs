//! What declarations are called once names are resolved.
//!
//! Namespaces and clusters are real things outside the program, so their names are unique in a workspace and stand
//! alone: `shop`, `east`. A service is `NAMESPACE.SERVICE`. Everything else is qualified by its module unless that is
//! the root: `edge`, `teams.cart.cart-api`.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The thing of that qualified name.
            pub fn new(name: impl Into<Arc<str>>) -> Self {
                Self(name.into())
            }

            /// The qualified name.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The last part of the qualified name.
            #[must_use]
            pub fn last(&self) -> &str {
                self.0.rsplit('.').next().unwrap_or(&self.0)
            }

            /// The qualified name without its last part: of what is qualified by its module, the module. Of the root it
            /// is empty.
            #[must_use]
            pub fn module(&self) -> &str {
                self.0.rsplit_once('.').map_or("", |(module, _)| module)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

names! {
    /// A mesh.
    MeshId;
    /// A cluster, alone: `east`.
    ClusterId;
    /// A namespace, alone: `shop`.
    NamespaceId;
    /// A service: `shop.cart`.
    ServiceId;
    /// A host outside the mesh.
    ExternalId;
    /// A gateway.
    GatewayId;
    /// A routes table.
    TableId;
    /// An authentication provider.
    ProviderId;
    /// A policy.
    PolicyId;
    /// A telemetry declaration.
    TelemetryId;
    /// A patch.
    PatchId;
}

impl ServiceId {
    /// The service `name` of `namespace`, by their declared names.
    #[must_use]
    pub fn of(namespace: &NamespaceId, name: &str) -> Self {
        Self::new(format!("{namespace}.{name}"))
    }

    /// The namespace that the service is declared in.
    #[must_use]
    pub fn namespace(&self) -> NamespaceId {
        NamespaceId::new(self.as_str().rsplit_once('.').map_or("", |(namespace, _)| namespace))
    }
}
