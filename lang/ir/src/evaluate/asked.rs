//! What was asked of a request on its way: whoever reads it knows for which other requests everything would have gone the
//! same way. So the checker needs no second meaning of a program: it asks the evaluator about one request after the
//! other, each from among those that differ in some answer from all before it.
//!
//! Questions are about the request as it was sent. On its way it changes (a rewritten path, a header set, another
//! source); what is asked of it then is said of the request as it was sent, by the [`Change`]s that it has been through.
//! What can't be said so is a [`Question::Derived`], and the answer counts for that request alone.

mod change;

pub(crate) use change::{Attribute, Change, Known};

use super::expression::compiled;
use super::{Attributes, Credential, meets_test};
use crate::{Predicate, Program, ProviderId, Test, TextAttribute, TextTest};
use gloo_domain::Preimage;
use std::sync::{Arc, Mutex, PoisonError};

/// A question about a request, with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The question.
    pub question: Question,
    /// The answer.
    pub answer: bool,
}

/// A question about a request as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    /// Whether this holds of it, with every claim readable.
    Holds(Predicate),
    /// Whether its credential for a provider is that.
    Credential(ProviderId, Credential),
    /// Whether firewalls pass it.
    Waf,
    /// Whether `wasm` and `lua` clauses pass it.
    Extensions,
    /// Whether its body has more bytes.
    BodyBeyond(u64),
    /// Something that can't be said of the request as it was sent: what.
    Derived(String),
}

/// What whoever asks wants to know of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// Everything, effects included.
    All,
    /// What becomes of it: not what limits count it, nor what is done to its answer.
    Outcome,
}

/// What a request has been through, and who listens to what is asked of it. Two requests with the same attributes are
/// equal whatever that is.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    listener: Option<Arc<Mutex<Vec<Asked>>>>,
    changes: Vec<Change>,
    /// Whether what changes no more than effects is of no interest.
    skips_effects: bool,
}

impl PartialEq for History {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for History {}

impl History {
    /// Somebody listens: to all that is asked, or with `outcomes` only to what decides where the request goes.
    pub fn listening(interest: Interest) -> Self {
        let skips_effects = interest == Interest::Outcome;
        Self { listener: Some(Arc::default()), changes: Vec::new(), skips_effects }
    }

    /// The same request where only effects are decided.
    pub fn of_effects(&self) -> Self {
        if self.skips_effects { Self::default() } else { self.clone() }
    }

    /// What has been asked until now.
    pub fn asked(&self) -> Vec<Asked> {
        let listener =
            self.listener.as_ref().map(|asked| asked.lock().unwrap_or_else(PoisonError::into_inner));
        listener.map(|mut asked| std::mem::take(&mut *asked)).unwrap_or_default()
    }

    /// The request has changed.
    pub fn change(&mut self, change: Change) {
        if self.listener.is_some() {
            self.changes.push(change);
        }
    }

    /// How the attribute is made of others, if it is.
    pub fn made(&self, attribute: &Attribute) -> Option<&str> {
        let known = |change: &&Change| match change {
            Change::Derived(own, _) => own == attribute,
            Change::Known(known) => matches!((known.as_ref(), attribute), (Known::Path(_), Attribute::Path)),
            Change::Path(..) => *attribute == Attribute::Path,
            _ => false,
        };
        match self.changes.iter().rfind(known) {
            Some(Change::Derived(_, what)) => Some(what),
            _ => None,
        }
    }

    /// Whether the host is known whatever was sent.
    pub fn knows_host(&self) -> bool {
        let is_host =
            |change: &Change| matches!(change, Change::Known(known) if matches!(**known, Known::Host(_)));
        self.changes.iter().any(is_host)
    }

    /// Something has been asked that no predicate asks.
    pub fn note(&self, question: impl FnOnce() -> Question, answer: bool) {
        if let Some(listener) = &self.listener {
            let asked = Asked { question: question(), answer };
            listener.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
        }
    }
}

impl Attributes {
    /// A predicate has been asked.
    pub(crate) fn note(&self, program: &Program, predicate: impl FnOnce() -> Predicate, answer: bool) {
        if self.history.listener.is_none() {
            return;
        }
        let question = match self.as_sent(program, &predicate()) {
            Ok(Predicate::All(parts) | Predicate::Any(parts)) if parts.is_empty() => return,
            Ok(predicate) => Question::Holds(predicate),
            Err(what) => Question::Derived(what),
        };
        self.history.note(|| question, answer);
    }

    /// A predicate about the request as it is, as one about the request as it was sent.
    fn as_sent(&self, program: &Program, predicate: &Predicate) -> Result<Predicate, String> {
        let each = |parts: &[Predicate], neutral: bool| {
            let mut kept = Vec::new();
            for part in parts {
                match constant(&self.as_sent(program, part)?) {
                    Ok(value) if value == neutral => {}
                    Ok(value) => return Ok(always_or_never(value)),
                    Err(part) => kept.push(part),
                }
            }
            Ok(if neutral { Predicate::All(kept) } else { Predicate::Any(kept) })
        };
        match predicate {
            Predicate::All(parts) => each(parts, true),
            Predicate::Any(parts) => each(parts, false),
            Predicate::Not(part) => Ok(match constant(&self.as_sent(program, part)?) {
                Ok(value) => always_or_never(!value),
                Err(part) => Predicate::Not(Box::new(part)),
            }),
            Predicate::Test(test) => self.test_as_sent(program, test),
        }
    }

    fn test_as_sent(&self, program: &Program, test: &Test) -> Result<Predicate, String> {
        if let Test::Text(TextAttribute::Claim { provider, .. }, _) = test
            && !self.verified.contains(provider)
        {
            return Ok(always_or_never(false));
        }
        let mut test = test.clone();
        for change in self.history.changes.iter().rev() {
            match change {
                Change::Known(known) if known.answers(&test) => {
                    return Ok(always_or_never(meets_test(program, &test, &known.attributes())));
                }
                Change::Path(from, template) => {
                    let Test::Path(patterns) = &mut test else { continue };
                    let mut before = Vec::new();
                    for of in patterns.iter() {
                        match template.preimage(from, of) {
                            Some(Preimage::Within(pattern)) => before.push(pattern),
                            Some(Preimage::Nothing) => {}
                            None => return Err(format!("the path was rewritten to `{template}`")),
                        }
                    }
                    if before.is_empty() {
                        return Ok(always_or_never(false));
                    }
                    *patterns = before;
                }
                Change::HeaderFrom(name, from) if is_header(&test, name) => {
                    if let Test::Text(attribute, _) = &mut test {
                        *attribute = from.clone();
                    }
                }
                Change::HeaderMore(name, value) if is_header(&test, name) => {
                    let alone = Known::Header(name.clone(), vec![value.clone()]).attributes();
                    let holds = meets_test(program, &test, &alone);
                    match &test {
                        Test::Text(_, TextTest::Differs(texts)) => {
                            return Err(format!(
                                "`header({name:?}) != {texts:?}` after a value was added to it"
                            ));
                        }
                        _ if holds => return Ok(always_or_never(true)),
                        _ => {}
                    }
                }
                Change::NoQuery(name) if matches!(&test, Test::Text(TextAttribute::Query(own), _) if own == name) =>
                {
                    return Ok(always_or_never(meets_test(program, &test, &Self::of_connection(0))));
                }
                Change::Derived(attribute, what) if attribute.is_of(&test) => return Err(what.clone()),
                _ => {}
            }
        }
        Ok(Predicate::Test(test))
    }
}

/// Its value, if it has one whatever the request.
fn constant(predicate: &Predicate) -> Result<bool, Predicate> {
    match predicate {
        Predicate::All(parts) if parts.is_empty() => Ok(true),
        Predicate::Any(parts) if parts.is_empty() => Ok(false),
        other => Err(other.clone()),
    }
}

fn always_or_never(value: bool) -> Predicate {
    if value { Predicate::All(Vec::new()) } else { Predicate::Any(Vec::new()) }
}

fn is_header(test: &Test, name: &str) -> bool {
    matches!(test, Test::Text(TextAttribute::Header(own), _) if own == name)
}

/// Whether a request asks for another protocol on its connection (RFC 9110, section 7.8), as a predicate.
pub(crate) fn asks_for_upgrade() -> Predicate {
    let header =
        |name: &str, asked| Predicate::Test(Test::Text(TextAttribute::Header(name.to_owned()), asked));
    let token = compiled(r"(?:(?s:.)*,)?\s*(?i:upgrade)\s*(?:,(?s:.)*)?").map(TextTest::Matches);
    let token = token.map_or(Predicate::Any(Vec::new()), |asked| header("connection", asked));
    header("upgrade", TextTest::Present).and(token)
}
