//! A rule as it is gathered from the literals of a conjunct.

use super::scope::{Scope, common};
use crate::authorization_policy::{From, Operation, When};
use gloo_domain::{HostPattern, Method, MethodSet};

/// A rule as it is gathered.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) from: Vec<From>,
    pub(super) hosts: Vec<HostPattern>,
    pub(super) not_hosts: Vec<HostPattern>,
    pub(super) methods: Option<MethodSet>,
    pub(super) paths: Option<Vec<String>>,
    pub(super) not_paths: Vec<String>,
    pub(super) when: Vec<When>,
}

impl Draft {
    /// What is asked in a scope; `None`, if no request there can meet it.
    pub(super) fn operation(&self, scope: &Scope) -> Option<Operation> {
        let text = |hosts: &[HostPattern]| hosts.iter().map(ToString::to_string).collect();
        let hosts = common(&scope.hosts, &self.hosts)?;
        let mut but: Vec<HostPattern> = scope.but.clone();
        but.extend(self.not_hosts.iter().filter(|host| !scope.but.contains(host)).cloned());
        let mut operation = Operation {
            hosts: text(&hosts),
            not_hosts: text(&but),
            ports: scope.ports.iter().map(u16::to_string).collect(),
            paths: self.paths.clone().unwrap_or_default(),
            not_paths: self.not_paths.clone(),
            ..Operation::default()
        };
        if let Some(set) = self.methods {
            let names = |set: MethodSet| set.iter().map(|method| method.as_str().to_owned()).collect();
            // What isn't one of the methods with a name can only be said by what it is not.
            if set.contains(Method::Other) {
                operation.not_methods = names(set.complement());
            } else {
                operation.methods = names(set);
            }
        }
        Some(operation)
    }
}
