//! What re-runs after an edit, by the names of the queries.

use gloo_db::Database;
use std::collections::BTreeMap;

const INFRASTRUCTURE: &str = r#"cluster local { backend: envoy(version: "1.40") }
namespace shop { service cart { port http: 8080 }  service catalog { port http: 8080 } }
gateway edge { listener web: http(80) }
"#;

const ROUTES: &str = r#"let beta = header("x-beta") == "1"
routes shop on edge for "shop.example" {
  any /cart/** where beta => cart
  otherwise               => catalog
}
"#;

const MORE: &str = r#"routes more on edge for "more.example" { any /** where beta => cart  otherwise => catalog }
"#;

/// A workspace that has been asked once.
fn workspace() -> Database {
    let mut db = Database::observed();
    db.set_file("a.gloo", INFRASTRUCTURE);
    db.set_file("b.gloo", ROUTES);
    db.set_file("c.gloo", MORE);
    assert_eq!(*db.diagnostics(), []);
    let _ = db.ran();
    db
}

/// The queries that run to answer again, each with how often.
fn ran(db: &Database) -> String {
    let _ = (db.program(), db.diagnostics());
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for name in db.ran() {
        *counts.entry(name).or_default() += 1;
    }
    let counts: Vec<String> = counts.into_iter().map(|(name, count)| format!("{name} {count}")).collect();
    counts.join(", ")
}

#[test]
fn asking_again_runs_nothing() {
    assert_eq!(ran(&workspace()), "");
}

#[test]
fn white_space_and_comments_run_the_parser_and_what_shows_positions() {
    let mut db = workspace();
    db.set_file("b.gloo", format!("// a comment\n\n{ROUTES}"));
    assert_eq!(ran(&db), "diagnostics 1, parse 1, source_map 1, spans 1, tree 1");
}

#[test]
fn a_body_runs_its_own_file() {
    let mut db = workspace();
    db.set_file("b.gloo", ROUTES.replace("/cart/**", "/carts/**"));
    assert_eq!(
        ran(&db),
        "declarations 1, diagnostics 1, lower 1, parse 1, program 1, source_map 1, spans 1, templates 1, tree 1"
    );
}

#[test]
fn the_body_of_a_let_runs_the_files_that_use_it() {
    let mut db = workspace();
    db.set_file("b.gloo", ROUTES.replace("x-beta", "x-gamma"));
    assert_eq!(
        ran(&db),
        "declarations 1, diagnostics 1, lower 2, parse 1, program 1, source_map 1, spans 1, template 1, templates 1, tree 1"
    );
}

#[test]
fn a_new_name_runs_every_file() {
    let mut db = workspace();
    db.set_file("c.gloo", MORE.replace("routes more", "routes others"));
    let ran = ran(&db);
    assert!(ran.contains("names 1") && ran.contains("lower 3"), "{ran}");
}

#[test]
fn a_new_file_runs_the_names_and_every_lowering() {
    let mut db = workspace();
    db.set_file("aa.gloo", "routes others on edge for \"others.example\" { any /** => cart }");
    let ran = ran(&db);
    assert!(ran.contains("parse 1,") && ran.contains("names 1") && ran.contains("lower 4"), "{ran}");
}

#[test]
fn a_removed_file_is_gone() {
    let mut db = workspace();
    db.remove_file("b.gloo");
    let messages: Vec<String> =
        db.diagnostics().iter().map(|diagnostic| diagnostic.message.clone()).collect();
    assert_eq!(messages, ["there is no `let` called `beta`"]);
}

#[test]
fn messages_stand_in_the_order_of_paths_however_the_files_came() {
    let mut db = workspace();
    db.set_file("z.gloo", "routes z on edge for \"z.example\" { any /** => nothing }");
    db.set_file("bb.gloo", "routes bb on edge for \"bb.example\" { any /** => nothing }");
    let sources = db.sources();
    let paths: Vec<String> = db
        .diagnostics()
        .iter()
        .filter_map(|diagnostic| diagnostic.span())
        .map(|span| sources.link(span))
        .collect();
    assert_eq!(paths, ["bb.gloo:1:49", "z.gloo:1:47"]);
}

#[test]
fn files_that_are_taken_in_are_asked_for() {
    let mut db = Database::new();
    db.set_file("a.gloo", INFRASTRUCTURE);
    db.set_file(
        "x/b.gloo",
        "routes b on root.edge for \"b.example\" { any /** => respond(200, file(\"b.txt\")) }",
    );
    assert_eq!(db.wanted_assets().into_iter().collect::<Vec<_>>(), ["x/b.txt"]);
    db.set_file("x/b.txt", "hello");
    assert!(db.wanted_assets().is_empty());
}
