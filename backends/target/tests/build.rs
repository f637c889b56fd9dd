//! Building, with a target that writes down what it is given.

use gloo_ir::{Backend, Cluster, Program, compile};
use gloo_source::{Place, Reported, Sink};
use gloo_target::{
    Artifact, BuildError, Content, ExistingFile, Layout, Output, Plan, Positions, Repository, Target, build,
    changes, made_for, unsupported,
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const PROGRAM: &str = r#"
cluster a { backend: istio(version: "1.30", mode: sidecar)  context: "kind-a" }
cluster b { backend: istio(version: "1.30", mode: sidecar)  context: "kind-b" }
/// The third.
cluster c { backend: istio(version: "1.30", mode: sidecar)  region: "eu" }
cluster lab { backend: envoy(version: "1.40") }
namespace shop on [a, b, c, lab] { service cart { port http: 8080 } }
gateway edge on [a, b, c, lab] { namespace: "ingress"  listener web: http(80) { hosts: ["*.acme.com"] } }
routes shop on edge for "shop.acme.com" { otherwise => cart }
"#;

/// Writes a file for each gateway, one to be read before, and counts how often it is asked to.
#[derive(Default)]
struct Toy {
    emitted: AtomicUsize,
    writes_name: bool,
    refuses: bool,
}

impl Target for Toy {
    fn title(&self, plan: &Plan) -> String {
        match plan.cluster.backend.value {
            Backend::Istio { .. } => "toy Istio".to_owned(),
            _ => "toy Envoy".to_owned(),
        }
    }

    fn writes_cluster_name(&self) -> bool {
        self.writes_name
    }

    fn emit(&self, plan: &Plan, _: Positions<'_>, sink: &mut Sink) -> Result<Vec<Artifact>, Reported> {
        self.emitted.fetch_add(1, Ordering::Relaxed);
        let mut refused = None;
        let mut artifacts = Vec::new();
        for gateway in &plan.gateways {
            let place = gateway.gateway.place;
            if self.refuses {
                refused = Some(sink.report(unsupported(place, "a gateway", &self.title(plan), "have none")));
            }
            let name = gateway.gateway.name.clone();
            let named = self.writes_name.then(|| plan.cluster.id.to_string());
            artifacts.push(Artifact {
                path: format!("{}/gateway-{name}.yaml", gateway.gateway.namespace),
                sources: vec![place],
                content: Content::Yaml(vec![
                    json!({ "kind": "Toy", "metadata": { "name": name }, "on": named }),
                ]),
            });
        }
        artifacts.push(Artifact {
            path: "prerequisites/mesh.yaml".to_owned(),
            sources: vec![plan.cluster.backend.at],
            content: Content::Yaml(vec![json!({ "a": 1 })]),
        });
        refused.map_or(Ok(artifacts), Err)
    }
}

fn program() -> Program {
    let compiled = compile(&[("shop.gloo", PROGRAM)], Some("[workspace]\nname = \"acme\"\n"));
    assert_eq!(compiled.errors().count(), 0, "{:?}", compiled.diagnostics);
    compiled.program
}

fn built(toy: &Toy, layout: &Layout) -> (Result<Output, BuildError>, Sink<Place>) {
    let program = program();
    let clusters: Vec<Arc<Cluster>> = program.clusters.values().cloned().collect();
    let mut sink = Sink::new();
    let positions = |place: Place| format!("shop.gloo:{}", place.node.0);
    let output = build(&program, &clusters, &|_| toy, layout, &positions, &mut sink);
    (output, sink)
}

#[test]
fn clusters_that_differ_in_their_name_alone_share_their_files() {
    let toy = Toy::default();
    let output = built(&toy, &Layout::Flat).0.unwrap();
    // `a` and `b` are alike, `c` has a region, `lab` another backend.
    assert_eq!(toy.emitted.load(Ordering::Relaxed), 3);
    let [a, b, c, lab] = &output.clusters[..] else { panic!("{output:?}") };
    for (one, other) in a.files.iter().zip(&b.files) {
        assert!(Arc::ptr_eq(&one.text, &other.text));
        assert_eq!(one.path.strip_prefix("a/"), other.path.strip_prefix("b/"));
    }
    assert!(!Arc::ptr_eq(&a.files[0].text, &c.files[0].text));
    assert_eq!((a.target.as_str(), lab.target.as_str()), ("toy Istio", "toy Envoy"));
}

#[test]
fn a_target_that_writes_the_name_is_asked_for_each_cluster() {
    let toy = Toy { writes_name: true, ..Toy::default() };
    let output = built(&toy, &Layout::Flat).0.unwrap();
    assert_eq!(toy.emitted.load(Ordering::Relaxed), 4);
    for cluster in &output.clusters {
        assert!(cluster.files[0].text.contains(&format!("\"on\": {}", cluster.cluster)), "{cluster:?}");
    }
}

#[test]
fn layouts() {
    let repository = Repository { url: "https://git.acme.com/shop.git".to_owned(), folder: "out".to_owned() };
    let layouts = [
        ("flat", Layout::Flat),
        ("kustomize", Layout::Kustomize),
        ("argocd", Layout::ArgoCd(repository)),
        ("flux", Layout::Flux { folder: "deploy/out".to_owned() }),
    ];
    for (name, layout) in layouts {
        let output = built(&Toy::default(), &layout).0.unwrap();
        let mut shown = String::new();
        for file in output.files() {
            assert_eq!(made_for(&file.text), Some("acme"), "{}", file.path);
            // What clusters share stands here once.
            if ["b/", "c/"].iter().any(|shared| file.path.starts_with(shared)) {
                writeln!(shown, "== {}", file.path).unwrap();
            } else {
                writeln!(shown, "== {}\n{}", file.path, file.text).unwrap();
            }
        }
        insta::assert_snapshot!(name, shown);
    }
}

#[test]
fn what_a_target_refuses_on_several_clusters_is_said_once() {
    let toy = Toy { refuses: true, ..Toy::default() };
    let (output, sink) = built(&toy, &Layout::Flat);
    assert!(matches!(output, Err(BuildError::Refused(_))));
    let said: Vec<(String, Vec<String>)> =
        sink.into_diagnostics().into_iter().map(|one| (one.message, one.help)).collect();
    let expected = [
        ("a gateway can't be said on toy Envoy", vec!["have none"]),
        ("a gateway can't be said on toy Istio", vec!["have none", "the same on clusters `b`, `c`"]),
    ];
    let expected = expected
        .map(|(message, help)| (message.to_owned(), help.into_iter().map(str::to_owned).collect::<Vec<_>>()));
    assert_eq!(said, expected);
}

#[test]
fn building_is_the_same_every_time() {
    let once = built(&Toy::default(), &Layout::Kustomize).0.unwrap();
    for _ in 0..5 {
        assert_eq!(once, built(&Toy::default(), &Layout::Kustomize).0.unwrap());
    }
}

#[test]
fn headers() {
    let positions = |place: Place| format!("shop.gloo:{}", place.node.0);
    let place = |node: u32| Place { file: gloo_source::FileId(0), node: gloo_source::NodeId(node) };
    let header = |path: &str, nodes: &[u32]| {
        let sources = nodes.iter().map(|node| place(*node)).collect();
        let content = Content::Text(String::new());
        Artifact { path: path.to_owned(), sources, content }.text("acme-shop", &positions).unwrap()
    };
    assert_eq!(
        header("a.yaml", &[12]),
        "# Made by gloo for acme-shop from shop.gloo:12. Edit that file instead.\n"
    );
    assert_eq!(
        header("a.yaml", &[3, 1, 3]),
        "# Made by gloo for acme-shop from shop.gloo:1, shop.gloo:3. Edit them instead.\n"
    );
    assert_eq!(
        header("a.yaml", &[5, 4, 3, 2, 1]),
        "# Made by gloo for acme-shop from shop.gloo:1, shop.gloo:2, shop.gloo:3 and 2 more places. Edit them instead.\n"
    );
    assert_eq!(header("README.md", &[]), "<!-- Made by gloo for acme-shop. Edit the program instead. -->\n");
    for (path, sign) in [("a.yaml", "#"), ("README.md", "<!--"), ("a.lua", "--")] {
        for nodes in [&[][..], &[1], &[1, 2]] {
            let header = header(path, nodes);
            assert!(header.starts_with(sign), "{header}");
            assert_eq!(made_for(&header), Some("acme-shop"), "{header}");
        }
    }
    for others in ["# Made by hand\n", "a: 1 # Made by gloo for a from b\n", "\n# Made by gloo for a\n", ""] {
        assert_eq!(made_for(others), None, "{others}");
    }
}

#[test]
fn what_a_build_changes_in_a_folder() {
    let output = built(&Toy::default(), &Layout::Kustomize).0.unwrap();
    let existing: Vec<ExistingFile> = [
        ("a/ingress/gateway-edge.yaml", Some("acme")),
        ("a/ingress/gateway-old.yaml", Some("acme")),
        ("a/ingress/gateway-other.yaml", Some("other")),
        ("a/notes.txt", None),
        ("b/ingress/gateway-edge.yaml", Some("acme-2")),
        ("b/kustomization.yaml", None),
        ("c/prerequisites", None),
        ("gone/ingress/gateway-edge.yaml", Some("acme")),
        ("README.md", None),
    ]
    .map(|(path, made_for)| ExistingFile { path: path.to_owned(), made_for: made_for.map(str::to_owned) })
    .into();
    let all = changes("acme", &output, &existing, None);
    assert_eq!(all.write.len(), output.files().count());
    assert_eq!(all.delete, BTreeSet::from(["a/ingress/gateway-old.yaml", "gone/ingress/gateway-edge.yaml"]));
    let foreign =
        [("README.md", None), ("a/ingress/gateway-other.yaml", Some("other")), ("a/notes.txt", None)];
    assert_eq!(all.foreign, BTreeMap::from(foreign));
    let in_the_way = [
        ("b/ingress/gateway-edge.yaml", Some("acme-2")),
        ("b/kustomization.yaml", None),
        ("c/prerequisites", None),
    ];
    assert_eq!(all.in_the_way, BTreeMap::from(in_the_way));
    let only = BTreeSet::from([gloo_ir::ClusterId::new("a")]);
    let some = changes("acme", &output, &existing, Some(&only));
    assert!(some.write.keys().all(|path| path.starts_with("a/")));
    assert_eq!(some.delete, BTreeSet::from(["a/ingress/gateway-old.yaml"]));
    assert_eq!(
        some.foreign,
        BTreeMap::from([("a/ingress/gateway-other.yaml", Some("other")), ("a/notes.txt", None)])
    );
    assert_eq!(some.in_the_way, BTreeMap::new());
}
