//! Who may pass (`SecurityPolicy`): by a token, then by what `authorization` says (`translateSecurityPolicyForRoute`).

use super::attached::Attached;
use super::object::Objects;
use super::{authorization, nowhere, token};
use gloo_ir::{
    Access, AccessRule, Clause, ClauseKind, Effect, Policy, PolicyId, Predicate, Program, ProviderId, Scope,
    Scoped, SourcePattern, TableId,
};
use gloo_target::{Fields, Unread};

/// What a policy asks of requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Security {
    /// Who must vouch for the caller: a token that is absent or not valid is answered 401.
    pub provider: Option<ProviderId>,
    /// Which requests then pass; all, if absent. Others are answered 403.
    pub passing: Option<Predicate>,
}

/// All policies.
pub(super) type Policies<'a> = Attached<'a, Security>;

/// All policies.
pub(super) fn read<'a>(program: &Program, objects: &Objects<'a>) -> Result<Policies<'a>, Vec<Unread>> {
    Attached::read(objects, "SecurityPolicy", |spec| security(program, spec))
}

fn security(program: &Program, mut spec: Fields<'_>) -> Result<Security, Unread> {
    let token = spec.object("jwt")?.map(|jwt| token::read(program, jwt)).transpose()?;
    let asked = token.as_ref().map(|(name, provider)| (*name, provider));
    let passing = spec.object("authorization")?.map(|rules| authorization::read(rules, asked)).transpose()?;
    spec.done()?;
    Ok(Security { provider: token.map(|(_, provider)| provider), passing })
}

/// Rules of tables with what is asked of their requests.
#[derive(Debug, Default)]
pub(super) struct Guarded(Vec<(Security, Vec<Scoped>)>);

impl Guarded {
    /// One more rule.
    pub fn push(&mut self, security: Security, table: &TableId, rule: &str) {
        let scope = Scope::Rule(table.clone(), rule.to_owned());
        let scoped = Scoped { scope, cluster: None, place: nowhere() };
        match self.0.iter_mut().find(|(known, _)| *known == security) {
            Some((_, targets)) => targets.push(scoped),
            None => self.0.push((security, vec![scoped])),
        }
    }

    /// Those of several listeners.
    pub fn extend(&mut self, other: Self) {
        for (security, targets) in other.0 {
            match self.0.iter_mut().find(|(known, _)| *known == security) {
                Some((_, known)) => known.extend(targets),
                None => self.0.push((security, targets)),
            }
        }
    }

    /// The same as policies and access blocks.
    pub fn into_declarations(self) -> (Vec<Policy>, Vec<Access>) {
        let (mut policies, mut access) = (Vec::new(), Vec::new());
        for (number, (security, targets)) in self.0.into_iter().enumerate() {
            if let Some(passing) = security.passing {
                access.push(Access {
                    place: nowhere(),
                    doc: None,
                    targets: targets.clone(),
                    rules: allowing(passing),
                });
            }
            if let Some(provider) = security.provider {
                policies.push(requiring(number, provider, targets));
            }
        }
        (policies, access)
    }
}

fn allowing(condition: Predicate) -> Vec<AccessRule> {
    vec![AccessRule {
        place: nowhere(),
        doc: None,
        effect: Effect::Allow,
        sources: vec![SourcePattern::Any],
        condition,
    }]
}

fn requiring(number: usize, provider: ProviderId, targets: Vec<Scoped>) -> Policy {
    let kind = ClauseKind::Require(vec![provider]);
    Policy {
        id: PolicyId::new(format!("security {number}")),
        place: nowhere(),
        doc: None,
        targets,
        shadow: false,
        replaces: Vec::new(),
        clauses: vec![Clause { place: nowhere(), doc: None, kind, condition: Predicate::always() }],
    }
}
