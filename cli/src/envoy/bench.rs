//! The gateways of a cluster, running.

use super::certificates::Certified;
use super::compare::{self, Endpoints};
use super::exchange::{Answer, Tls, send};
use super::issuer::Issuers;
use super::process::Process;
use super::secrets::Secrets;
use super::upstream::{Received, Upstreams};
use super::wire::{self, CASE};
use super::{Verdict, adapt, answered_alike, destinations};
use anyhow::{Context as _, Result, bail};
use gloo_ir::evaluate::{Entry, Final, Request, Trace, decide};
use gloo_ir::{ClientAddress, ClusterId, Gateway, GatewayId, Listener, Percent, Program};
use gloo_target::{ClusterOutput, from_yaml};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a copy may take to arrive.
const COPY: Duration = Duration::from_secs(2);

/// The gateways of a cluster and the servers behind them; everything ends when this is dropped.
pub struct Bench<'p> {
    program: &'p Program,
    cluster: &'p ClusterId,
    gateways: BTreeMap<GatewayId, Running>,
    endpoints: Endpoints,
    secrets: Secrets,
    issuers: Issuers,
    upstreams: Upstreams,
    _folder: TempDir,
}

struct Running {
    gateway: Arc<Gateway>,
    process: Process,
}

impl<'p> Bench<'p> {
    /// Starts an Envoy for each gateway of the cluster on its built file, and a server for each endpoint in it.
    ///
    /// # Errors
    /// A file is missing or not taken, or this machine has no ports left.
    pub fn start(
        envoy: &Path,
        program: &'p Program,
        cluster: &'p ClusterId,
        output: &ClusterOutput,
    ) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("gloo-envoy-").tempdir()?;
        let placed = program.gateways.values().filter(|gateway| gateway.clusters.contains(cluster));
        let mut bootstraps = Vec::new();
        for gateway in placed {
            bootstraps.push((gateway, document(output, gateway)?));
        }
        let mut endpoints = destinations::of(program, cluster);
        endpoints.extend(bootstraps.iter().flat_map(|(_, file)| adapt::endpoints(file)));
        let mut addresses: Vec<_> = bootstraps.iter().flat_map(|(_, file)| adapt::addresses(file)).collect();
        addresses.extend(endpoints.values().cloned());
        let mut server_names: Vec<_> = addresses.iter().map(|(host, _)| host.clone()).collect();
        let mut identities = Vec::new();
        for (_, file) in &bootstraps {
            let (names, accepted) = adapt::server_names(file);
            server_names.extend(names);
            identities.extend(accepted);
        }
        for list in [&mut server_names, &mut identities] {
            list.sort();
            list.dedup();
        }
        let below = folder.path().join("secrets");
        let secrets = Secrets::write(output, &below, &server_names, &identities)?;
        let issuers = Issuers::new(program)?;
        let upstreams = Upstreams::start(addresses, &secrets.servers, issuers.pages())?;
        let mut gateways = BTreeMap::new();
        for (gateway, mut bootstrap) in bootstraps {
            adapt::bootstrap(&mut bootstrap, &upstreams.ports, &below);
            let own = folder.path().join(format!("gateway-{}", gateways.len()));
            fs::create_dir(&own)?;
            let path = own.join("bootstrap.json");
            fs::write(&path, bootstrap.to_string())?;
            let process = Process::start(envoy, &path, &own)
                .with_context(|| format!("the file built for `{}` on `{cluster}`", gateway.id))?;
            gateways.insert(gateway.id.clone(), Running { gateway: gateway.clone(), process });
        }
        Ok(Self { program, cluster, gateways, endpoints, secrets, issuers, upstreams, _folder: folder })
    }

    /// Sends a request and holds the answer against the evaluator's. `number` tells it from all others.
    ///
    /// # Errors
    /// A certificate can't be made for the client.
    pub fn verdict(&self, number: usize, request: &Request) -> Result<Verdict> {
        let Entry::Gateway(id) = &request.entry else {
            return Ok(Verdict::EvaluatorOnly("a call between services".to_owned()));
        };
        let Some(running) = self.gateways.get(id) else {
            return Ok(Verdict::EvaluatorOnly(format!("`{id}` is not placed on `{}`", self.cluster)));
        };
        let sent = match self.issuers.with_tokens(request) {
            Ok(request) => as_sent(&running.gateway, &request),
            Err(why) => return Ok(Verdict::EvaluatorOnly(why)),
        };
        if !answered_alike(self.program, self.cluster, request, &sent) {
            let why = "the address of whoever sends it, or what stands for a token, can't be chosen here";
            return Ok(Verdict::EvaluatorOnly(why.to_owned()));
        }
        let trace = decide(self.program, self.cluster, &sent);
        let answer = match self.exchange(running, &sent, number)? {
            Ok(answer) => answer,
            Err(difference) => return Ok(Verdict::Differs(difference)),
        };
        let compared = compare::compare(&self.endpoints, &sent, &trace, &answer)
            .and_then(|()| self.copies(number, &trace));
        Ok(compared.map_or_else(Verdict::Differs, |()| Verdict::Agrees))
    }

    /// The answer, or what is wrong with it.
    fn exchange(
        &self,
        running: &Running,
        request: &Request,
        number: usize,
    ) -> Result<Result<Answer, String>> {
        let Some(listener) = at_port(&running.gateway, request) else { return Ok(Ok(Answer::Refused)) };
        let ports = &running.process.ports;
        let port =
            ports.iter().find(|(name, _)| serves(name, &running.gateway, listener)).map(|(_, port)| *port);
        let Some(port) = port else {
            bail!("Envoy has no listener for `{}.{}`", running.gateway.id, listener.name);
        };
        let client = self.client_certificate(listener, request)?;
        let tls = request.tls.then_some(Tls { sni: request.sni.as_deref(), client: client.as_ref() });
        let wire = wire::bytes(&running.gateway, request, number);
        Ok(send(port, tls, &wire).map_err(|error| error.to_string()))
    }

    fn client_certificate(&self, listener: &Listener, request: &Request) -> Result<Option<Certified>> {
        let (Some(names), Some(asked)) = (&request.certificate, &listener.client_certificate) else {
            return Ok(None);
        };
        let secret = match &asked.ca.namespace {
            Some(namespace) => format!("{namespace}/{}", asked.ca.name),
            None => asked.ca.name.clone(),
        };
        let authority =
            self.secrets.authorities.get(&secret).context("the authority is not among the secrets")?;
        authority.certify(&names.dns, &names.uri).map(Some)
    }

    /// Whether all copies arrive that are sent always.
    fn copies(&self, number: usize, trace: &Trace) -> Result<(), String> {
        let Final::Forwarded(forwarded) = &trace.outcome else { return Ok(()) };
        for mirror in forwarded.mirrors.iter().filter(|mirror| mirror.weight == Percent::ALL) {
            let endpoint = compare::endpoint(&self.endpoints, mirror);
            let number = number.to_string();
            let is_copy = |received: &Received| {
                Some(&received.upstream) == endpoint
                    && received.headers.iter().any(|(name, value)| name == CASE && *value == number)
            };
            let begin = Instant::now();
            while !self.upstreams.received().iter().any(is_copy) {
                if begin.elapsed() > COPY {
                    return Err(format!("a copy at {endpoint:?}, and none came"));
                }
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        Ok(())
    }
}

/// The built file of a gateway.
fn document(output: &ClusterOutput, gateway: &Gateway) -> Result<Value> {
    let path = format!("{}/{}.yaml", output.cluster, gateway.name);
    let file = output.files.iter().find(|file| file.path == path);
    let file = file.with_context(|| format!("no file `{path}` was built"))?;
    let mut documents = from_yaml(&file.text).with_context(|| format!("`{path}`"))?;
    if documents.len() != 1 {
        bail!("`{path}` holds {} documents, not one", documents.len());
    }
    Ok(documents.remove(0))
}

/// The request as it can be sent from this machine: it comes from the loopback address.
fn as_sent(gateway: &Gateway, request: &Request) -> Request {
    let here = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let is_direct = matches!(gateway.client_address.value, ClientAddress::Direct | ClientAddress::Hops(0))
        || (request.message.is_none() && gateway.client_address.value != ClientAddress::ProxyProtocol);
    let client_address = if is_direct { here } else { request.client_address };
    Request { source_address: here, client_address, ..request.clone() }
}

/// The listener whose port the request is sent to. Which of those that share a port takes it is for Envoy to find.
fn at_port<'g>(gateway: &'g Gateway, request: &Request) -> Option<&'g Listener> {
    let names = |listener: &Listener| {
        let sni = request.sni.as_deref().unwrap_or_default();
        listener.hosts.iter().any(|host| host.contains(sni))
    };
    let mut at_port = gateway.listeners.iter().filter(|listener| listener.port == request.port);
    let first = at_port.clone().next();
    at_port.find(|listener| names(listener)).or(first)
}

/// Whether a listener of Envoy's serves this one of gloo's: it is named by all that share its port.
fn serves(name: &str, gateway: &Gateway, listener: &Listener) -> bool {
    let own = name.strip_prefix(gateway.name.as_str()).and_then(|rest| rest.strip_prefix('.'));
    own.is_some_and(|names| names.split('+').any(|one| one == listener.name))
}
