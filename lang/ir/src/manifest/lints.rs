//! The findings whose levels can be set, by what they are called.

use super::Lint;
use crate::resolve::suggest;
use gloo_source::{CODES, Code, Level};

/// Why a finding can't be given a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LintProblem {
    /// There is none of that name; perhaps this one is meant.
    Unknown(Option<&'static str>),
    /// It is always an error.
    AlwaysError(Code),
}

/// The name, as `[lints]` has it, of the finding that is called so on the command line: by its name, or by its code,
/// `GL4004`.
///
/// # Errors
/// There is no such finding, or it can't have that level.
pub fn lint_name(text: &str, level: Lint) -> Result<&'static str, LintProblem> {
    let is_code = text.starts_with("GL") || text.starts_with("gl");
    let code = if is_code { Code::find(text) } else { CODES.iter().copied().find(|code| code.name == text) };
    match code {
        Some(code) if code.level == Level::Error && level != Lint::Deny => {
            Err(LintProblem::AlwaysError(code))
        }
        Some(code) => Ok(code.name),
        None => Err(LintProblem::Unknown(suggest::closest(text, known()))),
    }
}

/// The names of all findings whose levels can be lowered.
pub(super) fn known() -> Vec<&'static str> {
    CODES.iter().filter(|code| code.level != Level::Error).map(|code| code.name).collect()
}

#[cfg(test)]
mod tests {
    use super::{LintProblem, lint_name};
    use crate::{Lint, Manifest};
    use gloo_source::{Code, Diagnostic, FileId, Level, Severity, Span};

    #[test]
    fn findings_have_names_and_codes() {
        assert_eq!(lint_name("shadowed-rule", Lint::Allow), Ok("shadowed-rule"));
        assert_eq!(lint_name("GL4004", Lint::Allow), Ok("shadowed-rule"));
        assert_eq!(lint_name("shadwed-rule", Lint::Warn), Err(LintProblem::Unknown(Some("shadowed-rule"))));
        assert_eq!(lint_name("4004", Lint::Warn), Err(LintProblem::Unknown(None)));
        let always = Err(LintProblem::AlwaysError(Code::CONFLICTING_ROUTES));
        assert_eq!(lint_name("conflicting-routes", Lint::Warn), always);
        assert_eq!(lint_name("GL4001", Lint::Allow), always);
        assert_eq!(lint_name("GL4001", Lint::Deny), Ok("conflicting-routes"));
    }

    #[test]
    fn what_is_off_is_shown_where_a_lint_asks_for_it() {
        let code = Code { number: 4999, name: "quiet", level: Level::Allow };
        let found = || Diagnostic::new(code, Span::at(FileId(0), 0), "it is quiet");
        assert_eq!(found().severity, Severity::Warning);
        let mut manifest = Manifest::default();
        assert!(!manifest.apply(&mut found()));
        for (lint, shown) in
            [(Lint::Warn, Some(Severity::Warning)), (Lint::Deny, Some(Severity::Error)), (Lint::Allow, None)]
        {
            manifest.lints.insert("quiet".to_owned(), lint);
            let mut found = found();
            assert_eq!(manifest.apply(&mut found).then_some(found.severity), shown);
        }
    }
}
