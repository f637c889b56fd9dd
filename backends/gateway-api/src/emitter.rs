//! Gathers the objects of one cluster, and the errors.

use crate::gateway::{CertificateRef, listeners};
use crate::object::Object;
use crate::prerequisites::Needs;
use crate::reference_grant::Grants;
use crate::{
    backend, client_traffic_policy, gateway, http_route, names, prerequisites, reference_grant, service,
    stream_route,
};
use gloo_ir::{ListenerProtocol, Secret};
use gloo_source::{Diagnostic, Place, Reported, Sink};
use gloo_target::{Artifact, Content, GatewayPlan, ListenerRoutes, Plan, Upstream, UpstreamKey, unsupported};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The objects of one cluster as they are made.
pub struct Emitter<'p> {
    /// The plan.
    pub plan: &'p Plan,
    /// The target as users call it.
    pub title: String,
    sink: &'p mut Sink,
    failed: Option<Reported>,
    said: BTreeSet<(Place, String)>,
    files: BTreeMap<String, (BTreeSet<Place>, Value)>,
    /// Which namespaces' objects refer to what in which other namespaces.
    pub grants: Grants,
    /// What must stand beside the objects.
    pub needs: Needs,
    made: BTreeSet<UpstreamKey>,
    /// What the names of routes are made of, by kind, namespace and name.
    names: BTreeMap<(&'static str, String, String), Vec<String>>,
}

impl<'p> Emitter<'p> {
    /// Nothing yet.
    pub fn new(plan: &'p Plan, title: String, sink: &'p mut Sink) -> Self {
        // No object that is made takes the name of a service of the user's own.
        let own = plan.services.iter().map(|one| {
            let name = &one.service.name;
            ((service::KIND, one.namespace.name.clone(), name.clone()), vec![name.clone()])
        });
        let names = own.collect();
        Self {
            plan,
            title,
            sink,
            failed: None,
            said: BTreeSet::new(),
            files: BTreeMap::new(),
            grants: Grants::default(),
            needs: Needs::default(),
            made: BTreeSet::new(),
            names,
        }
    }

    /// The name of an object made of these parts. Other parts that come to the same label get another name.
    pub fn name(&mut self, kind: &'static str, namespace: &str, parts: &[&str]) -> String {
        let parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        let plain = names::label(&parts.join("-").replace('*', "any"));
        let told = names::told(&plain, &parts);
        for name in [plain, told.clone()] {
            let known =
                self.names.entry((kind, namespace.to_owned(), name.clone())).or_insert_with(|| parts.clone());
            if *known == parts {
                return name;
            }
        }
        told
    }

    /// Adds an object, its sources being where it comes from.
    pub fn add<S: Serialize>(&mut self, object: &Object<S>, sources: impl IntoIterator<Item = Place>) {
        let metadata = &object.metadata;
        let path = format!("{}/{}-{}.yaml", metadata.namespace, object.kind.to_lowercase(), metadata.name);
        match serde_json::to_value(object) {
            Ok(value) => {
                let sources: BTreeSet<Place> = sources.into_iter().collect();
                let other = self.files.get(&path).filter(|(_, other)| *other != value);
                if let (Some(_), Some(place)) = (other, sources.first()) {
                    let construct = format!("a second object `{path}`");
                    let instead = "give the listener, service or subset that it is called after another name";
                    self.report(unsupported(*place, &construct, &self.title, instead));
                }
                self.files.insert(path, (sources, value));
            }
            Err(error) => {
                let place = self.plan.cluster.place;
                let diagnostic = unsupported(place, &format!("`{path}`"), "YAML", &error.to_string());
                self.report(diagnostic);
            }
        }
    }

    /// Reports an error; the build has failed.
    pub fn report(&mut self, diagnostic: Diagnostic<Place>) {
        self.failed = Some(self.sink.report(diagnostic));
    }

    /// Reports what the target can't say.
    pub fn cannot(&mut self, place: Place, construct: &str, instead: &str) {
        // A construct may be met at every host, rule and listener that it reaches.
        if self.said.insert((place, construct.to_owned())) {
            let diagnostic = unsupported(place, construct, &self.title, instead);
            self.report(diagnostic);
        }
    }

    /// The reference to a secret that must have these keys.
    pub fn secret(&mut self, by: &SecretUse<'_>, secret: &Secret, keys: &'static str) -> CertificateRef {
        let namespace = secret.namespace.as_deref().unwrap_or(by.namespace);
        self.needs.secret(namespace, &secret.name, keys);
        if namespace != by.namespace {
            self.grants.allow_secret(by, namespace, secret);
        }
        CertificateRef::to(secret)
    }

    /// Everything of one gateway.
    pub fn gateway(&mut self, planned: &GatewayPlan) {
        gateway::emit(self, planned);
        client_traffic_policy::emit(self, planned);
        crate::backend_traffic_policy::emit_for_gateway(self, planned);
        for listener in &planned.listeners {
            let sections = listeners(&planned.gateway, &listener.listener);
            match &listener.routes {
                ListenerRoutes::Http(_) if listener.listener.redirect_https => {
                    http_route::emit_redirect(self, planned, &listener.listener, &sections);
                }
                ListenerRoutes::Http(hosts) => {
                    http_route::emit(self, planned, listener, &sections, hosts);
                }
                ListenerRoutes::Connections(hosts) => {
                    let tls = listener.listener.protocol == ListenerProtocol::Tls;
                    stream_route::emit(self, planned, &sections, hosts, tls);
                }
            }
        }
    }

    /// The backend reference of an upstream: group, kind, namespace, name and port; makes what it refers to.
    pub fn reference(&mut self, from: &str, route: &'static str, key: &UpstreamKey) -> Option<Reference> {
        let upstream = self.plan.upstreams.get(key)?;
        match upstream {
            Upstream::Service { service, namespace, subset, port, .. } => {
                let name = match subset {
                    None => service.name.clone(),
                    Some(subset) => service::subset_name(self, service, namespace, subset),
                };
                if let Some(subset) = subset
                    && self.made.insert(UpstreamKey { target: key.target.clone(), port: String::new() })
                {
                    service::emit(self, service, namespace, subset);
                }
                if namespace.name != from {
                    self.grants.allow_services(from, route, &namespace.name);
                }
                Some(Reference {
                    group: "",
                    kind: "Service",
                    namespace: namespace.name.clone(),
                    name,
                    port: Some(port.number),
                })
            }
            Upstream::External { external, port, .. } => {
                let name = backend::name(external, port);
                let marked = UpstreamKey { target: key.target.clone(), port: format!("{from}/{}", key.port) };
                if self.made.insert(marked) {
                    backend::emit(self, from, external, port);
                }
                Some(Reference {
                    group: crate::object::ENVOY,
                    kind: "Backend",
                    namespace: from.to_owned(),
                    name,
                    port: None,
                })
            }
        }
    }

    /// The files, if nothing failed.
    pub fn finish(mut self) -> Result<Vec<Artifact>, Reported> {
        reference_grant::emit(&mut self);
        let mut prerequisites = prerequisites::artifacts(&mut self);
        if let Some(reported) = self.failed {
            return Err(reported);
        }
        let artifact = |(path, (sources, value)): (String, (BTreeSet<Place>, Value))| Artifact {
            path,
            sources: sources.into_iter().collect(),
            content: Content::Yaml(vec![value]),
        };
        prerequisites.extend(self.files.into_iter().map(artifact));
        Ok(prerequisites)
    }
}

/// What refers to a secret.
pub struct SecretUse<'a> {
    /// Its namespace.
    pub namespace: &'a str,
    /// Its kind.
    pub kind: &'static str,
    /// Its kind's group.
    pub group: &'static str,
}

/// What a route sends to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    pub group: &'static str,
    pub kind: &'static str,
    pub namespace: String,
    pub name: String,
    pub port: Option<u16>,
}
