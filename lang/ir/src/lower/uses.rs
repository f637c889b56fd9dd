//! Names that a file brings in, and names that may not be declared.

use super::{Lowering, Scope};
use crate::resolve::{UseProblem, suggest};
use gloo_source::{Code, Diagnostic};
use gloo_syntax::ast::{File, ItemKind, Name, Use, UsedName};

/// Words that mean something where a name may stand: nothing may be declared as one of them.
const RESERVED: &[&str] = &[
    "any",
    "outside",
    "mesh",
    "rest",
    "source",
    "client",
    "tls",
    "allowed",
    "denied",
    "redirected",
    "authenticated",
    "passes",
    "limited",
    "masked",
    "encrypted",
    "reaches",
    "only_reaches",
    "status",
    "same",
];

impl Lowering<'_> {
    /// Refuses a name that means something else.
    pub(crate) fn check_name(&mut self, name: &Name) {
        if !RESERVED.contains(&&*name.text) {
            return;
        }
        let scope = &Scope::of_file(self.file);
        let message = format!("nothing can be called `{}`: the word has a meaning of its own", name.text);
        let help = "choose another name; a setting `name: \"…\"` gives a thing its real name";
        self.error(scope, Code::RESERVED_NAME, name.id, message, help);
    }

    /// Reports the uses of a file that bring in nothing, and those that nothing was found through.
    pub(crate) fn check_uses(&mut self, tree: &File) {
        let uses = tree.items.iter().filter_map(|item| match &item.kind {
            ItemKind::Use(used) => Some(used),
            _ => None,
        });
        let names = uses.flat_map(|used| used.names.iter().map(move |name| (used, name)));
        let brought = self.names.brought(self.file);
        for (index, (used, name)) in (0..).zip(names) {
            match brought.get(index as usize) {
                Some(Err(problem)) => self.bad_use(used, name, problem),
                Some(Ok(_)) if !self.used_uses.contains(&index) => {
                    let alias = &name.alias.as_ref().unwrap_or(&name.name).text;
                    let message = format!("`{alias}` is brought in and never used");
                    let diagnostic = Diagnostic::new(Code::UNUSED_USE, self.place(name.id), message);
                    self.sink.warn(diagnostic.help("remove it"));
                }
                _ => {}
            }
        }
    }

    fn bad_use(&mut self, used: &Use, name: &UsedName, problem: &UseProblem) {
        let scope = &Scope::of_file(self.file);
        let words: Vec<&str> = used.module.iter().map(|word| &*word.text).collect();
        let module = words.join(".");
        let text = &name.name.text;
        match problem {
            UseProblem::NoModule => {
                let message = format!("`{text}` is used without its module");
                let help = format!("write `use root.{text}` for a name of the root module");
                self.error(scope, Code::UNKNOWN_NAME, name.name.id, message, help);
            }
            UseProblem::UnknownModule => {
                let first = used.module.first().map_or(name.id, |word| word.id);
                let last = used.module.last().map_or(first, |word| word.id);
                let node = if used.module.len() == 1 { first } else { last };
                let diagnostic = Diagnostic::new(
                    Code::UNKNOWN_NAME,
                    scope.place(node),
                    format!("there is no module or namespace `{module}`"),
                );
                let diagnostic = match suggest::closest(&module, self.names.modules()) {
                    Some(close) => diagnostic.help(format!("did you mean `{close}`?")),
                    None => diagnostic.help("a module is a folder of the workspace, the root is `root`"),
                };
                self.report(scope, diagnostic);
            }
            UseProblem::UnknownName => {
                let place = scope.place(name.name.id);
                let message = format!("`{module}` has nothing called `{text}`");
                let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, place, message);
                let key = words.strip_prefix(&["root"]).unwrap_or(&words).join(".");
                let diagnostic = match self.names.closest_in(&key, text) {
                    Some(close) => diagnostic.help(format!("did you mean `{close}`?")).guess(
                        format!("write `{close}`"),
                        place,
                        close,
                    ),
                    None => diagnostic.help(format!("declare it there, or name another of `{module}`")),
                };
                self.report(scope, diagnostic);
            }
            UseProblem::IsModule => {
                let message = format!("`{module}.{text}` is a module, and a name in it is wanted");
                let help = format!("write `use {module}.{text}.{{…}}` with the names that you need");
                self.error(scope, Code::WRONG_KIND, name.name.id, message, help);
            }
            UseProblem::Private(id) => {
                self.private(scope, name.name.id, *id);
            }
            UseProblem::Cycle(aliases) => {
                let around = suggest::quoted(aliases).join(" is ");
                let message = format!("this name stands for itself: {around}");
                self.error(scope, Code::CYCLE, name.id, message, "use the declaration itself");
            }
            UseProblem::LeadsToCycle => {}
            UseProblem::Taken(other) => {
                let alias = name.alias.as_ref().unwrap_or(&name.name);
                let kind = self.names.kind(*other).map_or("name", crate::resolve::Kind::noun);
                let message = format!("there is a {kind} called `{}` here already", alias.text);
                let help = format!("give it another name: `use {module}.{text} as …`");
                self.error(scope, Code::DUPLICATE_NAME, alias.id, message, help);
            }
            UseProblem::Again => {
                let alias = &name.alias.as_ref().unwrap_or(&name.name).text;
                let message = format!("`{alias}` is there already");
                let diagnostic = Diagnostic::new(Code::UNUSED_USE, scope.place(name.id), message);
                self.sink.warn(diagnostic.help("remove it"));
            }
        }
    }
}
