//! AuthorizationPolicy: which requests pass.

use crate::object::{Kind, SECURITY};
use serde::Serialize;
use std::collections::BTreeMap;

/// Which requests to some pods are refused, or let in.
#[derive(Serialize)]
pub(crate) struct AuthorizationPolicy {
    pub(crate) selector: Selector,
    /// `DENY` refuses what a rule matches; `ALLOW` refuses what none does.
    pub(crate) action: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) rules: Vec<AuthorizationRule>,
}

impl Kind for AuthorizationPolicy {
    const API_VERSION: &'static str = SECURITY;
    const KIND: &'static str = "AuthorizationPolicy";
}

/// The pods with these labels.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Selector {
    pub(crate) match_labels: BTreeMap<String, String>,
}

/// Some requests: those of one of the senders, of one of the operations, that meet all conditions. Without any of these
/// it is every request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct AuthorizationRule {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) from: Vec<From>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) to: Vec<To>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) when: Vec<When>,
}

/// Some senders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct From {
    pub(crate) source: Source,
}

/// Identities without `spiffe://`; `*` is any, at the end it stands for any rest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Source {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) principals: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_principals: Vec<String>,
}

/// Some requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct To {
    pub(crate) operation: Operation,
}

/// What is asked of host, path and method; all of it must hold, of each list one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Operation {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) hosts: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_hosts: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) ports: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) methods: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_methods: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) paths: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_paths: Vec<String>,
}

/// One more condition: one of the values, and none of the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct When {
    pub(crate) key: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) values: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_values: Vec<String>,
}

impl When {
    /// A condition, or its negation.
    pub(crate) fn new(key: String, values: Vec<String>, negated: bool) -> Self {
        if negated {
            Self { key, values: Vec::new(), not_values: values }
        } else {
            Self { key, values, not_values: Vec::new() }
        }
    }
}
