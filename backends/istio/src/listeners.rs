//! Gateways: what they listen on, and what they do with requests and connections.

use crate::emission::{Emission, New};
use crate::envoy_filter::{Context, EnvoyFilter, Patch, WorkloadSelector};
use crate::gateway::{Gateway, Port, Server};
use crate::names::host_part;
use crate::route::{AddressTags, Routes, Scene, answer, tcp_routes, tls_routes, with_tables};
use crate::server_tls;
use crate::virtual_service::{HttpRoute, Redirect, VirtualService};
use gloo_domain::{AddressRange, HostPattern};
use gloo_ir::{AddressAttribute, ClientAddress, Listener, ListenerProtocol, PathMode, Test};
use gloo_source::Place;
use gloo_target::{GatewayPlan, ListenerPlan, ListenerRoutes, VirtualHost};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Writes a gateway.
pub(crate) fn write(emission: &mut Emission<'_>, plan: &GatewayPlan) {
    let guarding = crate::admission::at_gateway(emission, plan);
    let plan = &with_mesh_tables(emission, plan);
    let gateway = &plan.gateway;
    if gateway.workload.is_empty() {
        let what = format!("gateway `{}` without the labels of its pods", gateway.id);
        emission.refuse(
            gateway.place,
            &what,
            "say `workload: { istio: \"ingressgateway\" }`, or what its pods have",
        );
    }
    let tags = AddressTags::of(address_lists(plan));
    let mut patches = connection_manager(emission, plan);
    if !tags.is_empty() {
        patches.push(ip_tagging(&tags));
    }
    for listener in &plan.listeners {
        let writer = Writer { plan, listener, tags: &tags };
        patches.extend(writer.write(emission));
    }
    patches.extend(guarding);
    let ports = plan.listeners.iter().map(|listener| listener.listener.port);
    emission.needs.gateway(gateway, ports);
    if !patches.is_empty() {
        let namespace = &gateway.namespace;
        let name = emission.name("EnvoyFilter", namespace, &[&gateway.name]);
        let spec = EnvoyFilter {
            workload_selector: Some(WorkloadSelector { labels: gateway.workload.clone() }),
            config_patches: patches,
        };
        emission.object(New { namespace, name: &name, sources: vec![gateway.place], doc: None, spec: &spec });
    }
}

/// The plan with the mesh tables of its destinations put into the rules for requests.
fn with_mesh_tables(emission: &mut Emission<'_>, plan: &GatewayPlan) -> GatewayPlan {
    let mut plan = plan.clone();
    for listener in &mut plan.listeners {
        if let ListenerRoutes::Http(hosts) = &mut listener.routes {
            for host in hosts {
                host.rules = with_tables(emission, &plan.gateway, &host.rules);
            }
        }
    }
    plan
}

/// What holds for all requests, and what Istio's own kinds can't say of it.
fn connection_manager(emission: &mut Emission<'_>, plan: &GatewayPlan) -> Vec<Patch> {
    if !plan.listeners.iter().any(|listener| listener.listener.protocol.is_http()) {
        return Vec::new();
    }
    let mut settings = json!({
        "strip_any_host_port": true,
        "strip_trailing_host_dot": true,
        // Responses are the services' own, down to this header, which the manager sets behind all routes.
        "server_header_transformation": "PASS_THROUGH",
    });
    merge(&mut settings, strict_paths(emission.plan.paths));
    let mut patches = Vec::new();
    let client_address = &plan.gateway.client_address;
    match &client_address.value {
        ClientAddress::Hops(0) | ClientAddress::Direct => {}
        ClientAddress::Hops(hops) => merge(&mut settings, json!({"xff_num_trusted_hops": hops})),
        ClientAddress::ProxyProtocol => {
            let message = "envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol";
            patches.push(
                Context::Gateway.first_listener_filter("envoy.filters.listener.proxy_protocol", message),
            );
        }
        ClientAddress::Header(_) => {
            let instead = "say `hops(1)`, `proxy_protocol` or `direct`";
            emission.refuse(client_address.at, "a client's address from a header of its own", instead);
        }
    }
    patches.insert(0, Context::Gateway.connection_manager(settings));
    patches
}

/// What `strict` asks of Envoy besides normalising, which the mesh's configuration says.
pub(crate) fn strict_paths(paths: PathMode) -> Value {
    match paths {
        PathMode::Keep => json!({}),
        PathMode::Strict => json!({
            "path_with_escaped_slashes_action": "REJECT_REQUEST",
            "common_http_protocol_options": {"headers_with_underscores_action": "REJECT_REQUEST"},
        }),
    }
}

fn merge(settings: &mut Value, more: Value) {
    if let (Some(settings), Value::Object(more)) = (settings.as_object_mut(), more) {
        settings.extend(more);
    }
}

/// The lists of client addresses that rules ask for.
fn address_lists(plan: &GatewayPlan) -> BTreeSet<Vec<AddressRange>> {
    let peer_is_client = matches!(plan.gateway.client_address.value, ClientAddress::Direct);
    let hosts = plan.listeners.iter().flat_map(|listener| match &listener.routes {
        ListenerRoutes::Http(hosts) if !listener.listener.redirect_https => hosts.as_slice(),
        _ => &[],
    });
    let rules = hosts.flat_map(|host| &host.rules);
    let literals = rules.flat_map(|rule| &rule.matches).flat_map(|conjunct| &conjunct.literals);
    let lists = literals.filter_map(|literal| match &literal.test {
        Test::Address(AddressAttribute::Client, ranges) => Some(ranges),
        Test::Address(AddressAttribute::Source, ranges) if peer_is_client => Some(ranges),
        _ => None,
    });
    lists.cloned().collect()
}

/// The filter that names the address ranges that a client is in, in a header that it first takes away.
fn ip_tagging(tags: &AddressTags) -> Patch {
    let range = |range: &AddressRange| json!({"address_prefix": range.first().to_string(), "prefix_len": range.prefix()});
    let tag = |(list, name): (&[AddressRange], &str)| {
        let ranges: Vec<Value> = list.iter().map(range).collect();
        json!({"ip_tag_name": name, "ip_list": ranges})
    };
    let tags: Vec<Value> = tags.iter().map(tag).collect();
    let settings = json!({"request_type": "BOTH", "ip_tags": tags});
    let message = "envoy.extensions.filters.http.ip_tagging.v3.IPTagging";
    Context::Gateway.first_http_filter("envoy.filters.http.ip_tagging", message, settings)
}

struct Writer<'w> {
    plan: &'w GatewayPlan,
    listener: &'w ListenerPlan,
    tags: &'w AddressTags,
}

impl Writer<'_> {
    /// Writes the listener; gives what must be changed in its proxy besides.
    fn write(&self, emission: &mut Emission<'_>) -> Vec<Patch> {
        let declared = &self.plan.gateway;
        let listener = &self.listener.listener;
        let namespace = declared.namespace.as_str();
        let name = emission.name("Gateway", namespace, &[&declared.name, &listener.name]);
        let (tls, patches) = server_tls::of(emission, declared, listener);
        let protocol = match listener.protocol {
            ListenerProtocol::Http => "HTTP",
            ListenerProtocol::Https => "HTTPS",
            ListenerProtocol::Tls => "TLS",
            ListenerProtocol::Tcp => "TCP",
        };
        let hosts = self.hosts().iter().map(|host| format!("./{host}")).collect();
        let port_name = crate::names::label(&format!("{}-{}", listener.protocol.word(), listener.name));
        let port = Port { number: listener.port, name: port_name, protocol };
        let server = Server { port, hosts, tls };
        let spec = Gateway { selector: declared.workload.clone(), servers: vec![server] };
        let doc = listener.doc.as_deref().or(declared.doc.as_deref());
        emission.object(New { namespace, name: &name, sources: vec![listener.place], doc, spec: &spec });
        match &self.listener.routes {
            _ if listener.redirect_https => self.redirect(emission, &name),
            ListenerRoutes::Http(hosts) => self.http(emission, &name, hosts),
            ListenerRoutes::Connections(_) => self.connections(emission, &name),
        }
        patches
    }

    /// The hosts that the listener serves; any, where none is said.
    fn hosts(&self) -> Vec<HostPattern> {
        let hosts = &self.listener.listener.hosts;
        if hosts.is_empty() { vec![HostPattern::Any] } else { hosts.clone() }
    }

    fn service(&self, gateway: &str, hosts: Vec<String>) -> VirtualService {
        let gateways = vec![format!("{}/{gateway}", self.plan.gateway.namespace)];
        VirtualService { hosts, gateways, ..VirtualService::default() }
    }

    fn add(
        &self,
        emission: &mut Emission<'_>,
        host: &str,
        sources: Vec<Place>,
        spec: &VirtualService,
    ) -> String {
        let gateway = &self.plan.gateway;
        let parts = [gateway.name.as_str(), &self.listener.listener.name, host];
        let name = emission.name("VirtualService", &gateway.namespace, &parts);
        emission.object(New { namespace: &gateway.namespace, name: &name, sources, doc: None, spec });
        name
    }

    /// A listener that answers everything by a redirect to https. Istio's own `httpsRedirect` would answer 301.
    fn redirect(&self, emission: &mut Emission<'_>, gateway: &str) {
        for host in self.hosts() {
            let redirect = Redirect { scheme: Some("https"), redirect_code: 302, ..Redirect::default() };
            let name = "gloo.https".to_owned();
            self.same_for_all(
                emission,
                gateway,
                &host,
                HttpRoute { name, redirect: Some(redirect), ..HttpRoute::default() },
            );
        }
    }

    fn http(&self, emission: &mut Emission<'_>, gateway: &str, hosts: &[VirtualHost]) {
        for host in hosts {
            self.virtual_host(emission, gateway, host);
        }
        // A host that the listener serves and no table is for: its paths are looked at all the same.
        for host in self.hosts() {
            if !hosts.iter().any(|other| other.host == host) {
                let name = "gloo.no-table".to_owned();
                self.same_for_all(emission, gateway, &host, HttpRoute { name, ..answer(404) });
            }
        }
    }

    /// A host whose requests all get the same answer.
    fn same_for_all(&self, emission: &mut Emission<'_>, gateway: &str, host: &HostPattern, route: HttpRoute) {
        let mut routes = Routes::default();
        routes.refuse_paths(emission.plan.paths);
        routes.http.push(route);
        let spec = VirtualService { http: routes.http, ..self.service(gateway, vec![host.to_string()]) };
        self.add(emission, &host_part(host), vec![self.listener.listener.place], &spec);
    }

    fn virtual_host(&self, emission: &mut Emission<'_>, gateway: &str, host: &VirtualHost) {
        let declared = &self.plan.gateway;
        let listener: &Listener = &self.listener.listener;
        let scene = Scene::Gateway { gateway: declared, listener, host: &host.host, tags: self.tags };
        let mut routes = Routes::default();
        routes.refuse_paths(emission.plan.paths);
        routes.add(emission, scene, &host.rules);
        let sources = sources(&host.rules);
        let spec = VirtualService { http: routes.http, ..self.service(gateway, vec![host.host.to_string()]) };
        let name = self.add(emission, &host_part(&host.host), sources.clone(), &spec);
        if routes.settings.is_empty() {
            return;
        }
        let virtual_host = format!("{}:{}", host.host, listener.port);
        let patch =
            |(route, settings): (String, Value)| Context::Gateway.route(&virtual_host, &route, settings);
        let spec = EnvoyFilter {
            workload_selector: Some(WorkloadSelector { labels: declared.workload.clone() }),
            config_patches: routes.settings.into_iter().map(patch).collect(),
        };
        emission.object(New { namespace: &declared.namespace, name: &name, sources, doc: None, spec: &spec });
    }

    fn connections(&self, emission: &mut Emission<'_>, gateway: &str) {
        let ListenerRoutes::Connections(hosts) = &self.listener.routes else { return };
        let port = self.listener.listener.port;
        for host in hosts {
            let (spec, part) = match &host.host {
                Some(name) => {
                    let tls = tls_routes(emission, name, port, &host.rules);
                    let service = self.service(gateway, vec![name.to_string()]);
                    (VirtualService { tls, ..service }, host_part(name))
                }
                None => {
                    let tcp = tcp_routes(emission, port, &host.rules);
                    let service = self.service(gateway, vec!["*".to_owned()]);
                    (VirtualService { tcp, ..service }, "tcp".to_owned())
                }
            };
            // Without a rule nothing is let in.
            if !spec.tls.is_empty() || !spec.tcp.is_empty() {
                self.add(emission, &part, sources(&host.rules), &spec);
            }
        }
    }
}

/// Where the rules are written.
pub(crate) fn sources(rules: &[std::sync::Arc<gloo_target::PlanRule>]) -> Vec<Place> {
    let places: BTreeSet<Place> = rules.iter().map(|rule| rule.origin.place).collect();
    places.into_iter().collect()
}
