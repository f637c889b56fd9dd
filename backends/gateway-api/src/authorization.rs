//! `authorization` of a SecurityPolicy: rules of which the first that a request meets decides.

mod list;

use crate::cidr::{self, Cidr};
use crate::condition::Settled;
use crate::emitter::Emitter;
use gloo_ir::normal_form::{Conjunct, Literal};
use gloo_ir::{ProviderId, Test, TextAttribute, TextTest};
use gloo_source::Place;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// So many rules may a list have here; the schema has no limit.
const MAX_RULES: usize = 128;
/// So many values may a claim be one of (`maxItems` of its schema).
const MAX_VALUES: usize = 128;
/// So many claims may an entry ask: each of them doubles its rules.
const MAX_CLAIMS: usize = 4;
/// Claims that Envoy Gateway cuts at spaces before anything asks them (`buildJWTProvider`).
const CUT_CLAIMS: [&str; 2] = ["scope", "scp"];

/// Who is let in: the rules in the order in which they decide, and what is done with whom none is for.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdicts {
    rules: Vec<Value>,
    allows_rest: bool,
}

impl Verdicts {
    /// As it stands in a policy.
    pub fn spec(&self) -> Value {
        let rest = if self.allows_rest { "Allow" } else { "Deny" };
        if self.rules.is_empty() {
            return json!({ "defaultAction": rest });
        }
        json!({ "defaultAction": rest, "rules": self.rules })
    }
}

/// What is left of an entry's conjunct for a policy to ask: the client's address, and claims of a verified token.
#[derive(Clone, Debug)]
pub struct Residue<'a> {
    place: Place,
    literals: Vec<&'a Literal>,
}

impl<'a> Residue<'a> {
    /// What isn't settled of a conjunct; nothing, if it doesn't hold.
    pub fn of(
        place: Place,
        conjunct: &'a Conjunct,
        settled: &Settled<'a>,
        fixed: &dyn Fn(&Test) -> Option<bool>,
    ) -> Option<Self> {
        if settled.of(conjunct, fixed) == Some(false) {
            return None;
        }
        let is_open = |test: &Test| settled.get(test).or_else(|| fixed(test)).is_none();
        let literals = conjunct.literals.iter().filter(|literal| is_open(&literal.test)).collect();
        Some(Self { place, literals })
    }
}

/// A test can't be asked; it has been reported.
pub struct Unsayable;

/// The verdicts of these denies and allows; nothing where everybody passes.
pub fn verdicts(
    emitter: &mut Emitter<'_>,
    denies: &[Residue<'_>],
    allows: &[Residue<'_>],
) -> Result<Option<Verdicts>, Unsayable> {
    let is_for_all = |residues: &[Residue<'_>]| residues.iter().any(|one| one.literals.is_empty());
    if is_for_all(denies) || allows.is_empty() {
        return Ok(Some(Verdicts { rules: Vec::new(), allows_rest: false }));
    }
    // All mistakes are said at once.
    let all = denies.iter().chain(allows);
    if all.clone().filter(|residue| !is_sayable(emitter, residue)).count() > 0 {
        return Err(Unsayable);
    }
    let mut rules: Vec<Value> = Vec::new();
    let mut allows_rest = is_for_all(allows);
    if all.flat_map(|residue| &residue.literals).any(|literal| literal.negated) {
        let conjunct =
            |one: &Residue<'_>| Conjunct { literals: one.literals.iter().copied().cloned().collect() };
        let [denied, allowed] = [denies, allows].map(|all| all.iter().map(conjunct).collect::<Vec<_>>());
        let Ok(mut list) = list::decided(&denied, &allowed, MAX_RULES) else {
            return too_many(emitter, allows);
        };
        allows_rest = list.pop_if(|(conjunct, _)| conjunct.is_always()).is_some_and(|(_, allows)| allows);
        rules.extend(
            list.iter().flat_map(|(conjunct, allows)| Principal::of(conjunct.literals.iter()).rules(*allows)),
        );
    } else {
        let allows = if allows_rest { &[] } else { allows };
        for (list, allows) in [(denies, false), (allows, true)] {
            for rule in list.iter().flat_map(|one| Principal::of(one.literals.iter().copied()).rules(allows))
            {
                if !rules.contains(&rule) {
                    rules.push(rule);
                }
            }
        }
    }
    if rules.len() > MAX_RULES {
        return too_many(emitter, allows);
    }
    Ok((!allows_rest || !rules.is_empty()).then_some(Verdicts { rules, allows_rest }))
}

fn too_many<T>(emitter: &mut Emitter<'_>, allows: &[Residue<'_>]) -> Result<T, Unsayable> {
    let place = allows.first().map_or(emitter.plan.cluster.place, |one| one.place);
    emitter.cannot(
        place,
        "so many entries of `access`",
        "name more values in one entry, and ask fewer things",
    );
    Err(Unsayable)
}

/// Whether policies can ask all tests of a conjunct; else it is reported why not.
fn is_sayable(emitter: &mut Emitter<'_>, residue: &Residue<'_>) -> bool {
    let mut claims: BTreeSet<&str> = BTreeSet::new();
    let why = residue.literals.iter().find_map(|literal| match &literal.test {
        Test::Text(TextAttribute::Claim { name, .. }, asked) => {
            claims.insert(name);
            why_not(name, asked)
        }
        _ => None,
    });
    let why = why.or_else(|| {
        let is_much = claims.len() > MAX_CLAIMS;
        is_much.then(|| (format!("an entry that asks {} claims", claims.len()), "ask at most 4"))
    });
    if let Some((construct, instead)) = &why {
        emitter.cannot(residue.place, construct, instead);
    }
    why.is_none()
}

fn why_not(name: &str, asked: &TextTest) -> Option<(String, &'static str)> {
    let TextTest::Equals(values) = asked else {
        let construct = format!("a test of the claim `{name}` other than for its values");
        return Some((
            construct,
            "name whole values with `==` or `in`, or those that aren't meant with `!(… == …)`",
        ));
    };
    let construct = format!("a test of the claim `{name}`");
    if name.contains('.') {
        return Some((
            construct,
            "ask a claim without dots: Envoy Gateway takes them for a path within claims",
        ));
    }
    if CUT_CLAIMS.contains(&name) {
        return Some((
            construct,
            "ask another claim: Envoy Gateway takes this one for a list, cut at spaces",
        ));
    }
    let is_much = values.len() > MAX_VALUES;
    is_much.then(|| (format!("{construct} for {} values", values.len()), "split them over several entries"))
}

/// Whom a rule is for.
struct Principal {
    addresses: Option<Vec<Cidr>>,
    provider: Option<ProviderId>,
    /// Claims with the values of which each must have one.
    claims: Vec<(String, Vec<String>)>,
}

impl Principal {
    /// Whom these tests hold for, all of which policies can ask.
    fn of<'l>(literals: impl Iterator<Item = &'l Literal>) -> Self {
        let mut own = Self { addresses: None, provider: None, claims: Vec::new() };
        for literal in literals {
            match &literal.test {
                Test::Address(_, ranges) => {
                    let named: Vec<Cidr> = ranges.iter().copied().map(Cidr::of).collect();
                    own.addresses = Some(match own.addresses.take() {
                        None => named,
                        Some(known) => cidr::meet(&known, &named),
                    });
                }
                Test::Text(TextAttribute::Claim { provider, name }, TextTest::Equals(values)) => {
                    own.provider = Some(provider.clone());
                    own.claims.push((name.clone(), values.clone()));
                }
                _ => {}
            }
        }
        own
    }

    fn names(&self) -> BTreeSet<&str> {
        self.claims.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The rules that together are for them: a claim is one text, or a list of texts, and a rule asks for one of these.
    fn rules(&self, allows: bool) -> Vec<Value> {
        let action = if allows { "Allow" } else { "Deny" };
        if self.addresses.as_ref().is_some_and(Vec::is_empty) {
            return Vec::new();
        }
        let mut forms: Vec<Vec<(&str, &str)>> = vec![Vec::new()];
        for name in self.names() {
            let each = forms.iter().flat_map(|known| {
                ["String", "StringArray"].map(|form| [known.as_slice(), &[(name, form)]].concat())
            });
            forms = each.collect();
        }
        forms.iter().map(|forms| json!({ "action": action, "principal": self.principal(forms) })).collect()
    }

    fn principal(&self, forms: &[(&str, &str)]) -> Value {
        let mut principal = serde_json::Map::new();
        if let Some(addresses) = &self.addresses {
            principal.insert("clientCIDRs".into(), addresses.iter().map(ToString::to_string).collect());
        }
        if let Some(provider) = &self.provider {
            let form = |wanted: &str| forms.iter().find(|(name, _)| *name == wanted).map(|(_, form)| *form);
            let claims = self
                .claims
                .iter()
                .map(|(name, values)| json!({ "name": name, "valueType": form(name), "values": values }));
            let claims: Vec<Value> = claims.collect();
            let provider = crate::security_policy::provider_name(provider);
            principal.insert("jwt".into(), json!({ "provider": provider, "claims": claims }));
        }
        principal.into()
    }
}
