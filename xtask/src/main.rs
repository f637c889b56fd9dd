//! The chores of the repository: `cargo xtask`.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "chores read files and say what they found"
)]

mod bless;
mod codes;
mod create;
mod dist;
mod repository;
mod tidy;

use repository::Repository;
use std::process::ExitCode;

const USAGE: &str = "\
The chores of the repository.

  cargo xtask tidy                   hold the repository to its rules
  cargo xtask bless [TEST]           run the tests, taking every snapshot as it is now
  cargo xtask new-error STAGE NAME   a code with its page; STAGE: syntax names types findings targets clusters
  cargo xtask new-case SUITE NAME    a case of tests/suite/SUITE
  cargo xtask dist                   the archive that users install (`make dist`)
";

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let repository = Repository::here()?;
    match arguments.as_slice() {
        ["tidy"] => return tidy::tidy(&repository),
        ["bless", rest @ ..] => bless::bless(&repository, rest)?,
        ["new-error", stage, name] => create::error(&repository, stage, name)?,
        ["new-case", suite, name] => create::case(&repository, suite, name)?,
        ["dist"] => dist::dist(&repository)?,
        _ => {
            print!("{USAGE}");
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}
