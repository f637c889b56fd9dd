//! Hosts that a listener serves and no table is for: who may not pass is refused, all others are answered 404.

use gloo_domain::HostPattern;
use gloo_ir::normal_form::Conjunct;
use gloo_ir::{Options, Respond, TableId};
use gloo_target::{Answer, ListenerPlan, PlanRule, RuleOrigin, VirtualHost};
use std::sync::Arc;

/// What serves these hosts; nothing where everybody passes, since no route is as good.
pub fn unrouted(planned: &ListenerPlan, hosts: &[VirtualHost]) -> Vec<VirtualHost> {
    if planned.unrouted.is_open() {
        return Vec::new();
    }
    let listener = &planned.listener;
    let served = if listener.hosts.is_empty() { vec![HostPattern::Any] } else { listener.hosts.clone() };
    let left = served.into_iter().filter(|host| !hosts.iter().any(|known| known.host == *host));
    left.map(|host| {
        let rule = PlanRule {
            origin: RuleOrigin {
                table: TableId::new("no"),
                title: "table".to_owned(),
                place: listener.place,
                doc: None,
                scopes: Vec::new(),
            },
            matches: vec![Conjunct::default()],
            path: None,
            answer: Answer::Respond(Respond { status: 404, body: None, grpc: None }),
            options: Options::default(),
        };
        VirtualHost { host, tables: Vec::new(), rules: vec![Arc::new(rule)] }
    })
    .collect()
}
