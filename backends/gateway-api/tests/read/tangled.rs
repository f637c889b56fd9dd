//! Tables that are hard to rank.

/// The cluster and the gateway of all of them.
pub const HEAD: &str = r#"
    cluster east { backend: gateway_api(version: "1.6", gateway: envoy_gateway("1.9"), mesh: none) }
    gateway edge { namespace: "shop-ingress"  listener web: http(80) { hosts: ["*.acme.com"] } }
"#;

/// Tables whose order is nothing like that of their ranks. What each rule answers tells it from all others.
pub const TANGLED: [&str; 5] = [
    r#"routes t on edge for "shop.acme.com" {
        any /a/** where cookie("c") == "1" => respond(201)
        any /a/b => respond(202)
        GET /a/** => respond(203)
        any /a/** where header("x") == "1" || query("q") == "2" => respond(204)
        any prefix("/a/bc") => respond(205)
        POST /** => respond(206)
        any /a/{id}/c => respond(207)
        otherwise => respond(208)
    }"#,
    r#"routes t on edge for "shop.acme.com" {
        any /a/b/c => respond(201)
        any /a/b/** where header("x") == "1" => respond(202)
        any /a/b/** where query("q") == "1" => respond(203)
        any /a/b/** => respond(204)
        any /a/** where header("x") matches "1|2" && header("y") == "1" => respond(205)
        any /a/** where header("x") == "1" => respond(206)
        any /a/** where cookie("x") == "1" => respond(207)
        any /a/** where cookie("x") == "2" => respond(208)
        any /a/** where query("x") == "2" => respond(209)
        any /a/** => respond(210)
        GET /** => respond(211)
        any /** where header("z") == "1" => respond(212)
        otherwise => respond(213)
    }
    routes u on edge for "*.acme.com" { any /a/** => respond(220)  GET /x => redirect(path: "/y") }"#,
    r#"routes t on edge for "shop.acme.com" {
        any /a/** where has(cookie("c")) => respond(201)
        any /a/** where cookie("c") == "1" || header("y") == "2" => respond(202)
        any /a/** where cookie("d") matches "x.*" && has(query("q")) => respond(203)
        any /a/** where header("user-agent") == "1" => respond(204)
        any /a/** => respond(205)
        otherwise => respond(206)
    }"#,
    r#"routes t on edge for "shop.acme.com" {
        any regex("(?i)/Q[a-c]*") => respond(201)
        any regex("/q(x)?|/z.*") => respond(202)
        any ignore_case(/aB/{id}) => respond(203)
        any /img/*.png where header("x") matches "(?i)A|b" => respond(204)
        any /img/** where has(header("y")) => respond(205)
        any /q/** where query("k") contains "*" => respond(206)
        any prefix("/qa") => respond(207)
        GET|HEAD /qab => respond(208)
        any /z/zz => respond(209)
    }"#,
    r#"routes t on edge for "shop.acme.com" {
        any /a/** => respond(201)
        any /b1/** where header("h") == "1" => respond(202)
        any /b2/** where header("h") == "2" => respond(203)
        any /b3/** where header("h") == "3" => respond(204)
        any /b4/** where header("h") == "4" => respond(205)
        any /b5/** where header("h") == "5" => respond(206)
        any /b6/** where header("h") == "6" => respond(207)
        any /b7/** where header("h") == "7" => respond(208)
        any /b8/** where header("h") == "8" => respond(209)
        any /b9/** where header("h") == "9" => respond(210)
        any /c0/** where header("h") == "0" => respond(211)
        any /c1/** where header("h") == "1" => respond(212)
        any /c2/** where header("h") == "2" => respond(213)
        any /c3/** where header("h") == "3" => respond(214)
        any /c4/** where header("h") == "4" => respond(215)
        any /c5/** where header("h") == "5" => respond(216)
        any /** where query("q") == "z" => respond(217)
        any /** where query("p") == "z" => respond(218)
        any /b5/** => respond(219)
    }"#,
];
