//! Policies by what they are on: that of a rule replaces that of its route, which replaces that of the listener, which
//! replaces that of the gateway.

use super::object::{GATEWAY, Object, Objects};
use gloo_ir::Gateway;
use gloo_target::{Fields, Unread};

/// What a policy is on: kind, namespace, name, part.
pub(super) type On<'a> = (&'a str, &'a str, &'a str, Option<&'a str>);

/// What all policies of a kind say.
#[derive(Debug)]
pub(super) struct Attached<'a, T>(Vec<(On<'a>, T)>);

impl<'a, T: Clone> Attached<'a, T> {
    /// Those of a kind, each read by `spec`.
    pub fn read(
        objects: &Objects<'a>,
        kind: &str,
        spec: impl Fn(Fields<'a>) -> Result<T, Unread>,
    ) -> Result<Self, Vec<Unread>> {
        let (mut all, mut unread) = (Self(Vec::new()), Vec::new());
        for object in objects.of_kind(kind) {
            let read = || {
                let mut fields = object.spec()?;
                let targets = targets(&object, &mut fields)?;
                Ok((targets, spec(fields)?))
            };
            match read() {
                Ok((targets, said)) => {
                    for on in targets {
                        if all.0.iter().any(|(known, _)| *known == on) {
                            unread.push(object.unread("another policy is on the same"));
                        }
                        all.0.push((on, said.clone()));
                    }
                }
                Err(error) => unread.push(error),
            }
        }
        if unread.is_empty() { Ok(all) } else { Err(unread) }
    }

    /// The policy that a rule of a route meets on a listener.
    pub fn of(
        &self,
        route: &Object<'_>,
        rule: Option<&str>,
        (gateway, section): (&Gateway, &str),
    ) -> Option<&T> {
        let find = |wanted| self.0.iter().find(|(on, _)| *on == wanted).map(|(_, said)| said);
        let on_gateway = |part| ("Gateway", gateway.namespace.as_str(), gateway.name.as_str(), part);
        rule.and_then(|rule| find((route.kind, route.namespace, route.name, Some(rule))))
            .or_else(|| find((route.kind, route.namespace, route.name, None)))
            .or_else(|| find(on_gateway(Some(section))))
            .or_else(|| find(on_gateway(None)))
    }
}

fn targets<'a>(object: &Object<'a>, fields: &mut Fields<'a>) -> Result<Vec<On<'a>>, Unread> {
    let mut targets = Vec::new();
    for mut target in fields.objects("targetRefs")? {
        if target.needed_text("group")? != GATEWAY {
            return Err(target.unread("group", "it isn't known what the policy is on"));
        }
        let kind = target.needed_text("kind")?;
        targets.push((kind, object.namespace, target.needed_text("name")?, target.text("sectionName")?));
        target.done()?;
    }
    Ok(targets)
}
