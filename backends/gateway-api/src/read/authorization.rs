//! Which requests pass (`authorization` of a SecurityPolicy, `internal/xds/translator/authorization.go`): the first rule
//! that a request meets decides.

use gloo_domain::AddressRange;
use gloo_ir::{AddressAttribute, Predicate, ProviderId, Test, TextAttribute, TextTest};
use gloo_target::{Fields, Unread};
use std::collections::BTreeSet;

/// So many claims are gone through in all their forms.
const MAX_CLAIMS: usize = 8;

/// What a claim is: a rule for the one never holds for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Text,
    List,
}

/// A rule.
struct Rule<'a> {
    allows: bool,
    addresses: Option<Vec<AddressRange>>,
    claims: Vec<Claim<'a>>,
}

/// A claim that has one of these values.
struct Claim<'a> {
    provider: &'a ProviderId,
    name: &'a str,
    form: Form,
    values: Vec<String>,
}

/// The requests that pass. `token` is whose claims there are, with what the policy calls the provider.
pub(super) fn read(mut fields: Fields<'_>, token: Option<(&str, &ProviderId)>) -> Result<Predicate, Unread> {
    let allows_rest = match fields.text("defaultAction")? {
        None | Some("Deny") => false,
        Some("Allow") => true,
        Some(_) => return Err(fields.unread("defaultAction", "it isn't known what this does")),
    };
    let rules = fields.objects("rules")?.into_iter().map(|one| rule(one, token));
    let rules = rules.collect::<Result<Vec<_>, _>>()?;
    let names: BTreeSet<&str> = rules.iter().flat_map(|rule| &rule.claims).map(|claim| claim.name).collect();
    if names.len() > MAX_CLAIMS {
        return Err(fields.unread("rules", format!("more than {MAX_CLAIMS} claims are asked")));
    }
    // No predicate asks whether a claim is a text or a list, so it must make no difference.
    let mut all = forms(&names).into_iter().map(|forms| passing(&rules, &forms, allows_rest));
    let first = all.next().unwrap_or_else(Predicate::always);
    if all.any(|other| other != first) {
        return Err(
            fields.unread("rules", "a claim that is a text is asked otherwise than one that is a list")
        );
    }
    fields.done()?;
    Ok(first)
}

/// All forms that these claims may have.
fn forms<'n>(names: &BTreeSet<&'n str>) -> Vec<Vec<(&'n str, Form)>> {
    let mut all: Vec<Vec<(&str, Form)>> = vec![Vec::new()];
    for name in names {
        let each = all.iter().flat_map(|known| {
            [Form::Text, Form::List].map(|form| {
                let mut known = known.clone();
                known.push((name, form));
                known
            })
        });
        all = each.collect();
    }
    all
}

/// The requests that pass where claims have these forms: those that an allowing rule is for and no denying one before it.
fn passing(rules: &[Rule<'_>], forms: &[(&str, Form)], allows_rest: bool) -> Predicate {
    let (mut passing, mut refused): (Vec<Predicate>, Vec<Predicate>) = (Vec::new(), Vec::new());
    let left = |condition: Predicate, refused: &[Predicate]| match refused {
        [] => condition,
        refused => condition.and(Predicate::Not(Box::new(Predicate::Any(refused.to_vec())))),
    };
    let can_hold =
        |rule: &&Rule<'_>| rule.claims.iter().all(|claim| forms.contains(&(claim.name, claim.form)));
    for rule in rules.iter().filter(can_hold) {
        if rule.allows {
            passing.push(left(rule.condition(), &refused));
        } else {
            refused.push(rule.condition());
        }
    }
    if allows_rest {
        passing.push(left(Predicate::always(), &refused));
    }
    Predicate::Any(passing)
}

impl Rule<'_> {
    fn condition(&self) -> Predicate {
        let address =
            self.addresses.iter().map(|ranges| Test::Address(AddressAttribute::Client, ranges.clone()));
        let claims = self.claims.iter().map(|claim| {
            let attribute =
                TextAttribute::Claim { provider: claim.provider.clone(), name: claim.name.to_owned() };
            Test::Text(attribute, TextTest::Equals(claim.values.clone()))
        });
        Predicate::All(address.chain(claims).map(Predicate::Test).collect())
    }
}

fn rule<'a>(mut fields: Fields<'a>, token: Option<(&str, &'a ProviderId)>) -> Result<Rule<'a>, Unread> {
    fields.ignore(&["name"]);
    let allows = match fields.needed_text("action")? {
        "Allow" => true,
        "Deny" => false,
        _ => return Err(fields.unread("action", "it isn't known what this does")),
    };
    let mut rule = Rule { allows, addresses: None, claims: Vec::new() };
    let Some(mut principal) = fields.object("principal")? else {
        return Err(fields.unread("principal", "it is missing"));
    };
    let ranges = principal.texts("clientCIDRs")?;
    if !ranges.is_empty() {
        let read = |text: &&str| AddressRange::parse(text).ok().filter(|_| text.contains('/'));
        let ranges = ranges.iter().map(read).collect::<Option<Vec<_>>>();
        rule.addresses =
            Some(ranges.ok_or_else(|| principal.unread("clientCIDRs", "ranges are expected here"))?);
    }
    if let Some(mut jwt) = principal.object("jwt")? {
        let name = jwt.needed_text("provider")?;
        let Some((_, provider)) = token.filter(|(known, _)| *known == name) else {
            return Err(jwt.unread("provider", "no token of this provider is asked for, so it has no claims"));
        };
        for one in jwt.objects("claims")? {
            rule.claims.push(claim(one, provider)?);
        }
        jwt.done()?;
    }
    if rule.addresses.is_none() && rule.claims.is_empty() {
        return Err(principal.unread("", "it isn't known what this asks"));
    }
    principal.done()?;
    fields.done()?;
    Ok(rule)
}

fn claim<'a>(mut fields: Fields<'a>, provider: &'a ProviderId) -> Result<Claim<'a>, Unread> {
    let name = fields.needed_text("name")?;
    if name.contains('.') {
        return Err(fields.unread("name", "it is a claim within another claim"));
    }
    if ["scope", "scp"].contains(&name) {
        return Err(fields.unread("name", "it is cut at spaces"));
    }
    let form = match fields.text("valueType")? {
        None | Some("String") => Form::Text,
        Some("StringArray") => Form::List,
        Some(_) => return Err(fields.unread("valueType", "it isn't known what this asks")),
    };
    let values: Vec<String> = fields.texts("values")?.into_iter().map(str::to_owned).collect();
    if values.is_empty() {
        return Err(fields.unread("values", "one is expected at least"));
    }
    fields.done()?;
    Ok(Claim { provider, name, form, values })
}
