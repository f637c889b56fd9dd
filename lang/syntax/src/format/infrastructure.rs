//! Meshes, clusters, namespaces with their services, externals, gateways.

use super::writer::Writer;
use crate::ast::{
    Cluster, Expr, External, ExternalEntry, Gateway, GatewayEntry, Listener, Mesh, Namespace, NamespaceEntry,
    Port, Service, ServiceEntry, Subset,
};
use crate::token::Fixed;

impl Writer<'_> {
    pub fn mesh(&mut self, it: &Mesh) {
        self.words(2);
        self.space();
        self.settings(&it.body);
    }

    pub fn cluster(&mut self, it: &Cluster) {
        self.words(2);
        self.space();
        self.settings(&it.body);
    }

    /// A space, a word such as `on`, and what it names.
    pub fn named(&mut self, target: Option<&Expr>) {
        if let Some(target) = target {
            self.space();
            self.words(1);
            self.space();
            self.expr(target);
        }
    }

    pub fn namespace(&mut self, it: &Namespace) {
        self.words(2);
        self.named(it.on.as_ref());
        self.space();
        self.block(&it.entries, |writer, entry| match entry {
            NamespaceEntry::Setting(it) => writer.setting(it),
            NamespaceEntry::Service(it) => writer.service(it),
            NamespaceEntry::Error(_) => {}
        });
    }

    fn service(&mut self, it: &Service) {
        self.words(2);
        self.named(it.on.as_ref());
        self.space();
        self.block(&it.entries, |writer, entry| match entry {
            ServiceEntry::Setting(it) => writer.setting(it),
            ServiceEntry::Port(it) => writer.port(it),
            ServiceEntry::Subset(it) => writer.subset(it),
            ServiceEntry::Error(_) => {}
        });
    }

    fn port(&mut self, it: &Port) {
        self.words(2);
        self.sign(Fixed::Colon);
        self.space();
        self.expr(&it.value);
    }

    fn subset(&mut self, it: &Subset) {
        self.words(2);
        self.space();
        self.settings(&it.labels);
    }

    pub fn external(&mut self, it: &External) {
        self.words(2);
        self.space();
        self.block(&it.entries, |writer, entry| match entry {
            ExternalEntry::Setting(it) => writer.setting(it),
            ExternalEntry::Port(it) => writer.port(it),
            ExternalEntry::Error(_) => {}
        });
    }

    pub fn gateway(&mut self, it: &Gateway) {
        self.words(2);
        self.named(it.on.as_ref());
        self.space();
        self.block(&it.entries, |writer, entry| match entry {
            GatewayEntry::Setting(it) => writer.setting(it),
            GatewayEntry::Listener(it) => writer.listener(it),
            GatewayEntry::Error(_) => {}
        });
    }

    fn listener(&mut self, it: &Listener) {
        self.words(2);
        self.sign(Fixed::Colon);
        self.space();
        self.expr(&it.protocol);
        if let Some(body) = &it.body {
            self.space();
            self.settings(body);
        }
    }
}
