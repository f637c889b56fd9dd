//! `cluster east { … }`

use super::mesh::MTLS;
use crate::lower::{Arguments, Lowering, Scope, Settings, Takes};
use crate::{Backend, Cluster, ClusterId, GatewayMesh, IstioMode};
use gloo_source::{Code, Reported};
use gloo_syntax::ast::{self, Expr};

impl Lowering<'_> {
    pub(in crate::lower) fn lower_cluster(
        &mut self,
        scope: &Scope<'_>,
        item: &ast::Item,
        it: &ast::Cluster,
    ) -> Result<Cluster, Reported> {
        const KNOWN: &[&str] =
            &["backend", "region", "network", "east_west", "context", "mtls", "trust_domain"];
        let settings = Settings::of_block(self, scope, "a cluster", KNOWN, &it.body);
        let region = settings.optional(self, scope, "region", Lowering::filled_text);
        let network = settings.optional(self, scope, "network", Lowering::filled_text);
        let east_west = settings.optional(self, scope, "east_west", Lowering::host_and_port);
        let context = settings.optional(self, scope, "context", Lowering::filled_text);
        let mtls = settings.optional(self, scope, "mtls", Self::at(|cx, s, e| cx.word(s, e, MTLS)));
        let trust_domain = settings.optional(self, scope, "trust_domain", Lowering::trust_domain);
        let backend = settings.required(self, scope, "backend", "istio(version: \"1.30\", mode: sidecar)")?;
        Ok(Cluster {
            id: ClusterId::new(it.name.text.clone()),
            place: scope.place(it.name.id),
            doc: Self::doc(&item.doc),
            backend: Self::at(Lowering::backend)(self, scope, backend)?,
            region,
            network,
            east_west,
            context,
            mtls,
            trust_domain,
        })
    }

    fn backend(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Backend, Reported> {
        const FORMS: &[(&str, &str)] = &[
            ("istio", "istio(version: \"1.30\", mode: sidecar)"),
            ("gateway_api", "gateway_api(version: \"1.6\", gateway: envoy_gateway(\"1.9\"), mesh: none)"),
            ("envoy", "envoy(version: \"1.40\")"),
        ];
        self.choose(scope, expr, FORMS, |cx, scope, expr, form| {
            let Some(call) = form.call else { return Err(cx.silent()) };
            let takes = match form.word {
                "istio" => Takes::named(&["version", "mode"]),
                "envoy" => Takes::named(&["version", "identity"]),
                _ => Takes::named(&["version", "gateway", "mesh"]),
            };
            let arguments = Arguments::read(cx, scope, expr.id, call, takes)?;
            match form.word {
                "istio" => {
                    let modes = [("sidecar", IstioMode::Sidecar), ("ambient", IstioMode::Ambient)];
                    let mode = arguments.optional(cx, scope, "mode", |cx, s, e| cx.word(s, e, &modes));
                    let version =
                        arguments.required(cx, scope, "version", "version: \"1.30\", mode: sidecar")?;
                    let version = cx.version(scope, version)?;
                    Ok(Backend::Istio { version, mode: mode.unwrap_or(IstioMode::Sidecar) })
                }
                "envoy" => {
                    let identity = arguments.optional(cx, scope, "identity", Lowering::spiffe_socket);
                    let version = arguments.required(cx, scope, "version", "version: \"1.40\"")?;
                    Ok(Backend::Envoy { version: cx.version(scope, version)?, identity })
                }
                _ => {
                    let example = "version: \"1.6\", gateway: envoy_gateway(\"1.9\"), mesh: none";
                    let version = arguments.required(cx, scope, "version", example)?;
                    let gateway = arguments.required(cx, scope, "gateway", example)?;
                    let mesh = arguments.required(cx, scope, "mesh", example)?;
                    Ok(Backend::GatewayApi {
                        version: cx.version(scope, version)?,
                        envoy_gateway: cx.versioned(
                            scope,
                            gateway,
                            ("envoy_gateway", "envoy_gateway(\"1.9\")"),
                        )?,
                        mesh: cx.gateway_mesh(scope, mesh)?,
                    })
                }
            }
        })
    }

    /// `envoy_gateway("1.9")`
    fn versioned(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        form: (&'static str, &'static str),
    ) -> Result<crate::Version, Reported> {
        self.choose(scope, expr, &[form], |cx, scope, expr, form| {
            let Some(call) = form.call else { return Err(cx.silent()) };
            let arguments = Arguments::read(cx, scope, expr.id, call, Takes::one(&["version"]))?;
            let version = arguments.required(cx, scope, "version", "\"1.9\"")?;
            cx.version(scope, version)
        })
    }

    fn gateway_mesh(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<GatewayMesh, Reported> {
        let forms = [("none", ""), ("istio_ambient", "istio_ambient(\"1.30\")")];
        self.choose(scope, expr, &forms, |cx, scope, expr, form| {
            let Some(call) = form.call else { return Ok(GatewayMesh::None) };
            let arguments = Arguments::read(cx, scope, expr.id, call, Takes::one(&["version"]))?;
            let version = arguments.required(cx, scope, "version", "\"1.30\"")?;
            Ok(GatewayMesh::IstioAmbient(cx.version(scope, version)?))
        })
    }

    /// `spiffe("/run/spire/sockets/agent.sock")`
    fn spiffe_socket(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<String, Reported> {
        let form = ("spiffe", "spiffe(\"/run/spire/sockets/agent.sock\")");
        self.choose(scope, expr, &[form], |cx, scope, expr, form| {
            let Some(call) = form.call else { return Err(cx.silent()) };
            let arguments = Arguments::read(cx, scope, expr.id, call, Takes::one(&["socket"]))?;
            let socket = arguments.required(cx, scope, "socket", "\"/run/spire/sockets/agent.sock\"")?;
            let path = cx.text(scope, socket)?;
            if path.starts_with('/') {
                return Ok(path);
            }
            let message = format!("`{path}` is not the path of a socket");
            Err(cx.error(scope, Code::TYPE_MISMATCH, socket.id, message, "write a path that begins with `/`"))
        })
    }

    /// `"eastwest.east.acme.net:15443"`
    fn host_and_port(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<(String, u16), Reported> {
        let text = self.text(scope, expr)?;
        let parts = text.rsplit_once(':').map(|(host, port)| (host, port.parse::<u16>()));
        let Some((host, Ok(port @ 1..))) = parts else {
            let message = format!("`{text}` is not a host with a port");
            let help = "write it as `\"eastwest.east.acme.net:15443\"`";
            return Err(self.error(scope, Code::BAD_HOST, expr.id, message, help));
        };
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if bare.parse::<std::net::IpAddr>().is_ok() {
            return Ok((host.to_owned(), port));
        }
        match gloo_domain::HostPattern::parse(host) {
            Ok(gloo_domain::HostPattern::Exact(name)) => Ok((name.to_string(), port)),
            Ok(other) => {
                let message = format!("`{other}` is many hosts, and one is wanted here");
                Err(self.error(scope, Code::BAD_HOST, expr.id, message, "write one host with a port"))
            }
            Err(error) => Err(self.bad_pattern(scope, Code::BAD_HOST, expr.id, &error)),
        }
    }
}
