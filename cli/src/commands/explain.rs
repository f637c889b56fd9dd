//! `gloo explain`.

use crate::report::{Outcome, Terminal};
use anyhow::{Result, bail};
use gloo_source::{CODES, Code, Level};

/// The pages of `docs/errors` by their code.
const PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// Prints the page of a code, or all codes.
///
/// # Errors
/// There is no such code.
pub fn run(code: Option<&str>, terminal: &mut Terminal) -> Result<Outcome> {
    let Some(wanted) = code else {
        for code in CODES {
            terminal.line(&format!("{code}  {:<7}  {}", level(*code), code.name));
        }
        return Ok(Outcome::Good);
    };
    let Some(code) = Code::find(wanted) else {
        bail!("there is no code `{wanted}`; `gloo explain` lists them all");
    };
    terminal.print(page(code));
    Ok(Outcome::Good)
}

/// The page of a code.
pub fn page(code: Code) -> &'static str {
    let name = code.to_string();
    PAGES.iter().find(|(code, _)| *code == name).map_or("", |(_, page)| page)
}

fn level(code: Code) -> &'static str {
    match code.level {
        Level::Error => "error",
        Level::Deny => "deny",
        Level::Warn => "warning",
        Level::Allow => "allow",
    }
}
