//! Headers that the proxy itself sets before it looks for a route: what of the request they hold.

use gloo_domain::AddressRange;
use gloo_ir::TextAttribute;
use gloo_target::{Fields, Unread};
use std::collections::{BTreeMap, BTreeSet};

/// What a header holds that no client can set.
#[derive(Clone, Debug)]
pub(super) enum Held {
    /// The path without the query.
    Path,
    /// A text of the connection.
    Text(TextAttribute),
    /// The tags of the ranges that the client's address is in, by comma.
    ClientTags(Tags),
}

/// Tags with the ranges of each.
pub(super) type Tags = Vec<(String, Vec<AddressRange>)>;

/// What is done to headers before routes are looked at.
#[derive(Debug, Default)]
pub(super) struct Early {
    /// The headers of the proxy's own, by their names.
    pub held: BTreeMap<String, Held>,
    /// The headers of which nothing stays that a client sent.
    pub removed: BTreeSet<String>,
}

/// The changes that `early_header_mutation_extensions` make. A header is the proxy's own only if what a client sent is
/// removed first.
pub(super) fn read(extensions: Vec<Fields<'_>>) -> Result<Early, Unread> {
    let mut early = Early::default();
    for mut extension in extensions {
        extension.ignore(&["name"]);
        let Some(mut config) = extension.object("typed_config")? else { continue };
        extension.done()?;
        if !config.needed_text("@type")?.ends_with("early_header_mutation.header_mutation.v3.HeaderMutation")
        {
            return Err(config.unread("@type", "it isn't known what this does to requests"));
        }
        for mut mutation in config.objects("mutations")? {
            if let Some(name) = mutation.text("remove")? {
                early.removed.insert(name.to_ascii_lowercase());
            }
            if let Some(mut append) = mutation.object("append")? {
                append.ignore(&["append_action"]);
                let mut header =
                    append.object("header")?.ok_or_else(|| append.unread("header", "it is missing"))?;
                let (name, value) = (header.needed_text("key")?, header.needed_text("value")?);
                header.done()?;
                append.done()?;
                let held = match value {
                    "%PATH(NQ)%" => Held::Path,
                    "%REQUESTED_SERVER_NAME%" => Held::Text(TextAttribute::ServerName),
                    "%DOWNSTREAM_PEER_URI_SAN%" => Held::Text(TextAttribute::ClientCertificateUri),
                    "%DOWNSTREAM_PEER_DNS_SAN%" => Held::Text(TextAttribute::ClientCertificateDns),
                    _ => return Err(mutation.unread("append", format!("`{value}` can't be read"))),
                };
                if !early.removed.contains(&name.to_ascii_lowercase()) {
                    return Err(mutation.unread("append", "a value that the client sent stays beside it"));
                }
                early.held.insert(name.to_ascii_lowercase(), held);
            }
            mutation.done()?;
        }
        config.done()?;
    }
    Ok(early)
}
