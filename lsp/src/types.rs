//! The types of expressions, by their form.

use crate::names;
use crate::snapshot::Snapshot;
use gloo_ir::Ty;
use gloo_ir::resolve::{Kind, Kinds};
use gloo_source::FileId;
use gloo_syntax::ast::{Expr, ExprKind, Literal};

/// How many `let`s are followed, one standing for the other.
const DEEPEST: u32 = 32;

/// What an expression is, in a word; nothing where only its place can say.
#[must_use]
pub fn type_word(snapshot: &Snapshot, file: FileId, expr: &Expr) -> Option<&'static str> {
    followed(snapshot, file, expr, DEEPEST)
}

fn followed(snapshot: &Snapshot, file: FileId, expr: &Expr, left: u32) -> Option<&'static str> {
    let expr = expr.ungrouped();
    match &expr.kind {
        ExprKind::Literal(literal) => Some(of_literal(literal)),
        ExprKind::Not(_) | ExprKind::Comparison(_) | ExprKind::And(_) | ExprKind::Or(_) => {
            Some(Ty::Predicate.word())
        }
        ExprKind::List(_) => Some("list"),
        ExprKind::Block(_) => Some(Ty::Options.word()),
        ExprKind::Call(call) => match &*call.callee.single()?.text {
            "split" | "redirect" | "respond" | "delegate" => Some(Ty::Action.word()),
            "has" | "sampled" => Some(Ty::Predicate.word()),
            "prefix" | "regex" | "ignore_case" => Some(Ty::Path.word()),
            name => of_name(snapshot, file, &[name], left),
        },
        ExprKind::Reference(reference) => {
            let words: Vec<&str> = reference.segments.iter().map(|name| &*name.text).collect();
            of_name(snapshot, file, &words, left)
        }
        ExprKind::Pair(..) | ExprKind::Group(_) | ExprKind::Error => None,
    }
}

fn of_name(snapshot: &Snapshot, file: FileId, words: &[&str], left: u32) -> Option<&'static str> {
    let names = snapshot.database.names();
    let hit = names.find(file, words, Kinds::of(&[Kind::Let, Kind::Service, Kind::External])).ok()?;
    match names.kind(hit.id)? {
        Kind::Let => {
            let template = names::template(snapshot, hit.id)?;
            followed(snapshot, hit.id.file, &template.body, left.checked_sub(1)?)
        }
        _ => Some(Ty::Action.word()),
    }
}

fn of_literal(literal: &Literal) -> &'static str {
    match literal {
        Literal::String(_) => Ty::String.word(),
        Literal::Int(_) => Ty::Int.word(),
        Literal::Bool(_) => "bool",
        Literal::Duration(_) => Ty::Duration.word(),
        Literal::Percent(_) => Ty::Percent.word(),
        Literal::Size(_) => Ty::Size.word(),
        Literal::Rate { .. } => Ty::Rate.word(),
        Literal::StatusClass(_) => "status class",
        Literal::Address(_) => "address",
        Literal::Path(_) => Ty::Path.word(),
        Literal::Method(_) => "method",
    }
}
