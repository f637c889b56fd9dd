//! How a listener takes requests in (`ClientTrafficPolicy`): that of a listener replaces that of the whole gateway.

use super::object::{ENVOY, GATEWAY, Object};
use super::{Site, tls};
use gloo_ir::{ClientAddress, Gateway, PathMode};
use gloo_target::{Fields, Unread};
use serde_json::json;

/// Headers that Envoy takes orders from: how long, and how often, it tries.
const ORDERS: [&str; 9] = [
    "x-envoy-hedge-on-per-try-timeout",
    "x-envoy-max-retries",
    "x-envoy-retriable-header-names",
    "x-envoy-retriable-status-codes",
    "x-envoy-retry-grpc-on",
    "x-envoy-retry-on",
    "x-envoy-upstream-rq-per-try-timeout-ms",
    "x-envoy-upstream-rq-timeout-alt-response",
    "x-envoy-upstream-rq-timeout-ms",
];

/// What a policy says.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// How clients are known.
    pub client: ClientAddress,
    /// The TLS of the listener.
    pub tls: tls::Settings,
}

/// The settings of a listener, if some policy is on it.
pub(super) fn of(site: &Site<'_>, gateway: &Gateway, section: &str) -> Result<Option<Settings>, Unread> {
    let mut best: Option<(bool, Object<'_>)> = None;
    for object in site.objects.of_kind("ClientTrafficPolicy") {
        let mut spec = object.spec()?;
        for mut target in spec.objects("targetRefs")? {
            let (group, kind) = (target.needed_text("group")?, target.needed_text("kind")?);
            let (name, own) = (target.needed_text("name")?, target.text("sectionName")?);
            if group != GATEWAY || kind != "Gateway" {
                return Err(target.unread("kind", "only gateways and their listeners are read"));
            }
            target.done()?;
            let is_of = object.namespace == gateway.namespace && name == gateway.name;
            if !is_of || own.is_some_and(|own| own != section) {
                continue;
            }
            match best {
                Some((known, _)) if known && own.is_none() => {}
                Some((known, _)) if known == own.is_some() => {
                    return Err(object.unread(format!("another policy is on `{name}` too")));
                }
                _ => best = Some((own.is_some(), object)),
            }
        }
    }
    best.map(|(_, object)| settings(site, &object)).transpose()
}

fn settings(site: &Site<'_>, object: &Object<'_>) -> Result<Settings, Unread> {
    let mut spec = object.spec()?;
    spec.ignore(&["targetRefs"]);
    if site.base.paths() != PathMode::Strict {
        return Err(spec.unread("path", "Envoy Gateway always normalises paths"));
    }
    let otherwise = "paths would be read otherwise than the program says";
    let Some(mut path) = spec.object("path")? else {
        return Err(spec.unread("path", format!("it is missing: {otherwise}")));
    };
    path.expect("escapedSlashesAction", &json!("RejectRequest"), otherwise)?;
    if path.flag("disableMergeSlashes")? == Some(true) {
        return Err(path.unread("disableMergeSlashes", otherwise));
    }
    path.done()?;
    let Some(mut headers) = spec.object("headers")? else {
        return Err(spec.unread("headers", "it is missing: a host with a dot at its end would be another"));
    };
    if headers.text("withUnderscoresAction")?.is_some_and(|action| action != "RejectRequest") {
        return Err(headers.unread("withUnderscoresAction", otherwise));
    }
    let dot = json!({ "stripTrailingHostDot": true });
    headers.expect("host", &dot, "a host with a dot at its end would be another host")?;
    let removed = removed(&mut headers)?;
    headers.done()?;
    let client = detected(&mut spec)?;
    // From what isn't the client itself Envoy takes orders by header.
    let is_indirect = matches!(client, ClientAddress::Hops(_) | ClientAddress::Header(_));
    if is_indirect && let Some(left) = ORDERS.iter().find(|name| !removed.contains(name)) {
        return Err(object.unread(format!("a client could say by `{left}` how requests are sent on")));
    }
    let tls = tls::read(site, object, spec.object("tls")?)?;
    spec.done()?;
    Ok(Settings { client, tls })
}

/// The headers that are removed before anything looks at them: only Envoy's own.
fn removed<'a>(headers: &mut Fields<'a>) -> Result<Vec<&'a str>, Unread> {
    let Some(mut early) = headers.object("earlyRequestHeaders")? else { return Ok(Vec::new()) };
    let names = early.texts("remove")?;
    if let Some(other) = names.iter().find(|name| !name.starts_with("x-envoy-")) {
        return Err(early.unread("remove", format!("rules would never see `{other}`")));
    }
    early.done()?;
    Ok(names)
}

/// Who the client is. One trusted hop is one proxy before the gateway, whose entry in `x-forwarded-for` is the client
/// (`xffNumTrustedHops` in `internal/xds/translator/listener.go`).
fn detected(spec: &mut Fields<'_>) -> Result<ClientAddress, Unread> {
    let mut client = ClientAddress::Direct;
    if let Some(mut detection) = spec.object("clientIPDetection")? {
        if let Some(direct) = detection.object("directSourceIP")? {
            direct.done()?;
        } else if let Some(mut forwarded) = detection.object("xForwardedFor")? {
            let hops = forwarded.number("numTrustedHops")?.and_then(|hops| u32::try_from(hops).ok());
            let hops = hops.filter(|hops| *hops > 0);
            let hops = hops.ok_or_else(|| forwarded.unread("numTrustedHops", "it isn't a number of hops"))?;
            client = ClientAddress::Hops(hops);
            forwarded.done()?;
        } else if let Some(mut header) = detection.object("customHeader")? {
            client = ClientAddress::Header(header.needed_text("name")?.to_owned());
            if header.flag("failClosed")? == Some(true) {
                return Err(header.unread("failClosed", "requests without the header would be refused"));
            }
            header.done()?;
        }
        detection.done()?;
    }
    if let Some(mut proxy) = spec.object("proxyProtocol")? {
        if proxy.flag("optional")? == Some(true) || client != ClientAddress::Direct {
            return Err(proxy.unread("", "it isn't clear who the client is"));
        }
        proxy.done()?;
        client = ClientAddress::ProxyProtocol;
    }
    Ok(client)
}

/// The group of policies, for grants.
pub(super) const POLICIES: &str = ENVOY;
