//! Mistakes in output. Each file of `validate/` is a case; the snapshots hold what is said of it.
#![expect(clippy::disallowed_methods, reason = "the cases are files")]

use gloo_target::{Artifact, Content, validate};

#[test]
fn mistakes() {
    insta::glob!("validate/*.yaml", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let artifacts: Vec<Artifact> = text
            .split("---\n")
            .enumerate()
            .map(|(number, text)| Artifact {
                path: format!("{number}.yaml"),
                sources: Vec::new(),
                content: Content::Yaml(vec![serde_saphyr::from_str(text).unwrap()]),
            })
            .collect();
        let faults: Vec<String> = validate(&artifacts).iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(faults.join("\n"));
    });
}

#[test]
fn paths_stay_in_the_folder() {
    let file = |path: &str| Artifact {
        path: path.to_owned(),
        sources: Vec::new(),
        content: Content::Text(String::new()),
    };
    let paths = ["a/b.yaml", "a/b.yaml", "../c", "/d", "e//f", "g/./h"];
    let faults: Vec<String> = validate(&paths.map(file)).iter().map(ToString::to_string).collect();
    let outside = "not a path below the cluster's folder";
    let expected = [
        format!("../c: {outside}"),
        format!("/d: {outside}"),
        "a/b.yaml: two files of this name".to_owned(),
        format!("e//f: {outside}"),
        format!("g/./h: {outside}"),
    ];
    assert_eq!(faults, expected);
}
