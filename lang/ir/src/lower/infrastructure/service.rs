//! `namespace shop on [east, west] { … }` and its services

use crate::lower::{Lower, Lowering, Scope, Settings};
use crate::resolve::DeclarationId;
use crate::{Namespace, NamespaceId, Service, ServiceId, Subset};
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{self, NodeId};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Lowering<'_> {
    /// A namespace; its services, the declarations after `id`, are added to the items.
    pub(in crate::lower) fn lower_namespace(
        &mut self,
        scope: &Scope<'_>,
        item: &ast::Item,
        it: &ast::Namespace,
        id: DeclarationId,
    ) -> Result<Namespace, Reported> {
        let settings = it.entries.iter().filter_map(|entry| match entry {
            ast::NamespaceEntry::Setting(setting) => Some(setting),
            _ => None,
        });
        let settings =
            Settings::read(self, scope, it.name.id, "a namespace", &["name", "waypoint"], settings);
        let clusters = self.placement(scope, id, it.on.as_ref());
        let namespace = NamespaceId::new(it.name.text.clone());
        let services = it.entries.iter().filter_map(|entry| match entry {
            ast::NamespaceEntry::Service(service) => Some(service),
            _ => None,
        });
        for (index, service) in (id.index + 1..).zip(services) {
            self.check_name(&service.name);
            let id = DeclarationId { file: id.file, index };
            if let Ok(service) = self.lower_service(scope, &namespace, service, id) {
                self.items.push(Lower::Service(Arc::new(service)));
            }
        }
        let waypoint = settings.optional(self, scope, "waypoint", Lowering::kubernetes_name);
        Ok(Namespace {
            id: namespace,
            name: self.real_name(scope, &it.name, settings.value("name"))?,
            place: scope.place(it.name.id),
            doc: Self::doc(&item.doc),
            clusters,
            waypoint,
        })
    }

    fn lower_service(
        &mut self,
        scope: &Scope<'_>,
        namespace: &NamespaceId,
        it: &ast::Service,
        id: DeclarationId,
    ) -> Result<Service, Reported> {
        let settings = it.entries.iter().filter_map(|entry| match entry {
            ast::ServiceEntry::Setting(setting) => Some(setting),
            _ => None,
        });
        let (unnamed, settings) = self.without_ports(scope, settings);
        let known = &["name", "account", "labels"];
        let settings = Settings::read(self, scope, it.name.id, "a service", known, settings);
        let clusters = self.placement(scope, id, it.on.as_ref());
        self.within_namespace(scope, it, id);
        let account = settings.optional(self, scope, "account", Lowering::kubernetes_name);
        let labels = settings.optional(self, scope, "labels", Lowering::label_map);
        let ports = it.entries.iter().filter_map(|entry| match entry {
            ast::ServiceEntry::Port(port) => Some(port),
            _ => None,
        });
        let ports = self.lower_ports(scope, &it.name, "the service", ports, unnamed);
        let subsets = self.lower_subsets(scope, it);
        let name = self.real_name(scope, &it.name, settings.value("name"))?;
        Ok(Service {
            id: ServiceId::of(namespace, &it.name.text),
            namespace: namespace.clone(),
            place: scope.place(it.name.id),
            doc: Self::doc(&it.doc),
            clusters,
            ports: ports?,
            subsets: subsets?,
            account: account.unwrap_or_else(|| name.clone()),
            labels: labels.unwrap_or_else(|| BTreeMap::from([("app".to_owned(), name.clone())])),
            name,
        })
    }

    /// A service can't be where its namespace isn't.
    fn within_namespace(&mut self, scope: &Scope<'_>, it: &ast::Service, id: DeclarationId) {
        let Some(crate::resolve::Shape::Service { namespace, on: Some(_), .. }) = self.shape(id) else {
            return;
        };
        let namespace = DeclarationId { file: id.file, index: *namespace };
        let outside: Vec<_> = self.names.clusters(id).difference(self.names.clusters(namespace)).collect();
        if let (Some(cluster), Some(on)) = (outside.first(), &it.on) {
            let owner = self.names.qualified(namespace);
            let message = format!("the namespace `{owner}` is not on the cluster `{cluster}`");
            let help = format!("place `{owner}` there too: `namespace {owner} on […]`");
            self.error(scope, Code::MISPLACED, on.id, message, help);
        }
    }

    fn lower_subsets(&mut self, scope: &Scope<'_>, it: &ast::Service) -> Result<Vec<Subset>, Reported> {
        let mut names: BTreeMap<&str, NodeId> = BTreeMap::new();
        for entry in &it.entries {
            if let ast::ServiceEntry::Port(port) = entry {
                names.entry(&port.name.text).or_insert(port.name.id);
            }
        }
        let mut subsets = Vec::new();
        let mut failed = None;
        for entry in &it.entries {
            let ast::ServiceEntry::Subset(subset) = entry else { continue };
            if let Some(first) = names.insert(&subset.name.text, subset.name.id) {
                let message =
                    format!("`{}` is declared twice: subsets and ports share their names", subset.name.text);
                let diagnostic = Diagnostic::new(Code::DUPLICATE_NAME, scope.place(subset.name.id), message)
                    .saying("again here")
                    .label(scope.place(first), "first here")
                    .help("rename one of them");
                failed = Some(self.report(scope, diagnostic));
                continue;
            }
            match self.labels(scope, &subset.labels) {
                Err(reported) => failed = Some(reported),
                Ok(labels) if labels.is_empty() => {
                    let message = format!("the subset `{}` has no labels", subset.name.text);
                    let help = "say which pods it is: `subset v2 { version: \"v2\" }`";
                    failed = Some(self.error(scope, Code::MISSING, subset.name.id, message, help));
                }
                Ok(labels) => {
                    let place = scope.place(subset.name.id);
                    subsets.push(Subset { name: subset.name.text.to_string(), labels, place });
                }
            }
        }
        failed.map_or(Ok(subsets), Err)
    }
}
