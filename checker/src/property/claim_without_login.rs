//! Conditions that read claims of tokens that nobody has verified.

mod reading;
mod unverified;

use crate::diagram::Diagrams;
use crate::folded::Folded;
use crate::undecided::Undecided;
use crate::witness::command_line;
use gloo_ir::evaluate::{Request, attribute_words};
use gloo_ir::{ClusterId, Predicate, Program, ProviderId, Test, TextAttribute};
use gloo_source::{Code, Diagnostic, Place};
use reading::{of_access, of_policies, of_tables};
use std::collections::{BTreeMap, BTreeSet};
use unverified::Asking;

/// The rules of tables, access blocks and policies whose condition depends on a claim for some request on which no
/// `require` at the same proxy has verified the provider's token.
pub(crate) fn claim_without_login(program: &Program, tables: &[Folded<'_>]) -> Vec<Diagnostic<Place>> {
    let reads = |provider: &ProviderId| {
        let mut all = of_tables(program, tables, provider);
        all.extend(of_access(program, tables, provider));
        all.extend(of_policies(program, tables, provider));
        all
    };
    let mut diagrams = Diagrams::new(1);
    let mut findings: BTreeMap<(Place, &ProviderId), Diagnostic<Place>> = BTreeMap::new();
    let providers = program.providers.values().filter(|provider| provider.kind.has_claims());
    for provider in providers.map(|provider| &provider.id) {
        let mut unknown: BTreeMap<Place, Undecided> = BTreeMap::new();
        for asking in reads(provider) {
            let key = (asking.place, provider);
            if findings.contains_key(&key) {
                continue;
            }
            match asking.request(program, &mut diagrams, provider) {
                Ok(None) => {}
                Ok(Some(request)) => drop(findings.insert(key, shown(program, provider, &asking, &request))),
                Err(undecided) => drop(unknown.entry(asking.place).or_insert(undecided)),
            }
        }
        for (place, undecided) in unknown {
            let question =
                format!("whether the token of `{provider}` is always verified before this reads it");
            findings.entry((place, provider)).or_insert_with(|| undecided.shown(place, &question));
        }
    }
    findings.into_values().collect()
}

/// The claims of a provider that a predicate reads, as they are written.
fn claims(predicate: &Predicate, provider: &ProviderId) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    predicate.each_test(&mut |test| {
        if let Test::Text(attribute @ TextAttribute::Claim { provider: own, .. }, _) = test
            && own == provider
        {
            all.insert(format!("`{}`", attribute_words(attribute)));
        }
    });
    all
}

fn shown(
    program: &Program,
    provider: &ProviderId,
    asking: &Asking<'_>,
    (cluster, request): &(&ClusterId, Request),
) -> Diagnostic<Place> {
    let claims: Vec<String> = claims(&asking.predicate, provider).into_iter().collect();
    let message = format!("{} reads {} of a token that nobody has verified", asking.what, claims.join(", "));
    let finding = Diagnostic::new(Code::CLAIM_WITHOUT_LOGIN, asking.place, message)
        .saying("without a verified token there are no claims");
    let finding = asking.verifying.iter().fold(finding, |finding, clause| {
        finding.label(clause.place, format!("this asks for the token only where `{}`", clause.condition))
    });
    let help = if asking.verifying.is_empty() {
        format!("ask for the token in a policy on {}: `require {provider}`", asking.on)
    } else {
        format!("ask for the token wherever it is read: `require {provider}` in a policy on {}", asking.on)
    };
    finding
        .help(help)
        .help(format!("on the request below `{provider}` is never asked, though its token is valid"))
        .request(command_line(program, cluster, request))
}
