//! Checks that nobody waits for any more.

use gloo_checker::{Memory, check, check_while};
use gloo_ir::compile;
use std::sync::atomic::{AtomicU32, Ordering};

const PROGRAM: &str = r#"cluster local { backend: envoy(version: "1.40") }
namespace shop { service cart { port http: 8080 } }
gateway edge { listener web: http(80) }
routes shop on edge for "shop.example" { any /cart/** => cart  any /cart/old => cart }
"#;

#[test]
fn a_check_is_given_up_or_says_what_it_would_say() {
    let program = compile(&[("a.gloo", PROGRAM)], None).program;
    let mut memory = Memory::default();
    assert_eq!(check_while(&program, &mut memory, &|| false), None);
    // Wherever it is given up, what is remembered of it is right.
    for steps in [1, 2, 3, 10, 20] {
        let asked = AtomicU32::new(0);
        let given_up = check_while(&program, &mut memory, &|| asked.fetch_add(1, Ordering::SeqCst) < steps);
        assert_eq!(given_up, None, "after {steps}");
    }
    let found = check(&program);
    assert!(!found.is_empty());
    assert_eq!(check_while(&program, &mut memory, &|| true), Some(found));
}
