//! The whole of a bootstrap.

use super::{Site, listener, upstream};
use gloo_ir::{ClusterId, Gateway, Program};
use gloo_target::{Document, Fields, Unread};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Adds what a bootstrap says to `read`.
pub(super) fn read<'a>(
    base: &'a Program,
    cluster: &'a ClusterId,
    document: &'a Document,
    read: &mut Program,
) -> Result<(), Vec<Unread>> {
    let one = |error: Unread| vec![error];
    let mut top = Fields::of(&document.file, "", &document.value).map_err(one)?;
    top.ignore(&["admin"]);
    let mut node =
        top.object("node").map_err(one)?.ok_or_else(|| vec![top.unread("node", "it is missing")])?;
    node.ignore(&["cluster"]);
    let name = node.needed_text("id").map_err(one)?;
    node.done().map_err(one)?;
    let gateway = base.gateways.values().find(|gateway| gateway.name == name);
    let gateway =
        gateway.ok_or_else(|| vec![top.unread("node.id", format!("there is no gateway `{name}`"))])?;
    runtime(&mut top).map_err(one)?;
    let mut resources = top.object("static_resources").map_err(one)?;
    top.done().map_err(one)?;
    let Some(resources) = &mut resources else { return Ok(()) };

    let mut unread = Vec::new();
    let (mut upstreams, mut servers) = (BTreeMap::new(), BTreeMap::new());
    for fields in resources.objects("clusters").map_err(one)? {
        match upstream::read(base, fields) {
            Ok((name, server, upstream)) => {
                servers.insert(name, server);
                upstreams.extend(upstream.map(|upstream| (name, upstream)));
            }
            Err(error) => unread.push(error),
        }
    }
    let site = Site { base, cluster, gateway, upstreams: &upstreams, servers: &servers };
    let mut listeners = Vec::new();
    for fields in resources.objects("listeners").map_err(one)? {
        match listener::read(&site, fields, &mut listeners) {
            Ok(found) => found.add_to(read, cluster),
            Err(error) => unread.push(error),
        }
    }
    if let Some(name) = resources.names().first() {
        unread.push(resources.unread(name, "it isn't known what this does to requests"));
    }
    let client_address =
        listeners.first().map_or_else(|| gateway.client_address.clone(), |(_, client)| client.clone());
    if let Some((other, _)) = listeners.iter().find(|(_, client)| client.value != client_address.value) {
        let what = format!("the listener `{}` knows the client otherwise than others", other.name);
        unread.push(resources.unread("listeners", what));
    }
    let listeners = listeners.into_iter().map(|(listener, _)| listener).collect();
    let gateway = Gateway { listeners, client_address, ..gateway.as_ref().clone() };
    read.gateways.insert(gateway.id.clone(), Arc::new(gateway));
    if unread.is_empty() { Ok(()) } else { Err(unread) }
}

/// Values of one header are matched one by one only if the runtime says so; joined by commas they would meet other tests
/// (`envoy.reloadable_features.match_headers_individually`).
fn runtime(top: &mut Fields<'_>) -> Result<(), Unread> {
    let mut single = false;
    if let Some(mut runtime) = top.object("layered_runtime")? {
        for mut layer in runtime.objects("layers")? {
            layer.ignore(&["name"]);
            if let Some(mut layer) = layer.object("static_layer")? {
                layer.ignore(&["re2.max_program_size.error_level"]);
                single |=
                    layer.take("envoy.reloadable_features.match_headers_individually") == Some(&json!(true));
                layer.done()?;
            }
            layer.done()?;
        }
        runtime.done()?;
    }
    if single {
        Ok(())
    } else {
        Err(top.unread(
            "layered_runtime",
            "without `match_headers_individually: true` several values of a header are matched as one",
        ))
    }
}
