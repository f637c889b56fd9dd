//! What there is: meshes, clusters, namespaces and services, hosts outside, gateways.

mod cluster;
mod external;
mod gateway;
mod listener;
mod mesh;
mod port;
mod service;

use super::file::is_label;
use super::{Lowering, Scope};
use crate::ClusterId;
use crate::resolve::DeclarationId;
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{Expr, Name};
use std::collections::BTreeSet;

impl Lowering<'_> {
    /// Where a declaration is placed. The clusters are known from the names; here those that are none are reported.
    fn placement(&mut self, scope: &Scope<'_>, id: DeclarationId, on: Option<&Expr>) -> BTreeSet<ClusterId> {
        let known = self.names.clusters(id).clone();
        // What is wrong has been reported, and the clusters that are right are known.
        if let Some(on) = on
            && let Ok(named) = self.clusters(scope, on)
            && named.iter().any(|cluster| !known.contains(cluster))
        {
            // Where things are is known before any `let` is put in.
            let message = "clusters are named one by one here, without a `let`";
            self.error(
                scope,
                Code::MISPLACED,
                on.id,
                message,
                "write the clusters out, as `on [east, west]`",
            );
        }
        known
    }

    /// The real name of a thing: what its setting `name` says, else the name that it is declared by. Kubernetes must
    /// take it.
    fn real_name(
        &mut self,
        scope: &Scope<'_>,
        declared: &Name,
        setting: Option<&Expr>,
    ) -> Result<String, Reported> {
        let (text, node) = match setting {
            Some(expr) => (self.text(scope, expr)?, expr.id),
            None => (declared.text.to_string(), declared.id),
        };
        if is_label(&text) {
            return Ok(text);
        }
        let message = format!("`{text}` can't be a name in Kubernetes");
        let diagnostic = Diagnostic::new(Code::BAD_HOST, scope.place(node), message);
        let help = "names there have up to 63 lower-case letters, digits and `-`";
        let diagnostic = match setting {
            Some(_) => diagnostic.help(help),
            None => {
                let proper = text.to_lowercase().replace('_', "-");
                diagnostic.help(help).help(format!("give it its real name with `name: \"{proper}\"`"))
            }
        };
        Err(self.report(scope, diagnostic))
    }

    /// A name that Kubernetes takes, from a setting.
    fn kubernetes_name(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<String, Reported> {
        let text = self.text(scope, expr)?;
        if super::file::is_subdomain(&text) {
            return Ok(text);
        }
        let message = format!("`{text}` can't be a name in Kubernetes");
        let help = "names there have lower-case letters, digits, `-` and `.`";
        Err(self.error(scope, Code::BAD_HOST, expr.id, message, help))
    }

    /// Labels of pods (Kubernetes: keys with an optional DNS prefix, values of up to 63 characters).
    fn labels(
        &mut self,
        scope: &Scope<'_>,
        block: &gloo_syntax::ast::Block,
    ) -> Result<std::collections::BTreeMap<String, String>, Reported> {
        let labels = self.text_entries(scope, block)?;
        let is_word = |text: &str| {
            text.len() <= 63
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
                && text.starts_with(|c: char| c.is_ascii_alphanumeric())
                && text.ends_with(|c: char| c.is_ascii_alphanumeric())
        };
        for setting in block.settings() {
            let Some(key) = setting.key.text() else { continue };
            let (prefix, name) =
                key.rsplit_once('/').map_or((None, &**key), |(prefix, name)| (Some(prefix), name));
            if !is_word(name) || prefix.is_some_and(|prefix| !super::file::is_subdomain(prefix)) {
                let message = format!("`{key}` can't be the key of a label");
                let help = "keys have letters, digits, `-`, `_` and `.`, after an optional prefix with `/`";
                return Err(self.error(scope, Code::TYPE_MISMATCH, setting.key.id, message, help));
            }
            if let Some(value) = labels.get(&**key).filter(|value| !value.is_empty() && !is_word(value)) {
                let message = format!("`{value}` can't be the value of a label");
                let help = "values have up to 63 letters, digits, `-`, `_` and `.`";
                return Err(self.error(scope, Code::TYPE_MISMATCH, setting.value.id, message, help));
            }
        }
        Ok(labels)
    }
}
