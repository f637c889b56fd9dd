//! Plans as text. Each file of `plan/` but the prelude is a case: a program, whose first line says for which clusters it
//! is planned. The snapshots hold the plans, or what was said instead.
#![expect(clippy::disallowed_methods, reason = "the cases are files")]

use gloo_ir::{ClusterId, compile};
use gloo_source::{Sink, render::one_line};
use std::fmt::Write;

#[test]
fn plans() {
    insta::glob!("plan/*.gloo", |path| {
        let name = path.file_stem().unwrap().to_str().unwrap();
        if name == "prelude" {
            return;
        }
        let text = std::fs::read_to_string(path).unwrap();
        let prelude = std::fs::read_to_string(path.with_file_name("prelude.gloo")).unwrap();
        let compiled = compile(&[("prelude.gloo", &prelude), ("case.gloo", &text)], None);
        let errors: Vec<String> = compiled.errors().map(|error| one_line(error, &compiled.sources)).collect();
        assert_eq!(errors, Vec::<String>::new(), "{name} has no errors");
        let clusters = text.lines().next().unwrap().strip_prefix("// clusters: ").unwrap();
        let mut shown = String::new();
        for cluster in clusters.split(' ') {
            let mut sink = Sink::new();
            match gloo_target::plan(&compiled.program, &ClusterId::new(cluster), &mut sink) {
                Ok(plan) => writeln!(shown, "{plan}").unwrap(),
                Err(_) => writeln!(shown, "cluster {cluster} is refused").unwrap(),
            }
            for diagnostic in sink.into_diagnostics() {
                let diagnostic = compiled.source_map.resolve(diagnostic);
                writeln!(shown, "{}", one_line(&diagnostic, &compiled.sources)).unwrap();
                for label in &diagnostic.labels {
                    let at = compiled.sources.text(label.place).lines().next().unwrap_or_default().to_owned();
                    writeln!(shown, "  {at:?}: {}", label.text).unwrap();
                }
                for help in &diagnostic.help {
                    writeln!(shown, "  help: {help}").unwrap();
                }
            }
        }
        insta::assert_snapshot!(shown);
    });
}
