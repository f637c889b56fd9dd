//! Walking a tree.

use gloo_syntax::ast::{
    Access, AccessEntry, AccessRule, Argument, Block, CaseEntry, CaseRequest, ClaimEntry, Clause,
    ClauseEntry, ClauseKind, Comparison, Edit, EditKind, Entry, Expr, ExprKind, ExternalEntry, File,
    GatewayEntry, Item, ItemKind, Key, KeyKind, Listener, NamespaceEntry, Port, Reference, RouteEntry, Rule,
    RulePattern, Scope, Service, ServiceEntry, Setting, SignalEntry, Subset,
};

/// What is looked at on the way through a tree; each is told before what stands in it.
pub trait Visitor {
    /// A declaration.
    fn item(&mut self, _: &Item) {}
    /// A service of a namespace.
    fn service(&mut self, _: &Service) {}
    /// A port of a service or an external.
    fn port(&mut self, _: &Port) {}
    /// A subset of a service.
    fn subset(&mut self, _: &Subset) {}
    /// A listener of a gateway.
    fn listener(&mut self, _: &Listener) {}
    /// A rule of a table.
    fn rule(&mut self, _: &Rule) {}
    /// A clause of a policy.
    fn clause(&mut self, _: &Clause) {}
    /// A setting of a block.
    fn setting(&mut self, _: &Setting) {}
    /// An expression.
    fn expr(&mut self, _: &Expr) {}
    /// A reference: an expression of its own, or what is called.
    fn reference(&mut self, _: &Reference) {}
    /// A call's argument; `callee` is what is called.
    fn argument(&mut self, _callee: &Reference, _: &Argument) {}
    /// The end of a declaration.
    fn item_end(&mut self, _: &Item) {}
}

/// Goes through a file in the order of the text.
pub fn walk(file: &File, visitor: &mut dyn Visitor) {
    for one in &file.items {
        visitor.item(one);
        item(&one.kind, visitor);
        visitor.item_end(one);
    }
}

fn item(kind: &ItemKind, v: &mut dyn Visitor) {
    match kind {
        ItemKind::Use(_) | ItemKind::Error => {}
        ItemKind::Let(it) => expr(&it.body, v),
        ItemKind::Mesh(it) => block(&it.body, v),
        ItemKind::Cluster(it) => block(&it.body, v),
        ItemKind::Namespace(it) => {
            optional(it.on.as_ref(), v);
            for entry in &it.entries {
                match entry {
                    NamespaceEntry::Setting(it) => setting(it, v),
                    NamespaceEntry::Service(it) => service(it, v),
                    NamespaceEntry::Error(_) => {}
                }
            }
        }
        ItemKind::External(it) => {
            for entry in &it.entries {
                match entry {
                    ExternalEntry::Setting(it) => setting(it, v),
                    ExternalEntry::Port(it) => port(it, v),
                    ExternalEntry::Error(_) => {}
                }
            }
        }
        ItemKind::Gateway(it) => {
            optional(it.on.as_ref(), v);
            for entry in &it.entries {
                match entry {
                    GatewayEntry::Setting(it) => setting(it, v),
                    GatewayEntry::Listener(it) => {
                        v.listener(it);
                        expr(&it.protocol, v);
                        it.body.iter().for_each(|it| block(it, v));
                    }
                    GatewayEntry::Error(_) => {}
                }
            }
        }
        ItemKind::Routes(it) => {
            optional(it.on.as_ref(), v);
            optional(it.target.as_ref(), v);
            for entry in &it.entries {
                if let RouteEntry::Rule(it) = entry {
                    rule(it, v);
                }
            }
        }
        ItemKind::Provider(it) => block(&it.body, v),
        ItemKind::Policy(it) => {
            expr(&it.on, v);
            it.replaces.iter().for_each(|it| v.reference(it));
            for entry in &it.entries {
                if let ClauseEntry::Clause(it) = entry {
                    clause(it, v);
                }
            }
        }
        ItemKind::Access(it) => access(it, v),
        ItemKind::Traffic(it) => {
            expr(&it.target, v);
            block(&it.body, v);
        }
        ItemKind::Telemetry(it) => {
            expr(&it.on, v);
            for entry in &it.entries {
                if let SignalEntry::Signal(it) = entry {
                    block(&it.body, v);
                    optional(it.condition.as_ref(), v);
                }
            }
        }
        ItemKind::Patch(it) => {
            expr(&it.on, v);
            block(&it.body, v);
        }
        ItemKind::Prove(it) => {
            for entry in &it.entries {
                if let ClaimEntry::Claim(it) = entry {
                    scope(&it.scope, v);
                    optional(it.condition.as_ref(), v);
                    expr(&it.outcome, v);
                }
            }
        }
        ItemKind::Test(it) => {
            for entry in &it.entries {
                if let CaseEntry::Case(it) = entry {
                    if let CaseRequest::Http { target, .. } = &it.request.value {
                        expr(target, v);
                    }
                    it.attributes.iter().for_each(|it| block(it, v));
                    scope(&it.scope, v);
                    expr(&it.outcome, v);
                }
            }
        }
    }
}

fn service(it: &Service, v: &mut dyn Visitor) {
    v.service(it);
    optional(it.on.as_ref(), v);
    for entry in &it.entries {
        match entry {
            ServiceEntry::Setting(it) => setting(it, v),
            ServiceEntry::Port(it) => port(it, v),
            ServiceEntry::Subset(it) => {
                v.subset(it);
                block(&it.labels, v);
            }
            ServiceEntry::Error(_) => {}
        }
    }
}

fn port(it: &Port, v: &mut dyn Visitor) {
    v.port(it);
    expr(&it.value, v);
}

fn rule(it: &Rule, v: &mut dyn Visitor) {
    v.rule(it);
    if let RulePattern::Http { path: Some(path), .. } = &it.pattern {
        expr(path, v);
    }
    optional(it.condition.as_ref(), v);
    expr(&it.action, v);
    it.options.iter().for_each(|it| block(it, v));
}

fn clause(it: &Clause, v: &mut dyn Visitor) {
    v.clause(it);
    match &it.kind {
        ClauseKind::Require(it)
        | ClauseKind::Waf(it)
        | ClauseKind::Wasm(it)
        | ClauseKind::Lua(it)
        | ClauseKind::MaxBody(it)
        | ClauseKind::Compress(it) => expr(it, v),
        ClauseKind::Limit(it) => {
            expr(&it.rate, v);
            optional(it.via.as_ref(), v);
            optional(it.by.as_ref(), v);
        }
        ClauseKind::Mask(it) => {
            expr(&it.what, v);
            expr(&it.places, v);
            it.options.iter().for_each(|it| block(it, v));
        }
        ClauseKind::Cors(it) | ClauseKind::Csrf(it) => block(it, v),
        ClauseKind::Transform(it) => edits(&it.edits, v),
    }
    optional(it.condition.as_ref(), v);
}

fn access(it: &Access, v: &mut dyn Visitor) {
    expr(&it.target, v);
    for entry in &it.entries {
        if let AccessEntry::Rule(rule) = entry {
            let AccessRule { source, condition, .. } = &**rule;
            expr(source, v);
            optional(condition.as_ref(), v);
        }
    }
}

fn scope(it: &Scope, v: &mut dyn Visitor) {
    for part in [&it.from, &it.through, &it.to, &it.on] {
        optional(part.as_ref(), v);
    }
}

fn block(it: &Block, v: &mut dyn Visitor) {
    for entry in &it.entries {
        match entry {
            Entry::Setting(it) => setting(it, v),
            Entry::With { options, .. } => expr(options, v),
            Entry::Headers(it) => edits(&it.edits, v),
            Entry::Error(_) => {}
        }
    }
}

fn setting(it: &Setting, v: &mut dyn Visitor) {
    v.setting(it);
    key(&it.key, v);
    expr(&it.value, v);
}

fn key(it: &Key, v: &mut dyn Visitor) {
    if let KeyKind::Attribute(it) = &it.kind {
        expr(it, v);
    }
}

fn edits(all: &[Edit], v: &mut dyn Visitor) {
    for it in all {
        match &it.kind {
            EditKind::Set { value, .. } | EditKind::Add { value, .. } | EditKind::Body(value) => {
                expr(value, v);
            }
            EditKind::Remove { .. } | EditKind::Error => {}
        }
    }
}

fn optional(it: Option<&Expr>, v: &mut dyn Visitor) {
    it.into_iter().for_each(|it| expr(it, v));
}

/// Parsers nest expressions 200 deep at most.
fn expr(it: &Expr, v: &mut dyn Visitor) {
    v.expr(it);
    match &it.kind {
        ExprKind::Literal(_) | ExprKind::Error => {}
        ExprKind::Reference(it) => v.reference(it),
        ExprKind::Call(it) => {
            v.reference(&it.callee);
            for one in &it.arguments {
                v.argument(&it.callee, one);
                // A name may be a reference: `split(cart.v1: 90%)`.
                optional(one.name.as_ref(), v);
                expr(&one.value, v);
            }
        }
        ExprKind::List(all) | ExprKind::And(all) | ExprKind::Or(all) => all.iter().for_each(|it| expr(it, v)),
        ExprKind::Pair(left, right) => {
            expr(left, v);
            expr(right, v);
        }
        ExprKind::Block(it) => block(it, v),
        ExprKind::Not(it) | ExprKind::Group(it) => expr(it, v),
        ExprKind::Comparison(it) => {
            let Comparison { left, right, .. } = &**it;
            expr(left, v);
            expr(right, v);
        }
    }
}
