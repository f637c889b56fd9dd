//! Findings as text. Each file of `findings/` but the prelude is a case; the snapshots hold what is found in it. What a
//! case leaves unused of the prelude isn't its matter. A line `// file: teams/cart/routes.gloo` begins another file.
#![expect(clippy::disallowed_methods, reason = "the cases are files")]

use gloo_checker::check;
use gloo_ir::compile;
use gloo_source::render::{RenderOptions, one_line, render};

#[test]
fn findings() {
    insta::glob!("findings/*.gloo", |path| {
        let name = path.file_stem().unwrap().to_str().unwrap();
        if name == "prelude" {
            return;
        }
        let text = std::fs::read_to_string(path).unwrap();
        let prelude = std::fs::read_to_string(path.with_file_name("prelude.gloo")).unwrap();
        // A case with a mesh of its own brings all that it needs.
        let prelude = if text.contains("\nmesh ") { "" } else { prelude.as_str() };
        let mut files = vec![("prelude.gloo", prelude)];
        let mut rest = text.as_str();
        let mut file = "case.gloo";
        while let Some((before, after)) = rest.split_once("// file: ") {
            files.push((file, before));
            (file, rest) = after.split_once('\n').unwrap();
        }
        files.push((file, rest));
        let compiled = compile(&files, None);
        let errors: Vec<String> = compiled.errors().map(|error| one_line(error, &compiled.sources)).collect();
        assert_eq!(errors, Vec::<String>::new(), "{name} has no errors");
        let options = RenderOptions { color: false, width: 100 };
        let shown: Vec<String> = check(&compiled.program)
            .into_iter()
            .map(|finding| compiled.source_map.resolve(finding))
            .filter(|finding| !one_line(finding, &compiled.sources).starts_with("prelude.gloo:"))
            .map(|finding| render(&finding, &compiled.sources, options))
            .collect();
        insta::assert_snapshot!(shown.join("\n"));
    });
}
