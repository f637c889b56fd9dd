//! What is changed in SecurityPolicies and in what they are on, one thing at a time.

use gloo_target::Document;
use serde_json::{Value, json};

/// A change, and the manifests with it.
pub type Changed = (String, Vec<Document>);

/// Every change of the policies of some manifests that must be noticed.
pub fn changes(documents: &[Document]) -> Vec<Changed> {
    let mut all = Vec::new();
    // What asks for tokens in the same words is changed once.
    let mut known: Vec<&Value> = Vec::new();
    for (index, policy) in
        documents.iter().enumerate().filter(|(_, one)| one.value["kind"] == "SecurityPolicy")
    {
        let mut change = |what: &str, change: &dyn Fn(&mut Vec<Document>)| {
            let mut changed = documents.to_vec();
            change(&mut changed);
            assert_ne!(changed.iter().map(|one| &one.value).collect::<Vec<_>>(), values(documents), "{what}");
            all.push((format!("{}: {what}", policy.file), changed));
        };
        let spec = move |changed: &mut [Document]| changed[index].value["spec"].take();
        let with = |changed: &mut Vec<Document>, edit: &dyn Fn(&mut Value)| {
            let mut own = spec(changed);
            edit(&mut own);
            changed[index].value["spec"] = own;
        };
        change("the policy is lost", &|all| drop(all.remove(index)));
        let targets = list(&policy.value["spec"]["targetRefs"]);
        for place in 0..targets {
            if targets > 1 && place < 3 {
                change("a rule is lost", &|all| with(all, &|spec| remove(&mut spec["targetRefs"], place)));
            }
            if place > 0 {
                continue;
            }
            let on = |section: Value| {
                move |spec: &mut Value| spec["targetRefs"][place]["sectionName"] = section.clone()
            };
            change("on a rule that isn't there", &|all| with(all, &on(json!("gone"))));
            change("on what is refused for its path", &|all| with(all, &on(json!("refuse-path"))));
            change("on a route", &|all| {
                with(all, &|spec| {
                    spec["targetRefs"][place]["kind"] = json!("GRPCRoute");
                });
            });
        }
        change("merged", &|all| with(all, &|spec| spec["mergeType"] = json!("StrategicMerge")));
        change("a browser's request", &|all| {
            with(all, &|spec| spec["cors"] = json!({ "allowOrigins": ["*"] }));
        });
        let jwt = &policy.value["spec"]["jwt"];
        if !jwt.is_null() && !known.contains(&jwt) {
            known.push(jwt);
            for (what, edit) in tokens(&jwt["providers"][0]) {
                change(what, &|all| with(all, &|spec| edit(&mut spec["jwt"])));
            }
            change("no token is asked for", &|all| {
                with(all, &|spec| drop(spec.as_object_mut().unwrap().remove("jwt")));
            });
        }
        if policy.value["spec"].get("authorization").is_some() {
            authorization(&policy.value["spec"]["authorization"], &mut |what, edit| {
                change(what, &|all| with(all, &|spec| edit(&mut spec["authorization"])));
            });
            change("all are let in", &|all| {
                with(all, &|spec| drop(spec.as_object_mut().unwrap().remove("authorization")));
            });
        }
    }
    all.extend(swapped(documents));
    all
}

type Edit = Box<dyn Fn(&mut Value)>;
/// Makes a change that is called so.
type Change<'a> = dyn FnMut(&str, &dyn Fn(&mut Value)) + 'a;

fn tokens(provider: &Value) -> Vec<(&'static str, Edit)> {
    let set = |field: &'static str, value: Value| -> Edit {
        Box::new(move |jwt: &mut Value| jwt["providers"][0][field] = value.clone())
    };
    let mut all: Vec<(&str, Edit)> = vec![
        ("a token may be missing", Box::new(|jwt| jwt["optional"] = json!(true))),
        ("a token may be wrong", Box::new(|jwt| jwt["failOpen"] = json!(true))),
        ("another issuer", set("issuer", json!("https://other.example"))),
        ("no issuer", set("issuer", Value::Null)),
        ("other keys", set("remoteJWKS", json!({ "uri": "https://other.example/jwks" }))),
        ("keys that stand here", set("localJWKS", json!({ "type": "Inline", "inline": "{}" }))),
        ("taken from everywhere", set("extractFrom", Value::Null)),
        ("taken from elsewhere", set("extractFrom", json!({ "cookies": ["other"] }))),
        ("another audience", set("audiences", json!(["other"]))),
        ("told by a header", set("claimToHeaders", json!([{ "header": "x", "claim": "sub" }]))),
        (
            "another provider would do",
            Box::new(|jwt| {
                let mut other = jwt["providers"][0].clone();
                other["name"] = json!("other");
                jwt["providers"].as_array_mut().unwrap().push(other);
            }),
        ),
    ];
    if list(&provider["audiences"]) > 0 {
        all.push(("no audience", set("audiences", Value::Null)));
        all.push(("an audience is lost", Box::new(|jwt| remove(&mut jwt["providers"][0]["audiences"], 0))));
    }
    all
}

fn authorization(said: &Value, change: &mut Change<'_>) {
    let other = |action: &Value| if action == "Deny" { json!("Allow") } else { json!("Deny") };
    change("the others", &|own| own["defaultAction"] = other(&own["defaultAction"]));
    let rules = said["rules"].as_array().map_or(&[][..], Vec::as_slice);
    for (index, rule) in rules.iter().enumerate().take(6) {
        change("a rule is lost", &|own| remove(&mut own["rules"], index));
        change("a rule does the other thing", &|own| {
            own["rules"][index]["action"] = other(&own["rules"][index]["action"]);
        });
        // What is behind these differs from them in nothing but values.
        if index >= 2 {
            continue;
        }
        change("a rule is for some methods", &|own| {
            own["rules"][index]["operation"] = json!({ "methods": ["GET"] });
        });
        let principal = &rule["principal"];
        for place in 0..list(&principal["clientCIDRs"]) {
            change("another range", &|own| {
                own["rules"][index]["principal"]["clientCIDRs"][place] = json!("100.64.0.0/10");
            });
        }
        for place in 0..list(&principal["jwt"]["claims"]) {
            let claim = |own: &mut Value, field: &str, value: Value| {
                own["rules"][index]["principal"]["jwt"]["claims"][place][field] = value;
            };
            change("another claim", &|own| claim(own, "name", json!("other")));
            change("a claim within a claim", &|own| claim(own, "name", json!("groups.inner")));
            change("another value", &|own| claim(own, "values", json!(["other"])));
            let form = principal["jwt"]["claims"][place]["valueType"] == "String";
            change("another form", &|own| {
                claim(own, "valueType", json!(if form { "StringArray" } else { "String" }));
            });
        }
        if principal.get("jwt").is_some() {
            change("another provider's claims", &|own| {
                own["rules"][index]["principal"]["jwt"]["provider"] = json!("other");
            });
        }
    }
    if rules.len() > 1 && rules.iter().any(|rule| rule["action"] != rules[0]["action"]) {
        change("the rules from the last to the first", &|own| own["rules"].as_array_mut().unwrap().reverse());
    }
}

/// Two parts of one rule, of which each gets what is asked of the other.
fn swapped(documents: &[Document]) -> Vec<Changed> {
    let mut all = Vec::new();
    for (index, route) in documents.iter().enumerate().filter(|(_, one)| one.value["kind"] == "HTTPRoute") {
        let rules = route.value["spec"]["rules"].as_array().unwrap();
        for (place, rule) in rules.iter().enumerate() {
            let name = rule["name"].as_str().unwrap();
            let Some(other) = rules.iter().position(|other| other["name"] == format!("{name}-2")) else {
                continue;
            };
            if guard(documents, route, name) == guard(documents, route, &format!("{name}-2")) {
                continue;
            }
            let mut changed = documents.to_vec();
            let (one, two) = (rule["matches"].clone(), rules[other]["matches"].clone());
            changed[index].value["spec"]["rules"][place]["matches"] = two;
            changed[index].value["spec"]["rules"][other]["matches"] = one;
            all.push((format!("{}: the parts of {name} are swapped", route.file), changed));
        }
    }
    all
}

/// What is asked of the requests of a rule.
fn guard<'d>(documents: &'d [Document], route: &Document, rule: &str) -> Option<[&'d Value; 2]> {
    let policies = documents.iter().filter(|one| one.value["kind"] == "SecurityPolicy");
    let mut on = policies.filter(|policy| {
        let targets = policy.value["spec"]["targetRefs"].as_array().unwrap();
        targets
            .iter()
            .any(|target| target["name"] == route.value["metadata"]["name"] && target["sectionName"] == rule)
    });
    on.next().map(|policy| [&policy.value["spec"]["jwt"], &policy.value["spec"]["authorization"]])
}

fn values(documents: &[Document]) -> Vec<&Value> {
    documents.iter().map(|one| &one.value).collect()
}

fn list(value: &Value) -> usize {
    value.as_array().map_or(0, Vec::len)
}

fn remove(list: &mut Value, place: usize) {
    list.as_array_mut().unwrap().remove(place);
}
