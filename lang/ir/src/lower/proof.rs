//! `prove` and `test`

mod claim;
mod outcome;
mod request;
mod request_text;

pub use request_text::{RequestText, request_from_text};

use super::{Lowering, Scope};
use crate::{Case, Claim, Proof, TestBlock};
use gloo_source::{Code, Reported};
use gloo_syntax::ast;

impl Lowering<'_> {
    pub(super) fn lower_proof(
        &mut self,
        scope: &Scope<'_>,
        item: &ast::Item,
        it: &ast::Prove,
    ) -> Result<Proof, Reported> {
        let claims: Vec<Result<Claim, Reported>> = it
            .entries
            .iter()
            .filter_map(|entry| match entry {
                ast::ClaimEntry::Claim(claim) => Some(self.proof_claim(scope, claim)),
                ast::ClaimEntry::Error(_) => None,
            })
            .collect();
        let claims = claims.into_iter().collect::<Result<Vec<_>, _>>()?;
        if it.entries.is_empty() {
            let help = "write a claim, as `every request to payments => denied`";
            return Err(self.error(scope, Code::MISSING, it.title.id, "the proof claims nothing", help));
        }
        let title = it.title.value.value.to_string();
        Ok(Proof { title, place: scope.place(it.title.id), doc: Self::doc(&item.doc), claims })
    }

    pub(super) fn lower_test(
        &mut self,
        scope: &Scope<'_>,
        item: &ast::Item,
        it: &ast::Test,
    ) -> Result<TestBlock, Reported> {
        let cases: Vec<Result<Case, Reported>> = it
            .entries
            .iter()
            .filter_map(|entry| match entry {
                ast::CaseEntry::Case(case) => Some(self.case(scope, case)),
                ast::CaseEntry::Error(_) => None,
            })
            .collect();
        // A wrong case has been reported; the others are tried all the same.
        let cases = cases.into_iter().filter_map(Result::ok).collect();
        if it.entries.is_empty() {
            let help = "write a request, as `GET \"https://shop.acme.com/cart\" => cart`";
            return Err(self.error(scope, Code::MISSING, it.title.id, "the test tries nothing", help));
        }
        let title = it.title.value.value.to_string();
        Ok(TestBlock { title, place: scope.place(it.title.id), doc: Self::doc(&item.doc), cases })
    }
}
