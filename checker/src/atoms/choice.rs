//! The free choices of a request: credentials, what firewalls and extensions say, how large its body is.

use super::{Atoms, Field, FieldKey, Kind, Value};
use crate::diagram::Chosen;
use crate::formula::Formula;
use gloo_ir::evaluate::{Attributes, Credential, Question, Request, Verdict, meets_test};
use gloo_ir::{Program, Test, TextAttribute};
use std::collections::{BTreeMap, BTreeSet};

/// The fields that tell these questions apart, in the order of their keys.
pub(super) fn fields<'q>(questions: impl IntoIterator<Item = &'q Question>) -> Vec<Field> {
    let mut by_key: BTreeMap<FieldKey, Vec<Value>> = BTreeMap::new();
    let mut sizes: BTreeSet<u64> = BTreeSet::new();
    for question in questions {
        match question {
            Question::Credential(provider, _) => {
                let all = [Credential::Absent, Credential::Invalid, Credential::Valid];
                by_key.insert(FieldKey::Credential(provider.clone()), all.map(Value::Credential).to_vec());
            }
            Question::Waf => drop(by_key.insert(FieldKey::Waf, verdicts())),
            Question::Extensions => drop(by_key.insert(FieldKey::Extensions, verdicts())),
            Question::BodyBeyond(size) => drop(sizes.insert(*size)),
            Question::Holds(_) | Question::Derived(_) => {}
        }
    }
    if !sizes.is_empty() {
        let larger = sizes.iter().map(|size| size.saturating_add(1));
        by_key.insert(FieldKey::Body, std::iter::once(0).chain(larger).map(Value::Body).collect());
    }
    let field = |(key, classes): (FieldKey, Vec<Value>)| Field {
        key,
        kind: Kind::One,
        preferred: (0..).take(classes.len()).collect(),
        classes,
    };
    by_key.into_iter().map(field).collect()
}

fn verdicts() -> Vec<Value> {
    vec![Value::Verdict(Verdict::Passes), Value::Verdict(Verdict::Refuses)]
}

impl Atoms {
    /// What a question asks, as a formula; nothing if the classes don't tell its answers apart.
    pub fn question(&self, question: &Question) -> Option<Formula> {
        match question {
            Question::Holds(predicate) => self.knows(predicate).then(|| self.formula(predicate)),
            Question::Credential(provider, own) => {
                let is_own = |value: &Value| *value == Value::Credential(*own);
                self.choice(&FieldKey::Credential(provider.clone()), is_own)
            }
            Question::Waf => self.choice(&FieldKey::Waf, passes),
            Question::Extensions => self.choice(&FieldKey::Extensions, passes),
            Question::BodyBeyond(size) => {
                let exact = Value::Body(size.saturating_add(1));
                let field = self.fields.iter().find(|field| field.key == FieldKey::Body);
                field.filter(|field| field.classes.contains(&exact)).and_then(|_| {
                    self.choice(&FieldKey::Body, |value| matches!(value, Value::Body(own) if own > size))
                })
            }
            Question::Derived(_) => None,
        }
    }

    fn choice(&self, key: &FieldKey, holds: impl Fn(&Value) -> bool) -> Option<Formula> {
        let number = self.fields.iter().position(|field| field.key == *key)?;
        let classes = (0_u32..).zip(&self.fields.get(number)?.classes).filter(|(_, value)| holds(value));
        let classes: Vec<u32> = classes.map(|(class, _)| class).collect();
        Some(Formula::Member(number, classes.into()))
    }

    /// Gives a request what was chosen of what is free.
    pub fn decide_choices(&self, chosen: &Chosen, request: &mut Request) {
        for (number, classes) in chosen {
            let Some(field) = self.fields.get(*number) else { continue };
            let value = classes.first().and_then(|class| field.classes.get(*class as usize));
            match (&field.key, value) {
                (FieldKey::Credential(provider), Some(Value::Credential(own))) => {
                    request.credentials.insert(provider.clone(), *own);
                }
                (FieldKey::Text(TextAttribute::ServerName), Some(Value::Absent)) => request.sni = None,
                (FieldKey::Text(TextAttribute::ServerName), Some(Value::Text(name))) if request.tls => {
                    let host = request.message.as_ref().map(|message| message.host.clone());
                    request.sni =
                        host.filter(|host| self.are_alike(host, name)).or_else(|| Some(name.clone()));
                }
                (FieldKey::Waf, Some(Value::Verdict(verdict))) => request.waf = *verdict,
                (FieldKey::Extensions, Some(Value::Verdict(verdict))) => request.extensions = *verdict,
                (FieldKey::Body, Some(Value::Body(size))) => {
                    if let Some(message) = &mut request.message {
                        message.body = *size;
                    }
                }
                _ => {}
            }
        }
    }
}

impl Atoms {
    /// Whether no test tells two server names apart.
    fn are_alike(&self, one: &str, other: &str) -> bool {
        let mut connection = Attributes::of_connection(0);
        let mut answers = |name: &str| -> Vec<bool> {
            connection.sni = Some(name.to_owned());
            let of_names =
                self.tests.keys().filter(|test| matches!(test, Test::Text(TextAttribute::ServerName, _)));
            of_names.map(|test| meets_test(&Program::default(), test, &connection)).collect()
        };
        answers(one) == answers(other)
    }
}

fn passes(value: &Value) -> bool {
    *value == Value::Verdict(Verdict::Passes)
}
