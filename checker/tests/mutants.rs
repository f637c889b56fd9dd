//! Programs with one rule dropped, moved, widened or narrowed, against the evaluator: `diff` sees every change that alters an
//! answer, and none that doesn't.
//!
//! The truth is what the evaluator says of single requests: one of each region of the program, one of each region of the
//! mutant, each region gone through on its own. Regions of one program alone are other requests than those of the
//! two together that `diff` goes through.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "the programs are files of the repository"
)]
#![expect(clippy::indexing_slicing, reason = "rules are numbered by the list that is changed")]

use gloo_checker::{Comparison, EntryRegions, Memory, check, check_again, diff, regions};
use gloo_ir::evaluate::{Request, decide};
use gloo_ir::{
    Access, Action, ClusterId, Effect, Match, Policy, Predicate, Program, Test, TextAttribute, TextTest,
    compile,
};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A header that no program of the tests asks for.
const UNKNOWN: &str = "x-mutant";

#[test]
fn examples() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let (seen, altered) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings");
    let case = |name: &str| {
        let text = |name: &str| std::fs::read_to_string(cases.join(name)).unwrap();
        let (prelude, own) = (text("prelude.gloo"), text(&format!("{name}.gloo")));
        compile(&[("prelude.gloo", &prelude), ("case.gloo", &own)], None).program
    };
    // Of large ones each so-many-th mutant.
    let programs = [("hello", 1), ("bookinfo", 1), ("storefront", 1), ("secured-storefront", 20)];
    let programs = programs.map(|(name, each)| (name, each, read(&folder.join(name))));
    let cases = [("shadowed", 1), ("delegated", 1), ("mesh", 1), ("nearly_shadowed", 2), ("idle_access", 2)];
    let cases = cases.map(|(name, each)| (name, each, case(name)));
    for (name, each, program) in programs.into_iter().chain(cases) {
        let own = regions(&program, |cluster, _| is_first(&program, cluster));
        let mutants: Vec<(String, Program)> = mutants(&program).into_iter().step_by(each).collect();
        mutants.into_par_iter().for_each(|(what, mutant)| {
            let is_altered = hold(&format!("{name}: {what}"), &program, &own, &mutant);
            seen.fetch_add(1, Ordering::Relaxed);
            altered.fetch_add(usize::from(is_altered), Ordering::Relaxed);
        });
    }
    let seen = seen.into_inner();
    println!("{seen} mutants, {} of them alter an answer", altered.into_inner());
    assert!(seen > 1_000, "only {seen} mutants");
}

/// What is remembered of one program serves no other: each mutant in turn is found what it is found to be by itself.
#[test]
fn what_is_remembered_is_true() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut memory = Memory::default();
    for (name, each) in [("hello", 1), ("bookinfo", 2), ("storefront", 4), ("secured-storefront", 60)] {
        let program = read(&folder.join(name));
        for (what, mutant) in mutants(&program).into_iter().step_by(each) {
            assert_eq!(check_again(&mutant, &mut memory), check(&mutant), "{name}: {what}");
        }
    }
}

fn read(folder: &Path) -> Program {
    let mut files: Vec<(String, String)> = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                files.push((path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned(), text));
            }
        }
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    let files: Vec<(&str, &str)> = files.into_iter().filter(|(path, _)| *path != "gloo.toml").collect();
    let compiled = compile(&files, None);
    let errors: Vec<&str> = compiled.errors().map(|error| error.message.as_str()).collect();
    assert_eq!(errors, Vec::<&str>::new(), "{} has no errors", folder.display());
    compiled.program
}

/// What is asked of one cluster is enough: the same happens on all.
fn is_first(program: &Program, cluster: &ClusterId) -> bool {
    program.clusters.keys().next() == Some(cluster)
}

/// Holds `diff` against the evaluator; whether the mutant alters an answer.
fn hold(what: &str, program: &Program, own: &[EntryRegions], mutant: &Program) -> bool {
    let said = diff(program, mutant);
    assert!(said.entries.iter().all(|entry| entry.undecided.is_none()), "{what}: all is decided");
    let its = regions(mutant, |cluster, _| is_first(mutant, cluster));
    let altered = own.iter().chain(&its).find_map(|entry| {
        let samples = entry.regions.iter().map(|region| &region.request);
        samples.into_iter().find(|request| is_altered(program, mutant, &entry.cluster, request))
    });
    if let Some(request) = altered {
        assert!(!said.is_equal(), "{what}: `diff` doesn't see that {request:?} fares otherwise");
    }
    witnesses_differ(what, program, mutant, &said);
    !said.is_equal()
}

/// Every difference that is shown is one.
fn witnesses_differ(what: &str, program: &Program, mutant: &Program, said: &Comparison) {
    for entry in &said.entries {
        for difference in &entry.differences {
            let request = &difference.request;
            assert!(
                is_altered(program, mutant, &entry.cluster, request),
                "{what}: {} shows {request:?}, which fares alike",
                entry.entry
            );
        }
    }
}

fn is_altered(program: &Program, mutant: &Program, cluster: &ClusterId, request: &Request) -> bool {
    let (before, after) = (decide(program, cluster, request), decide(mutant, cluster, request));
    let effects = |trace: &gloo_ir::evaluate::Trace| -> Vec<String> {
        trace.effects.iter().map(|effect| format!("{} {}", effect.word(), effect.value())).collect()
    };
    !before.answers_like(&after) || effects(&before) != effects(&after)
}

/// The program with each rule, allow, deny and clause in turn dropped, widened, narrowed, and each rule moved.
fn mutants(program: &Program) -> Vec<(String, Program)> {
    let mut all = Vec::new();
    for (id, table) in &program.tables {
        for (index, rule) in table.rules.iter().enumerate() {
            let mut with = |what: &str, change: &dyn Fn(&mut Vec<gloo_ir::Rule>)| {
                let mut mutant = program.clone();
                let mut changed = table.as_ref().clone();
                change(&mut changed.rules);
                mutant.tables.insert(id.clone(), Arc::new(changed));
                all.push((format!("{id} {} {what}", rule.title()), mutant));
            };
            with("dropped", &|rules| drop(rules.remove(index)));
            if !matches!(rule.matches, Match::Otherwise) {
                for earlier in 0..index {
                    with(&format!("moved before rule {}", earlier + 1), &|rules| {
                        let rule = rules.remove(index);
                        rules.insert(earlier, rule);
                    });
                }
            }
            for (what, matches) in matches(&rule.matches) {
                with(&what, &|rules| rules[index].matches.clone_from(&matches));
            }
            if let Action::Forward(shares) = &rule.action.value
                && shares.len() > 1
            {
                with("without its first part", &|rules| {
                    if let Action::Forward(shares) = &mut rules[index].action.value {
                        let first = shares.remove(0);
                        shares[0].weight = gloo_ir::Percent::ALL;
                        drop(first);
                    }
                });
            }
            with("doubled", &|rules| rules.insert(index, rules[index].clone()));
            with("last", &|rules| {
                let rule = rules.remove(index);
                let end = rules
                    .iter()
                    .position(|rule| matches!(rule.matches, Match::Otherwise))
                    .unwrap_or(rules.len());
                rules.insert(if index < end { end } else { rules.len() }, rule);
            });
            with("with a timeout", &|rules| {
                let at = rules[index].action.at;
                rules[index].options.timeout =
                    Some(gloo_ir::At { value: std::time::Duration::from_millis(77), at });
            });
            with("redirected", &|rules| {
                let redirect =
                    gloo_ir::Redirect { https: None, host: None, port: None, path: None, status: 307 };
                rules[index].action.value =
                    Action::Redirect(gloo_ir::Redirect { host: Some("x.example".to_owned()), ..redirect });
            });
            with("without its options", &|rules| rules[index].options = gloo_ir::Options::default());
            with("answered", &|rules| {
                let respond = gloo_ir::Respond { status: 418, body: None, grpc: None };
                rules[index].action.value = Action::Respond(respond);
            });
        }
    }
    all.extend(access_mutants(program));
    all.extend(policy_mutants(program));
    all
}

/// Other matches than this one: wider and narrower.
fn matches(own: &Match) -> Vec<(String, Match)> {
    let Match::Http { methods, path, condition } = own else { return Vec::new() };
    let http = |methods: &[gloo_domain::Method], path: &gloo_domain::PathPattern, condition: Predicate| {
        Match::Http { methods: methods.to_vec(), path: path.clone(), condition }
    };
    let header = |asked| Predicate::Test(Test::Text(TextAttribute::Header(UNKNOWN.to_owned()), asked));
    let pattern = |text: &str| gloo_domain::PathPattern::parse(text).ok();
    let mut all = vec![
        ("for any method".to_owned(), http(&[], path, condition.clone())),
        ("for HEAD alone".to_owned(), http(&[gloo_domain::Method::Head], path, condition.clone())),
        ("without its condition".to_owned(), http(methods, path, Predicate::always())),
        ("never".to_owned(), http(methods, path, Predicate::Any(Vec::new()))),
        (
            "only with a header".to_owned(),
            http(methods, path, condition.clone().and(header(TextTest::Present))),
        ),
        (
            "with another condition negated".to_owned(),
            http(methods, path, Predicate::Not(Box::new(condition.clone()))),
        ),
        // What always holds changes nothing.
        (
            "with a condition that always holds".to_owned(),
            http(
                methods,
                path,
                condition.clone().and(Predicate::Any(vec![
                    header(TextTest::Present),
                    Predicate::Not(Box::new(header(TextTest::Present))),
                ])),
            ),
        ),
    ];
    let text = path.to_string();
    let others =
        [format!("{text}/**"), text.trim_end_matches("/**").to_owned(), "/**".to_owned(), format!("{text}x")];
    for other in others.iter().filter(|other| **other != text) {
        if let Some(path) = pattern(other) {
            all.push((format!("for {other}"), http(methods, &path, condition.clone())));
        }
    }
    all
}

fn access_mutants(program: &Program) -> Vec<(String, Program)> {
    let mut all = Vec::new();
    for (number, access) in program.access.iter().enumerate() {
        let mut with = |what: String, changed: Option<Access>| {
            let mut mutant = program.clone();
            match changed {
                Some(changed) => mutant.access[number] = Arc::new(changed),
                None => drop(mutant.access.remove(number)),
            }
            all.push((what, mutant));
        };
        with(format!("access {number} dropped"), None);
        for index in 0..access.rules.len() {
            let mut change = |what: &str, change: &dyn Fn(&mut Access)| {
                let mut changed = access.as_ref().clone();
                change(&mut changed);
                with(format!("access {number} rule {} {what}", index + 1), Some(changed));
            };
            change("dropped", &|access| drop(access.rules.remove(index)));
            change("turned round", &|access| {
                let rule = &mut access.rules[index];
                rule.effect = if rule.effect == Effect::Allow { Effect::Deny } else { Effect::Allow };
            });
            change("without its condition", &|access| access.rules[index].condition = Predicate::always());
            change("for anybody", &|access| access.rules[index].sources = vec![gloo_ir::SourcePattern::Any]);
            change("last", &|access| {
                let rule = access.rules.remove(index);
                access.rules.push(rule);
            });
        }
    }
    all
}

fn policy_mutants(program: &Program) -> Vec<(String, Program)> {
    let mut all = Vec::new();
    for (id, policy) in &program.policies {
        let mut with = |what: String, changed: Policy| {
            let mut mutant = program.clone();
            mutant.policies.insert(id.clone(), Arc::new(changed));
            all.push((what, mutant));
        };
        for index in 0..policy.clauses.len() {
            let mut change = |what: &str, change: &dyn Fn(&mut Policy)| {
                let mut changed = policy.as_ref().clone();
                change(&mut changed);
                with(format!("policy {id} clause {} {what}", index + 1), changed);
            };
            change("dropped", &|policy| drop(policy.clauses.remove(index)));
            change("without its condition", &|policy| policy.clauses[index].condition = Predicate::always());
        }
    }
    all
}

/// Names are unique, or a failure would not say which mutant it is of.
#[test]
fn mutants_have_names() {
    let program = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/storefront"));
    let all = mutants(&program);
    let names: BTreeSet<&String> = all.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), all.len());
}
