//! Workspaces that are made up, always the same ones.

use std::fmt::Write as _;

/// The settings of a workspace that is made up. Some of its rules decide nothing: that is no reason to leave them out.
pub const MANIFEST: &str = "[workspace]\nname = \"made-up\"\n\n\
    [lints]\nimpossible-match = \"allow\"\nshadowed-rule = \"allow\"\n";

/// Numbers that look random, and are the same each time (Knuth's MMIX generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % end as u64).unwrap_or_default()
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        let at = self.below(of.len());
        of.get(at).copied().unwrap_or_default()
    }
}

const HOSTS: [&str; 5] = [
    "\"shop.acme.com\"",
    "\"*.acme.com\"",
    "\"api.acme.com\"",
    "[\"a.acme.com\", \"b.acme.com\"]",
    "\"*.eu.acme.com\"",
];
const METHODS: [&str; 6] = ["any", "GET", "POST", "GET|HEAD", "PUT|PATCH|DELETE", "OPTIONS"];
const PATHS: [&str; 16] = [
    "/a",
    "/a/**",
    "/a/*",
    "/a/b",
    "/*/b",
    "/a/{id}/c",
    "prefix(\"/a\")",
    "regex(r\"/[ab](/b)?\")",
    "regex(r\"/v[0-9]+/.*\")",
    "/b",
    "ignore_case(/A/**)",
    "/*.png",
    "/img-*/x",
    "/",
    "/~bob/**",
    "/caf%C3%A9/**",
];
const CONDITIONS: [&str; 20] = [
    "header(\"x\") == \"1\"",
    "header(\"x\") != \"1\"",
    "has(header(\"x\"))",
    "!has(header(\"x\"))",
    "header(\"x\") matches r\"[0-9]+\"",
    "!(header(\"x\") == \"1\")",
    "header(\"accept\") contains \"html\"",
    "header(\"user-agent\") starts_with \"curl\"",
    "query(\"q\") == \"1\"",
    "query(\"q\") != \"1\"",
    "!has(query(\"q\"))",
    "cookie(\"c\") starts_with \"a\"",
    "cookie(\"c\") == \"b\"",
    "path in /a/**",
    "!path == /a/b",
    "!path in [/a/*, /b]",
    "host == \"shop.acme.com\"",
    "method != DELETE",
    "(header(\"x\") == \"1\" || query(\"q\") == \"2\")",
    "!(header(\"x\") == \"1\" && method == GET)",
];
const ACTIONS: [&str; 12] = [
    "one",
    "two",
    "three.v1",
    "split(one: 50%, two: 50%)",
    "respond(204)",
    "respond(418, \"short and stout\")",
    "redirect(path: \"/elsewhere\", status: 301)",
    "redirect(scheme: https, status: 308)",
    "one { rewrite: /r }",
    "two { request_headers { set x-a: \"1\"  remove x } }",
    "two { timeout: 2s  retries: 1 }",
    "one { host: \"inside.acme.com\" }",
];

/// A workspace of a few tables whose patterns overlap in every way, for a cluster `lab` of that backend. Each rule has a
/// line of its own, and begins with two spaces.
#[must_use]
pub fn workspace(seed: u64, backend: &str) -> String {
    let mut numbers = Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut text = format!(
        "cluster lab {{ backend: {backend} }}\n\
         namespace shop {{\n  service one {{ port http: 8080 }}\n  service two {{ port http: 8080 }}\n\
         \x20 service three {{ port http: 8080  subset v1 {{ version: \"v1\" }} }}\n}}\n\
         gateway edge {{\n  namespace: \"edge\"\n  workload: {{ app: \"edge\" }}\n\
         \x20 listener web: http(80) {{ hosts: [\"*.acme.com\"] }}\n}}\n",
    );
    // Hosts of their own: tables that share one could give a request two answers.
    let first = numbers.below(HOSTS.len());
    for table in 0..=numbers.below(3) {
        let host = HOSTS.get((first + table) % HOSTS.len()).copied().unwrap_or_default();
        let _ = writeln!(text, "routes table{table} on edge for {host} {{");
        let mut known: Vec<String> = Vec::new();
        for _ in 0..4 + numbers.below(9) {
            let mut matched = format!("{} {}", numbers.one(&METHODS), numbers.one(&PATHS));
            let conditions: Vec<&str> = (0..numbers.below(3)).map(|_| numbers.one(&CONDITIONS)).collect();
            if !conditions.is_empty() {
                let _ = write!(matched, " where {}", conditions.join(" && "));
            }
            if !known.contains(&matched) {
                let _ = writeln!(text, "  {matched} => {}", numbers.one(&ACTIONS));
                known.push(matched);
            }
        }
        text.push_str(if numbers.below(2) == 0 { "  otherwise => respond(404)\n}\n" } else { "}\n" });
    }
    text
}
