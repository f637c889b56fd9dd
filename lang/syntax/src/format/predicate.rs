//! Comparisons, `&&`, `||`, `where`.

use super::writer::Writer;
use crate::ast::{Comparison, Expr};

impl Writer<'_> {
    pub fn comparison(&mut self, it: &Comparison) {
        self.expr(&it.left);
        self.space();
        self.words(1);
        self.space();
        self.expr(&it.right);
    }

    /// Operands with `&&` or `||` between them, which begin a line each where not all fit on one.
    pub fn operands(&mut self, operands: &[Expr]) {
        self.group(|writer| {
            writer.continued(|writer| {
                for (at, operand) in operands.iter().enumerate() {
                    if at > 0 {
                        writer.soft(1);
                        writer.words(1);
                        writer.space();
                    }
                    writer.expr(operand);
                }
            });
        });
    }

    /// `where` and its predicate, after a break.
    pub fn condition(&mut self, condition: Option<&Expr>) {
        if let Some(condition) = condition {
            self.soft(1);
            self.words(1);
            self.space();
            self.expr(condition);
        }
    }

    /// `where` and its predicate as a group of their own, after something that may have several lines.
    pub fn condition_alone(&mut self, condition: Option<&Expr>) {
        if condition.is_some() {
            self.group(|writer| writer.continued(|writer| writer.condition(condition)));
        }
    }
}
