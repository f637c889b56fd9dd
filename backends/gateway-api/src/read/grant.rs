//! What objects of one namespace may refer to in another (`ReferenceGrant`).

use super::object::{Object, Objects, Reference};
use gloo_target::Unread;

/// One permission.
#[derive(Debug)]
struct Grant<'a> {
    /// Group, kind and namespace of who refers.
    from: (&'a str, &'a str, &'a str),
    /// Group and kind of what is referred to, in the grant's namespace.
    to: (&'a str, &'a str),
    namespace: &'a str,
    /// Its name; any, if absent.
    name: Option<&'a str>,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Grants<'a>(Vec<Grant<'a>>);

/// The permissions of all grants.
pub(super) fn read<'a>(objects: &Objects<'a>) -> Result<Grants<'a>, Unread> {
    let mut all = Grants::default();
    for object in objects.of_kind("ReferenceGrant") {
        let mut spec = object.spec()?;
        let (mut from, mut to) = (Vec::new(), Vec::new());
        for mut one in spec.objects("from")? {
            from.push((one.needed_text("group")?, one.needed_text("kind")?, one.needed_text("namespace")?));
            one.done()?;
        }
        for mut one in spec.objects("to")? {
            to.push((one.needed_text("group")?, one.needed_text("kind")?, one.text("name")?));
            one.done()?;
        }
        spec.done()?;
        for from in from {
            all.0.extend(to.iter().map(|(group, kind, name)| Grant {
                from,
                to: (group, kind),
                namespace: object.namespace,
                name: *name,
            }));
        }
    }
    Ok(all)
}

impl Grants<'_> {
    /// Whether an object may refer to that. Where it may not, Envoy Gateway answers 500, or has no TLS.
    pub fn allow(&self, (group, by): (&str, &Object<'_>), to: &Reference<'_>) -> bool {
        to.namespace == by.namespace
            || self.0.iter().any(|grant| {
                grant.from == (group, by.kind, by.namespace)
                    && grant.to == (to.group, to.kind)
                    && grant.namespace == to.namespace
                    && grant.name.is_none_or(|name| name == to.name)
            })
    }
}
