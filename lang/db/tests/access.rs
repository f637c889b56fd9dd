//! What an editor asks of the database: files by their paths and numbers, what words stand for, and to be told when all that
//! is stale.

use gloo_db::{Database, MANIFEST, unless_changed};
use gloo_ir::resolve::Kind;
use gloo_source::FileId;

const INFRASTRUCTURE: &str = r#"cluster local { backend: envoy(version: "1.40") }
namespace shop { service cart { port http: 8080  subset v1 { version: "v1" } } }
gateway edge { listener web: http(80) }
"#;

const ROUTES: &str = r#"let beta = header("x-beta") == "1"
routes shop on edge for "shop.example" { any /cart/** where beta => shop.cart.v1 }
"#;

fn workspace() -> Database {
    let mut db = Database::new();
    db.set_file("a.gloo", INFRASTRUCTURE);
    db.set_file("b.gloo", ROUTES);
    db.set_file(MANIFEST, "[workspace]\nname = \"shop\"\n");
    db
}

#[test]
fn files_by_path_and_by_number() {
    let mut db = workspace();
    assert_eq!(db.paths().map(|path| &**path).collect::<Vec<_>>(), ["a.gloo", "b.gloo"]);
    for path in ["a.gloo", "b.gloo", MANIFEST] {
        let file = db.file(path).unwrap();
        assert_eq!(db.path(file).as_deref(), Some(path));
    }
    assert_eq!(db.text("b.gloo").as_deref(), Some(ROUTES));
    assert_eq!(db.text(MANIFEST).as_deref(), Some("[workspace]\nname = \"shop\"\n"));
    assert_eq!((db.file("c.gloo"), db.text("c.gloo"), db.path(FileId(99))), (None, None, None));
    db.remove_file("b.gloo");
    assert_eq!(db.file("b.gloo"), None);
}

#[test]
fn what_references_stand_for() {
    let db = workspace();
    let names = db.names();
    let found = &db.lowered("b.gloo").unwrap().found;
    let spans = &db.parsed("b.gloo").unwrap().spans;
    let mut said: Vec<(&str, usize, Kind)> = found
        .iter()
        .map(|(node, hit)| {
            (ROUTES.get(spans.get(*node).range()).unwrap(), hit.words, names.kind(hit.id).unwrap())
        })
        .collect();
    said.sort();
    assert_eq!(
        said,
        [("beta", 1, Kind::Let), ("edge", 1, Kind::Gateway), ("shop.cart.v1", 2, Kind::Service)]
    );
}

#[test]
fn what_is_stale_comes_to_nothing() {
    let mut db = workspace();
    let (sender, receiver) = std::sync::mpsc::channel();
    let stale = db.clone();
    let asking = std::thread::spawn(move || {
        unless_changed(move || {
            sender.send(()).unwrap();
            loop {
                // Each is answered from memory until a file is set.
                let _ = stale.diagnostics();
            }
        })
    });
    receiver.recv().unwrap();
    db.set_file("b.gloo", "");
    assert_eq!(asking.join().unwrap(), None::<()>);
    assert_eq!(unless_changed(|| db.program().tables.len()), Some(0));
}
