//! Changes of headers. Envoy removes first, then sets, then adds, whatever the order in which they stand
//! (`HeaderParser::evaluateHeaders`).

use gloo_domain::Regex;
use gloo_ir::{At, HeaderOperation, Options, Program, TextValue};
use gloo_target::{Fields, Unread};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The values that Envoy Gateway takes; any other is answered by 500 (`HeaderValueRegexp` in `internal/gatewayapi/filters.go`).
static VALUES: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::parse(r"[!-~]+([\t ]?[!-~]+)*").ok());

/// Changes of one message.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    pub remove: Vec<String>,
    pub set: Vec<(String, String)>,
    pub add: Vec<(String, String)>,
}

/// What a filter changes.
pub(super) fn read(mut filter: Fields<'_>) -> Result<Changes, Unread> {
    let set = pairs(filter.objects("set")?)?;
    let add = pairs(filter.objects("add")?)?;
    let remove: Vec<String> = filter.texts("remove")?.into_iter().map(str::to_ascii_lowercase).collect();
    let mut names = set.iter().chain(&add).map(|(name, _)| name).chain(&remove);
    if names.any(|name| name == "host" || name.is_empty() || name.contains(['/', ':'])) {
        return Err(filter.unread("", "this header can't be changed: it is answered by 500"));
    }
    let is_taken = |value: &String| VALUES.as_ref().is_some_and(|values| values.contains(value));
    if !set.iter().chain(&add).all(|(_, value)| is_taken(value)) {
        return Err(filter.unread("", "a value that Envoy Gateway doesn't take: it is answered by 500"));
    }
    // Of two values for one header Envoy Gateway drops the second.
    let changed: BTreeSet<&String> = set.iter().chain(&add).map(|(name, _)| name).collect();
    if changed.len() != set.len() + add.len() {
        return Err(filter.unread("", "one header is changed twice"));
    }
    filter.done()?;
    Ok(Changes { remove, set, add })
}

/// Names, in lower case, with their values.
pub(super) fn pairs(headers: Vec<Fields<'_>>) -> Result<Vec<(String, String)>, Unread> {
    let mut all = Vec::new();
    for mut header in headers {
        let (name, value) = (header.needed_text("name")?, header.needed_text("value")?);
        let value =
            literal(value).ok_or_else(|| header.unread("value", format!("`{value}` can't be read")))?;
        header.done()?;
        all.push((name.to_ascii_lowercase(), value));
    }
    Ok(all)
}

/// A text in Envoy's format, in which `%%` is a percent sign and `%` alone begins a command.
pub(super) fn literal(text: &str) -> Option<String> {
    (!text.replace("%%", "").contains('%')).then(|| text.replace("%%", "%"))
}

impl Changes {
    /// Adds those of another filter behind it.
    pub fn extend(&mut self, other: Self) {
        self.remove.extend(other.remove);
        self.set.extend(other.set);
        self.add.extend(other.add);
    }

    /// The changes as operations, in the order of Envoy. Changes of different headers may as well come in another order: if
    /// the program has the same ones somewhere, they come in its order.
    pub fn operations(
        self,
        program: &Program,
        of: impl Fn(&Options) -> &Vec<At<HeaderOperation>>,
    ) -> Vec<HeaderOperation> {
        let value = TextValue::Literal;
        let mut all: Vec<HeaderOperation> = self.remove.into_iter().map(HeaderOperation::Remove).collect();
        all.extend(self.set.into_iter().map(|(name, text)| HeaderOperation::Set(name, value(text))));
        all.extend(self.add.into_iter().map(|(name, text)| HeaderOperation::Add(name, value(text))));
        let names: BTreeSet<&String> = all.iter().map(name).collect();
        if names.len() != all.len() {
            return all;
        }
        let mut rules = program.tables.values().flat_map(|table| &table.rules);
        let written = rules.find_map(|rule| {
            let own = of(&rule.options);
            let is_same =
                own.len() == all.len() && all.iter().all(|one| own.iter().any(|at| at.value == *one));
            is_same.then(|| own.iter().map(|at| at.value.clone()).collect())
        });
        written.unwrap_or(all)
    }
}

fn name(operation: &HeaderOperation) -> &String {
    match operation {
        HeaderOperation::Set(name, _) | HeaderOperation::Add(name, _) | HeaderOperation::Remove(name) => name,
    }
}
