//! Values with units: one function for each type that a place may want.

use super::{Lowering, Scope};
use crate::{At, Percent, Rate, Ty, Version};
use gloo_source::{Code, Reported};
use gloo_syntax::ast::{Expr, ExprKind, Literal, Per};
use std::ops::RangeInclusive;
use std::time::Duration;

impl Lowering<'_> {
    /// A literal of one type.
    fn literal<T>(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        wanted: Ty,
        read: impl FnOnce(&Literal) -> Option<T>,
    ) -> Result<T, Reported> {
        self.follow(scope, expr, |cx, scope, expr| match &expr.kind {
            ExprKind::Literal(literal) => read(literal).ok_or_else(|| cx.mismatch(scope, expr, wanted)),
            _ => Err(cx.mismatch(scope, expr, wanted)),
        })
    }

    /// A string.
    pub(crate) fn text(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<String, Reported> {
        self.literal(scope, expr, Ty::String, |literal| match literal {
            Literal::String(text) => Some(text.value.to_string()),
            _ => None,
        })
    }

    /// A string that isn't empty.
    pub(crate) fn filled_text(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<String, Reported> {
        let text = self.text(scope, expr)?;
        if text.is_empty() {
            let help = "write its text, or leave the setting out";
            return Err(self.error(scope, Code::OUT_OF_RANGE, expr.id, "the string is empty", help));
        }
        Ok(text)
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<bool, Reported> {
        self.literal(scope, expr, Ty::Bool, |literal| match literal {
            Literal::Bool(value) => Some(*value),
            _ => None,
        })
    }

    /// An integer within a range; `what` names it in messages: "a port".
    pub(crate) fn integer(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        what: &str,
        range: RangeInclusive<u64>,
    ) -> Result<u64, Reported> {
        let number = self.literal(scope, expr, Ty::Int, |literal| match literal {
            Literal::Int(number) => Some(*number),
            _ => None,
        })?;
        self.in_range(scope, expr, what, number, range)
    }

    fn in_range(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        what: &str,
        number: u64,
        range: RangeInclusive<u64>,
    ) -> Result<u64, Reported> {
        if range.contains(&number) {
            return Ok(number);
        }
        let message = format!("`{number}` is not {what}");
        let help = match (*range.start(), *range.end()) {
            (start, u64::MAX) => format!("write {start} or more"),
            (start, end) => format!("write a number from {start} to {end}"),
        };
        Err(self.error(scope, Code::OUT_OF_RANGE, expr.id, message, help))
    }

    /// A port, 1 to 65535.
    pub(crate) fn port_number(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<u16, Reported> {
        Ok(self.integer(scope, expr, "a port", 1..=65_535)? as u16)
    }

    /// An integer from `least` on that fits in 32 bits.
    pub(crate) fn count(&mut self, scope: &Scope<'_>, expr: &Expr, least: u32) -> Result<u32, Reported> {
        Ok(self.integer(scope, expr, "a number that fits here", u64::from(least)..=u64::from(u32::MAX))?
            as u32)
    }

    /// A status within a range.
    pub(crate) fn status(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        range: RangeInclusive<u64>,
    ) -> Result<u16, Reported> {
        let number = self.literal(scope, expr, Ty::Status, |literal| match literal {
            Literal::Int(number) => Some(*number),
            _ => None,
        })?;
        Ok(self.in_range(scope, expr, "a status that can stand here", number, range)? as u16)
    }

    /// A duration above zero and up to a year.
    pub(crate) fn duration(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Duration, Reported> {
        const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);
        let duration = self.literal(scope, expr, Ty::Duration, |literal| match literal {
            Literal::Duration(duration) => Some(*duration),
            _ => None,
        })?;
        if duration.is_zero() {
            let message = "a duration of zero can't be meant";
            let help = "leave the setting out where there is to be none";
            return Err(self.error(scope, Code::OUT_OF_RANGE, expr.id, message, help));
        }
        if duration > LONGEST {
            let message = "a duration of more than a year can't be meant";
            return Err(self.error(scope, Code::OUT_OF_RANGE, expr.id, message, "write a shorter one"));
        }
        Ok(duration)
    }

    /// A share, at most all.
    pub(crate) fn percent(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Percent, Reported> {
        let millionths = self.literal(scope, expr, Ty::Percent, |literal| match literal {
            Literal::Percent(millionths) => Some(*millionths),
            _ => None,
        })?;
        match u32::try_from(millionths) {
            Ok(millionths) if millionths <= Percent::ALL.millionths => Ok(Percent { millionths }),
            _ => {
                let message = format!("`{}%` is more than all", millionths / 10_000);
                Err(self.error(scope, Code::OUT_OF_RANGE, expr.id, message, "write at most `100%`"))
            }
        }
    }

    /// So many bytes.
    pub(crate) fn size(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<u64, Reported> {
        let bytes = self.literal(scope, expr, Ty::Size, |literal| match literal {
            Literal::Size(bytes) => Some(*bytes),
            _ => None,
        })?;
        self.in_range(scope, expr, "a size that can stand here", bytes, 1..=u64::from(u32::MAX))
    }

    /// So many in a time.
    pub(crate) fn rate(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Rate, Reported> {
        let (count, per) = self.literal(scope, expr, Ty::Rate, |literal| match literal {
            Literal::Rate { count, per } => Some((*count, *per)),
            _ => None,
        })?;
        let requests = self.in_range(scope, expr, "a rate", count, 1..=u64::from(u32::MAX))? as u32;
        let seconds = match per {
            Per::Second => 1,
            Per::Minute => 60,
            Per::Hour => 3_600,
            Per::Day => 86_400,
        };
        Ok(Rate { requests, seconds })
    }

    /// A version in quotes: `"1.30"`.
    pub(crate) fn version(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Version, Reported> {
        self.follow(scope, expr, |cx, scope, expr| {
            let text = match &expr.kind {
                ExprKind::Literal(Literal::String(text)) => &text.value,
                _ => return Err(cx.mismatch_with(scope, expr, "a version in quotes", "\"1.30\"")),
            };
            let parts: Option<Vec<u32>> =
                text.strip_prefix('v').unwrap_or(text).split('.').map(|part| part.parse().ok()).collect();
            match parts {
                Some(parts) if (1..=4).contains(&parts.len()) => Ok(Version(parts)),
                _ => {
                    let message = format!("`{text}` is not a version");
                    Err(cx.error(scope, Code::TYPE_MISMATCH, expr.id, message, "write it as `\"1.30\"`"))
                }
            }
        })
    }

    /// A value with the place that it was written at.
    pub(crate) fn at<'c, T>(
        read: impl FnOnce(&mut Lowering<'c>, &Scope<'_>, &Expr) -> Result<T, Reported>,
    ) -> impl FnOnce(&mut Lowering<'c>, &Scope<'_>, &Expr) -> Result<At<T>, Reported> {
        move |cx, scope, expr| Ok(At { value: read(cx, scope, expr)?, at: scope.place(expr.id) })
    }
}
