//! Asks Z3's theory of strings what the checker asks its diagrams: whether each rule of a table is covered by the rules before
//! it. Prints the rules, the seconds it took and how many answers Z3 didn't find, for comparison with `gloo check`.
//!
//! This is the encoding that comes to mind first: the path a string, each pattern a regular expression over it. It is no part of
//! gloo; it shows why the checker numbers the classes of each attribute before it asks a solver.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads files and the clock, and prints"
)]

use gloo_db::Database;
use gloo_ir::normal_form::predicate_of;
use gloo_ir::{Predicate, Test, TextAttribute, TextTest};
use std::path::PathBuf;
use std::time::Instant;
use z3::ast::{Bool, Int, Regexp, String as Text};
use z3::{Params, SatResult};

/// So long may one question take, in milliseconds.
const PATIENCE: u32 = 5_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("name the folder of a workspace")?);
    let mut database = Database::new();
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        database.set_file(&name, std::fs::read_to_string(&path)?);
    }
    let program = database.program();
    let (mut rules, mut unknown) = (0, 0);
    let start = Instant::now();
    for table in program.tables.values() {
        let mut before: Vec<Bool> = Vec::new();
        for rule in &table.rules {
            let own = said(&predicate_of(&rule.matches))?;
            let solver = z3::Solver::new();
            let mut limits = Params::new();
            limits.set_u32("timeout", PATIENCE);
            solver.set_params(&limits);
            solver.assert(&own);
            before.iter().for_each(|earlier| solver.assert(earlier.not()));
            if solver.check() == SatResult::Unknown {
                unknown += 1;
            }
            rules += 1;
            before.push(own);
        }
    }
    println!("{rules} {:.6} {unknown}", start.elapsed().as_secs_f64());
    Ok(())
}

/// A predicate of the made-up workspaces over strings.
fn said(predicate: &Predicate) -> Result<Bool, String> {
    let all = |parts: &[Predicate]| parts.iter().map(said).collect::<Result<Vec<_>, _>>();
    Ok(match predicate {
        Predicate::All(parts) => Bool::and(&all(parts)?),
        Predicate::Any(parts) => Bool::or(&all(parts)?),
        Predicate::Not(part) => said(part)?.not(),
        Predicate::Test(Test::Method(methods)) => {
            let method = Text::new_const("method");
            let each: Vec<Bool> = methods.iter().map(|one| method.eq(Text::from(one.as_str()))).collect();
            Bool::or(&each)
        }
        Predicate::Test(Test::Path(patterns)) => {
            let path = Text::new_const("path");
            let each: Vec<Bool> =
                patterns.iter().map(|one| path.regex_matches(&expression(&one.to_string()))).collect();
            Bool::or(&each)
        }
        Predicate::Test(Test::Text(TextAttribute::Header(name) | TextAttribute::Query(name), test)) => {
            let TextTest::Equals(values) = test else {
                return Err("only comparisons with texts are said over strings".to_owned());
            };
            let given = Int::new_const(format!("count of {name}")).gt(Int::from_u64(0));
            let value = Text::new_const(name.as_str());
            let each: Vec<Bool> = values.iter().map(|one| value.eq(Text::from(one.as_str()))).collect();
            Bool::and(&[given, Bool::or(&each)])
        }
        Predicate::Test(test) => return Err(format!("`{test}` is not said over strings")),
    })
}

/// A bare pattern of paths, `/a/{id}/**`, as an expression of Z3.
fn expression(pattern: &str) -> Regexp {
    let segment = || {
        let slash = Regexp::literal("/");
        Regexp::intersect(&[&Regexp::allchar(), &slash.complement()]).plus()
    };
    let mut parts = Vec::new();
    for part in pattern.split('/').skip(1) {
        match part {
            "**" => parts.push(Regexp::concat(&[&Regexp::literal("/"), &Regexp::full()]).option()),
            part if part.starts_with('{') || part == "*" => {
                parts.push(Regexp::literal("/"));
                parts.push(segment());
            }
            part => parts.push(Regexp::literal(&format!("/{part}"))),
        }
    }
    Regexp::concat(&parts.iter().collect::<Vec<_>>())
}
